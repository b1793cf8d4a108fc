import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importsOf, linkPackage, treeHashes } from '../../scripts/build.ts';
import { sampleAction, sampleTree } from '../support/sample.ts';

const HELLO = `import { word } from './word.ts';\nconsole.log(word);\nexport {};\n`;

describe('build', () => {
  test.each([
    [`import { a } from './a.js';`, ['./a.js']],
    [`import './b.js';\nexport * from "./c.js";`, ['./b.js', './c.js']],
    [`const x = await import('./d.js');`, ['./d.js']],
    [`import {\n  a,\n  b\n} from './e.js';`, ['./e.js']],
    [`// taken from './f.js'\nconst s = "import './g.js'";`, []],
  ])('imports of %j', (text, expected) => expect(importsOf(text)).toEqual(expected));

  test('an index is only what is used of it; another face is imported for what it does', () => {
    const sideEffects = (exports: unknown): unknown => {
      using tree = sampleTree({ 'packages/one/package.json': JSON.stringify({ exports }) });
      linkPackage(tree.root, join(tree.root, 'js'), 'one');
      return JSON.parse(readFileSync(join(tree.root, 'js/packages/one/package.json'), 'utf8')).sideEffects;
    };
    expect([sideEffects('./src/index.ts'), sideEffects({ '.': './src/index.ts', './tap': './src/tap.ts' })]).toEqual([false, ['./src/tap.js']]);
  });

  test('a tree without actions builds, and only called workflows ship', async () => {
    using tree = sampleTree({
      'actions/.keep': '', LICENSE: 'MIT',
      '.github/workflows/ci.yml': 'on: push\njobs: {}\n',
      '.github/workflows/deploy.yml': 'on:\n  workflow_call: {}\njobs: {}\n',
    });
    // tsc itself refuses an empty include.
    tree.write('actions/none/src/index.ts', 'export {};\n');
    expect(await tree.build()).toEqual({ bundled: [], kept: [], problems: [] });
    expect([...treeHashes(join(tree.root, 'build/release')).keys()]).toEqual(['.github/workflows/deploy.yml', 'LICENSE']);
    for (const file of ['LICENSE', '.github/workflows/deploy.yml']) rmSync(join(tree.root, file));
    await tree.build();
    expect([...treeHashes(join(tree.root, 'build/release')).keys()]).toEqual([]);
  });

  test('bundles main and post, keeps what did not change, says what is broken', async () => {
    using tree = sampleTree({
      ...sampleAction('hello', HELLO, { post: 'console.log("bye");\nexport {};\n' }),
      'actions/hello/src/word.ts': 'export const word: string = "one";\n',
      ...sampleAction('broken', `import { gone } from './gone.ts';\nconsole.log(gone);\n`),
      ...sampleAction('bare', 'export {};\n'),
    });
    rmSync(join(tree.root, 'actions/bare/action.yml'));
    const first = await tree.build();
    expect(first.bundled).toEqual(['hello']);
    expect(first.problems.join('\n')).toMatch(/TypeScript found errors:\nactions\/broken\/src\/main\.ts\(1,\d+\)/);
    expect(first.problems.join('\n')).toMatch(/broken was not built: actions\/broken\/src\/main.ts imports actions\/broken\/src\/gone.ts, which does not exist/);
    expect(first.problems).toContain('bare was not built: it has no action.yml; write it with: npm run docs');
    expect(existsSync(tree.action('broken'))).toBe(false);
    expect(existsSync(join(tree.action('hello'), 'dist/post/index.js'))).toBe(true);

    expect((await tree.build()).kept).toEqual(['hello']);
    tree.write('actions/hello/src/word.ts', 'export const word: string = "two";\n');
    expect((await tree.build()).bundled).toEqual(['hello']);
    expect(readFileSync(join(tree.action('hello'), 'dist/index.js'), 'utf8')).toContain('two');

    rmSync(join(tree.root, 'actions/hello'), { recursive: true });
    await tree.build();
    expect(existsSync(tree.action('hello'))).toBe(false);
  });

  test('bundles the entries of worker threads beside main, and builds again when one changed', async () => {
    using tree = sampleTree({ ...sampleAction('hello', HELLO), 'actions/hello/src/word.ts': 'export const word: string = "one";\n', 'actions/hello/src/worker/echo.ts': `import { word } from '../word.ts';\nconsole.log('worker', word);\n` });
    expect(await tree.build()).toMatchObject({ bundled: ['hello'], problems: [] });
    const worker = join(tree.action('hello'), 'dist/echo/index.js');
    expect(spawnSync(process.execPath, [worker]).stdout.toString()).toBe('worker one\n');
    expect(existsSync(join(tree.action('hello'), 'dist/echo/package.json'))).toBe(true);
    tree.write('actions/hello/src/worker/echo.ts', `console.log('worker two');\nexport {};\n`);
    expect((await tree.build()).bundled).toEqual(['hello']);
    expect(spawnSync(process.execPath, [worker]).stdout.toString()).toBe('worker two\n');
  });

  test('--check: the same bytes from two other folders', async () => {
    using tree = sampleTree({ ...sampleAction('hello', HELLO, { post: 'const { join } = await import("node:path");\nconsole.log(join("bye"));\n' }), 'actions/hello/src/word.ts': 'const { parse } = await import("yaml");\nexport const word: string = String(parse("one"));\n' });
    rmSync(join(tree.root, 'node_modules'));
    for (const name of ['yaml', '@types', 'undici-types', '@vercel']) cpSync(join('node_modules', name), join(tree.root, 'node_modules', name), { recursive: true });
    const checked = spawnSync(process.execPath, ['--no-warnings', 'scripts/build.ts', '--check', '--root', tree.root], { encoding: 'utf8' });
    expect(checked).toMatchObject({ stderr: '', status: 0 });
    expect(checked.stdout).toMatch(/^tree [0-9a-f]{64} \(6 files, the same twice\)\n$/);
  });
});
