import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { sampleTree } from '../support/sample.ts';

function lint(files: Readonly<Record<string, string>>): { status: number | null; text: string } {
  using tree = sampleTree(files);
  const done = spawnSync('bash', ['scripts/lint.sh', '--root', tree.root, '--only', 'code,imports,words'], { encoding: 'utf8', timeout: 25_000 });
  return { status: done.status, text: `${done.stdout}${done.stderr}` };
}

const CLEAN = {
  'packages/shared/src/index.ts': `export * from './clock.ts';\n`,
  'packages/shared/src/clock.ts': 'export const now = (): number => 1;\n',
  'packages/remote/src/index.ts': `import { now } from '@ops/shared';\nexport const later = (): number => now() + 1;\n`,
  'actions/hello/src/main.ts': `import { later } from '@ops/remote';\nprocess.exitCode = later();\n`,
};

describe('npm run lint', () => {
  test('passes a clean tree', () => {
    expect(lint(CLEAN)).toMatchObject({ status: 0 });
  });

  test('finds each thing that is planted', () => {
    const { status, text } = lint({
      ...CLEAN,
      'packages/shared/src/floating.ts': 'export function go(): void {\n  Promise.resolve(1);\n}\n',
      'packages/shared/src/loose.ts': 'export const a = (x: any): string => x!;\nexport const b = {} as string;\n',
      'packages/shared/src/long.ts': 'export const x = [\n'.concat('  1,\n'.repeat(298), '];\n'),
      'packages/shared/src/global.ts': 'export const home = process.env.HOME;\n',
      'packages/shared/src/up.ts': `import type { later } from '@ops/remote';\nexport type Up = typeof later;\n`,
      'packages/remote/src/one.ts': `import type { Two } from './two.ts';\nexport type One = Two | 1;\n`,
      'packages/remote/src/two.ts': `import type { One } from './one.ts';\nexport type Two = One | 2;\n`,
      'packages/remote/src/past.ts': `export { now } from '../../shared/src/clock.ts';\n`,
      'packages/remote/src/own.ts': `export { later } from '@ops/remote';\n`,
      'packages/remote/src/nowhere.ts': `export { later } from './gone.ts';\n`,
      'packages/mystery/src/index.ts': `export { later } from '@ops/remote';\n`,
      'packages/health/src/index.ts': `export { later } from '@ops/remote';\n`,
      'actions/other/src/main.ts': `${'// a line\n'.repeat(25)}export {};\n`,
      'actions/other/src/reach.ts': `export * from '../../hello/src/main.ts';\nexport * from '../../../packages/shared/src/clock.ts';\n`,
      'docs/x.md': `see /ro${'ot'}/secret\n`,
    });
    expect(status).toBe(1);
    for (const expected of [
      /floating\.ts:2:\d+: .*no-floating-promises/,
      /loose\.ts:1:\d+: .*no-explicit-any/,
      /loose\.ts:1:\d+: .*no-non-null-assertion/,
      /loose\.ts:2:\d+: .*consistent-type-assertions/,
      /long\.ts:\d+:\d+: .*max-lines/,
      /global\.ts:1:\d+: .*no-restricted-globals/,
      /other\/src\/main\.ts:\d+:\d+: .*max-lines/,
      /arrows-of-shared: packages\/shared\/src\/up\.ts → packages\/remote\/src\/index\.ts/,
      /arrows-of-health: packages\/health\/src\/index\.ts → packages\/remote/,
      /no-circular: packages\/remote\/src\/(one|two)\.ts/,
      /public-face: packages\/remote\/src\/past\.ts → packages\/shared\/src\/clock\.ts/,
      /no-own-face: packages\/remote\/src\/own\.ts/,
      /resolvable: packages\/remote\/src\/nowhere\.ts/,
      /known-package: packages\/mystery\/src\/index\.ts/,
      /no-action-from-action: actions\/other\/src\/reach\.ts → actions\/hello\/src\/main\.ts/,
      /public-face-of-packages: actions\/other\/src\/reach\.ts → packages\/shared\/src\/clock\.ts/,
      /docs\/x\.md:1:/,
    ]) expect(text).toMatch(expected);
    expect(text).toMatch(/lint: found something in code imports words/);
  });
});
