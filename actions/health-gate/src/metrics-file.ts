import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError, type Deps } from '@ops/shared';

/** Writes beside the target and renames: a collector never reads half a file. Throws a UserError `metrics-file`. */
export async function writeMetrics(file: string, text: string, deps: Pick<Deps, 'random' | 'context'>): Promise<void> {
  const target = resolve(deps.context.workspace, file);
  // node_exporter reads only names that end in .prom, so it passes over this one.
  const temporary = `${target}.${deps.random.hex(4)}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(temporary, text, { mode: 0o644 });
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new UserError({ reason: 'metrics-file', message: `The metrics file ${target} cannot be written.`, remedy: 'Give a path that the runner may write, or leave out `metrics-file`.', cause });
  }
}
