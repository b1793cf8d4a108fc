import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build, type Built } from '../../scripts/build.ts';

const repository = resolve(import.meta.dirname, '../..');

export interface SampleTree extends Disposable {
  readonly root: string;
  /** The folder to give to the fake runner. */
  action(name: string): string;
  write(file: string, text: string): void;
  build(): Promise<Built>;
}

/** A tree of its own with the layout of this repository, for tests of the tools. Removed at the end of the scope. */
export function sampleTree(files: Readonly<Record<string, string>>): SampleTree {
  const root = mkdtempSync(join(tmpdir(), 'ops-sample-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  write('package.json', '{"type":"module"}');
  // Copies: what a tool takes relative to its configuration is then meant relative to this tree.
  for (const [from, to] of [['tsconfig.json', 'tsconfig.base.json'], ['.oxlintrc.json', '.oxlintrc.json']] as const) copyFileSync(join(repository, from), join(root, to));
  write('tsconfig.build.json', JSON.stringify({
    extends: './tsconfig.base.json',
    compilerOptions: { noEmit: false, rootDir: '.', rewriteRelativeImportExtensions: true, typeRoots: ['node_modules/@types'] },
    include: ['actions/*/src'],
  }));
  write('tsconfig.json', JSON.stringify({ extends: './tsconfig.base.json', compilerOptions: { typeRoots: ['node_modules/@types'] }, include: ['actions', 'packages'] }));
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    root,
    action: (name) => join(root, 'build/release', name),
    write,
    build: async () => await build({ root, out: join(root, 'build') }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The files of a small action whose main.ts, and post.ts when there is one, are given. */
export function sampleAction(name: string, main: string, options: { readonly post?: string; readonly inputs?: string; readonly outputs?: string } = {}): Record<string, string> {
  return {
    [`actions/${name}/action.yml`]: `name: ${name}\ndescription: A sample\n${options.inputs === undefined ? '' : `inputs:\n${options.inputs}`}${options.outputs === undefined ? '' : `outputs:\n${options.outputs}`}runs:\n  using: node24\n  main: dist/index.js\n${options.post === undefined ? '' : '  post: dist/post/index.js\n'}`,
    [`actions/${name}/src/main.ts`]: main,
    ...(options.post === undefined ? {} : { [`actions/${name}/src/post.ts`]: options.post }),
  };
}
