import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { mustRun } from '../bed/run.ts';
import { freePort, privateDir } from '../daemon.ts';
import type { Engine, Product } from './engine.ts';

/** Version of what `initialise` makes: change it with that, so that old templates are left alone. */
const RECIPE = 1;

/** Where the template of a server's tree is, or will be. */
export function templateOf(tree: string): string {
  return join(dirname(dirname(tree)), 'templates', `${basename(tree)}-${RECIPE}`);
}

/** Puts an initialised data directory into `dir`: a copy of the machine's template of that product, made when there is none yet. */
export async function copyTemplate(engine: Engine, product: Product, tree: string, dir: string): Promise<void> {
  const template = templateOf(tree);
  if (!existsSync(template)) await makeTemplate(engine, product, tree, template);
  await mustRun(['cp', '-a', '--reflink=auto', template, join(dir, 'data')]);
}

async function makeTemplate(engine: Engine, product: Product, tree: string, template: string): Promise<void> {
  const scratch = privateDir(product);
  try {
    await engine.initialise({ product, tree, dir: scratch.path, port: await freePort(), listen: '127.0.0.1', settings: {} });
    mkdirSync(dirname(template), { recursive: true });
    // Copied next to its place first: the rename is atomic, and several test processes may be at this at once.
    const own = `${template}.new.${process.pid}`;
    await mustRun(['cp', '-a', join(scratch.path, 'data'), own]);
    try {
      renameSync(own, template);
    } catch (error) {
      rmSync(own, { recursive: true, force: true });
      if (!existsSync(template)) throw error; // else another process was first
    }
  } finally {
    scratch.remove();
  }
}
