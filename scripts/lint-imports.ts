/**
 * Runs dependency-cruiser on the imports of packages/ and actions/, type-only ones included. No parser of dependency-cruiser reads
 * this TypeScript (7 has no JS API; swc's walker stops at `using`), so a shadow of the tree that holds nothing but the imports
 * is written to build/lint and cruised there; the rules stand in .dependency-cruiser.cjs.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { importsOf, linkPackage } from './build.ts';

const USAGE = `usage: lint-imports.ts [--root DIR] [--help]
  prints the arrows between packages and actions that .dependency-cruiser.cjs forbids; exit 1 when there are some`;

const here = resolve(import.meta.dirname, '..');

if (process.argv.includes('--help')) console.log(USAGE);
else {
  const at = process.argv.indexOf('--root');
  process.exitCode = cruise(resolve(at < 0 ? here : process.argv[at + 1] ?? here));
}

function cruise(root: string): number {
  const shadow = join(root, 'build', `lint-${process.pid}`);
  try {
    const parts = writeShadow(root, shadow);
    const done = spawnSync(join(here, 'node_modules/.bin/depcruise'), ['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', ...parts], { cwd: shadow, encoding: 'utf8' });
    console.log(`${done.stdout}${done.stderr}`.replaceAll(/\b((?:packages|actions)\/[\w./-]+)\.js\b/g, '$1.ts').trim());
    return done.status ?? 1;
  } finally {
    rmSync(shadow, { recursive: true, force: true });
  }
}

function writeShadow(root: string, shadow: string): string[] {
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(join(shadow, file)), { recursive: true });
    writeFileSync(join(shadow, file), text);
  };
  put('package.json', '{"type":"module"}');
  copyFileSync(join(here, '.dependency-cruiser.cjs'), join(shadow, '.dependency-cruiser.cjs'));
  for (const file of globSync('{packages,actions}/*/{src,test}/**/*.ts', { cwd: root })) {
    const names = importsOf(readFileSync(join(root, file), 'utf8'));
    put(file.replace(/\.ts$/, '.js'), names.map((name) => `import ${JSON.stringify(name.replace(/^(\..*)\.ts$/, '$1.js'))};`).join('\n'));
  }
  const packages = join(root, 'packages');
  for (const name of existsSync(packages) ? readdirSync(packages) : []) {
    linkPackage(root, shadow, name);
  }
  return ['packages', 'actions'].filter((part) => existsSync(join(shadow, part)));
}
