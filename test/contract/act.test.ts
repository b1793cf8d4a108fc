import { expect, test } from '@jest/globals';
import { runWorkflow } from '../support/act.ts';
import { describeWithServices } from '../support/require.ts';
import { sampleAction, sampleTree } from '../support/sample.ts';

const MAIN = `import * as core from '@actions/core';\ncore.setSecret(core.getInput('key'));\nif (core.getInput('key').split('\\n').length !== 2) throw new Error('the key lost its lines');\ncore.notice('hi ' + core.getInput('who'));\ncore.setOutput('said', process.env.GITHUB_API_URL + ' ' + core.getInput('who'));\n`;
const REUSABLE = `on:
  workflow_call:
    inputs: { who: { type: string, default: '' } }
    secrets: { key: { required: false } }
jobs:
  inner:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with: { name: built, path: got }
      - id: hello
        uses: fwber/ops/hello@v1
        with: { who: '\${{ inputs.who }}', key: '\${{ secrets.key }}' }
      - run: test "$(cat got/file)" = content
`;
const CALLER = `on:
  workflow_dispatch:
    inputs: { who: { type: string } }
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - run: mkdir out && cat name > out/file
      - uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0
        with: { name: built, path: out }
  call:
    needs: build
    uses: fwber/ops/.github/workflows/hello.yml@v1
    with: { who: '\${{ inputs.who }}' }
    secrets: { key: '\${{ secrets.KEY }}' }
`;

describeWithServices('workflows under act', ['act', 'git'], () => {
  test('a caller, its reusable workflow, artifacts, secrets with lines', async () => {
    using tree = sampleTree({
      ...sampleAction('hello', MAIN, { inputs: '  who: { description: w }\n  key: { description: k }\n', outputs: '  said: { description: s }\n' }),
      '.github/workflows/hello.yml': REUSABLE,
    });
    expect((await tree.build()).problems).toEqual([]);
    const run = async (files: Readonly<Record<string, string>>): ReturnType<typeof runWorkflow> => await runWorkflow({
      workflow: CALLER, event: 'workflow_dispatch', inputs: { who: 'you' }, secrets: { KEY: 'first-line-of-it\nsecond-line-of-it' }, env: { GITHUB_API_URL: 'http://127.0.0.1:1234' },
      files, release: { dir: `${tree.root}/build/release`, refs: [] },
    });
    await using good = await run({ name: 'content' });
    expect({ log: good.log, exit: good.exit }).toMatchObject({ exit: 0 });
    expect(good).toMatchObject({ jobs: { build: 'success', inner: 'success' }, outputs: { hello: { said: 'http://127.0.0.1:1234 you' } } });
    expect(good.annotations).toContainEqual({ level: 'notice', message: 'hi you' });
    await using bad = await run({ name: 'other' });
    expect(bad.exit).toBe(1);
    expect(bad.steps.find(({ result }) => result === 'failure')?.job).toBe('inner');
  }, 60_000);
});
