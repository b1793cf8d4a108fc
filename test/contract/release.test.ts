import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { pinned, release } from '../../scripts/release.ts';
import { runWorkflow } from '../support/act.ts';
import { describeWithServices } from '../support/require.ts';
import { sampleAction, sampleTree, type SampleTree } from '../support/sample.ts';

const WORKFLOW = 'on:\n  workflow_call: {}\njobs:\n  inner:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: fwber/ops/hello@v1\n      - run: echo fwber/ops/hello@v1\n';
const files = (word: string): Record<string, string> => ({ ...sampleAction('hello', `console.log('${word}');\nexport {};\n`), '.github/workflows/hello.yml': WORKFLOW });
const bare = (tree: SampleTree): { remote: string; git: (...args: string[]) => string } => {
  const remote = join(tree.root, 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', remote]);
  return { remote, git: (...args) => execFileSync('git', ['-C', remote, ...args], { encoding: 'utf8' }).trim() };
};
const facts = { source: 'f'.repeat(40), date: '2026-01-02T03:04:05Z' };

describe('a release', () => {
  test('pins our own actions and nothing else', () => {
    const sha = 'a'.repeat(40);
    expect(pinned('  - uses: fwber/ops/deploy@v1\n  uses: fwber/ops/.github/workflows/x.yml@v1\n  uses: actions/x@v1\n  run: fwber/ops/deploy@v1\n  uses: fwber/ops/deploy@v11\n', sha, 'v1.0.0'))
      .toBe(`  - uses: fwber/ops/deploy@${sha} # v1.0.0\n  uses: fwber/ops/.github/workflows/x.yml@v1\n  uses: actions/x@v1\n  run: fwber/ops/deploy@v1\n  uses: fwber/ops/deploy@v11\n`);
  });

  test('is two commits on v1, which only moves forward', async () => {
    using tree = sampleTree(files('one'));
    await tree.build();
    const { remote, git } = bare(tree);
    const first = release({ tree: join(tree.root, 'build/release'), remote, version: '1.0.0', ...facts });
    expect(git('log', '--format=%H %s', 'v1')).toBe(`${first.head} v1.0.0: the workflows\n${first.actions} v1.0.0: the actions`);
    expect(git('rev-parse', 'v1.0.0^{commit}')).toBe(first.head);
    expect(git('ls-tree', '-r', '--name-only', first.actions).split('\n')).toEqual(['hello/action.yml', 'hello/dist/index.js', 'hello/dist/package.json']);
    expect(git('show', `${first.head}:.github/workflows/hello.yml`)).toBe(WORKFLOW.replace('- uses: fwber/ops/hello@v1', `- uses: fwber/ops/hello@${first.actions} # v1.0.0`).trim());

    tree.write('actions/hello/src/main.ts', `console.log('two');\nexport {};\n`);
    await tree.build();
    expect(() => release({ tree: join(tree.root, 'build/release'), remote, version: '1.0.0', ...facts })).toThrow('v1.0.0 exists already');
    expect(() => release({ tree: join(tree.root, 'build/release'), remote, version: '2.0.0', ...facts })).toThrow('is not one of v1');
    const second = release({ tree: join(tree.root, 'build/release'), remote, version: '1.1.0', ...facts });
    expect(git('rev-list', '--count', 'v1')).toBe('4');
    expect(git('merge-base', first.head, second.head)).toBe(first.head);
    expect(git('show', `${second.head}:hello/dist/index.js`)).toContain('two');
  });
});

describeWithServices('a rehearsed release under act', ['act', 'git'], () => {
  test('a caller of v1 runs the pinned actions', async () => {
    using tree = sampleTree(files('from the pinned commit'));
    await tree.build();
    const { remote } = bare(tree);
    const { actions } = release({ tree: join(tree.root, 'build/release'), remote, version: '1.0.0', ...facts });
    const dir = join(tree.root, 'v1');
    execFileSync('git', ['clone', '-q', '--branch', 'v1', remote, dir]);
    await using run = await runWorkflow({ workflow: 'on: push\njobs:\n  call:\n    uses: fwber/ops/.github/workflows/hello.yml@v1\n', release: { dir, refs: [actions] } });
    expect(run).toMatchObject({ exit: 0, jobs: { inner: 'success' } });
    expect(run.log).toContain('from the pinned commit');
  }, 60_000);
});
