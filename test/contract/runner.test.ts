import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runAction, startAction, type RunOptions } from '../support/runner.ts';
import { CommandReader, parseFileCommands } from '../support/runner/commands.ts';
import { leaksIn, secretForms } from '../support/runner/leaks.ts';
import { sampleAction, sampleTree, type SampleTree } from '../support/sample.ts';

const SECRET = 'correct-horse-battery';

/** Does what its input `script` says, after the runner has been told what to mask. */
const PUPPET = `
import * as core from '@actions/core';
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync, mkdirSync } from 'node:fs';
const secret = core.getInput('secret');
const env = (name: string): string => process.env[name] ?? '';
if (core.getInput('mask') === 'yes') core.setSecret(secret);
core.saveState('began', 'yes');
const scripts: Record<string, () => unknown> = {
  hello: () => { core.setOutput('greeting', 'hello\\nyou'); core.info('node ' + process.version + ' in ' + process.cwd()); core.notice('a notice', { title: 'T' }); core.summary.addRaw('sum'); return core.summary.write(); },
  fail: () => { core.setFailed('failed: on purpose'); },
  print: () => { core.info('it is ' + secret); },
  base64: () => { core.info('it is ' + Buffer.from('x:' ).toString('base64') + Buffer.from(secret).toString('base64')); },
  output: () => core.setOutput('greeting', secret),
  state: () => core.saveState('s', secret),
  summary: () => core.summary.addRaw(secret).write(),
  annotation: () => core.error('bad ' + secret),
  argv: () => { spawnSync('sh', ['-c', 'sleep 0.4', secret]); },
  temp: () => writeFileSync(env('RUNNER_TEMP') + '/key', 'harmless'),
  result: () => { writeFileSync(env('RUNNER_TEMP') + '/result.json', '{}'); core.setOutput('greeting', env('RUNNER_TEMP') + '/result.json'); },
  file: () => { mkdirSync('sub'); writeFileSync('sub/file', secret); },
  child: () => { spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).unref(); },
  hiddenChild: () => { spawn('sh', ['-c', 'env -i sleep 61 & sleep 0.3'], { detached: true, stdio: 'ignore' }).unref(); return new Promise((done) => setTimeout(done, 200)); },
  wait: () => new Promise((done) => { console.log('waiting'); const timer = setInterval(() => undefined, 1000); process.once('SIGINT', () => { clearInterval(timer); console.log('interrupted'); process.exitCode = 1; done(undefined); }); }),
  deaf: () => new Promise(() => { process.on('SIGINT', () => console.log('no')); process.on('SIGTERM', () => console.log('no again')); console.log('waiting'); setInterval(() => undefined, 1000); }),
  token: () => core.setOutput('greeting', String(core.getInput('token').length) + core.getInput('place')),
  set: () => console.log('::set-output name=greeting::old'),
};
await scripts[core.getInput('script')]?.();
`;
const POST = `console.log('post began=' + process.env.STATE_began + ' secret=' + (process.env.INPUT_SECRET ?? ''));\nexport {};\n`;
const INPUTS = '  script: { description: s }\n  secret: { description: s }\n  mask: { description: m, default: "yes" }\n  token: { description: t, default: "${{ github.token }}" }\n  place: { description: p, default: "${{ github.repository }}@${{ github.ref_name }}" }\n';

let tree: SampleTree;
const act = (script: string, options: RunOptions = {}) => runAction(tree.action('puppet'), { secrets: [SECRET], ...options, with: { script, secret: SECRET, ...options.with } });

beforeAll(async () => {
  tree = sampleTree({ ...sampleAction('puppet', PUPPET, { post: POST, inputs: INPUTS, outputs: '  greeting: { description: g }\n' }), ...sampleAction('plain', 'setInterval(() => undefined, 1000);\nconsole.log("up");\nexport {};\n') });
  expect((await tree.build()).problems).toEqual([]);
});
afterAll(() => tree[Symbol.dispose]());

describe('the fake runner', () => {
  test('runs main and post as a runner does', async () => {
    const seen: string[] = [];
    await using run = await act('hello', { onLine: (line) => seen.push(line) });
    expect(run).toMatchObject({ exit: 0, outputs: { greeting: 'hello\nyou' }, state: { began: 'yes' }, summary: 'sum', masks: [SECRET], survivors: [], leftovers: [], legacyCommands: [] });
    expect(run.annotations).toEqual([{ level: 'notice', message: 'a notice', properties: { title: 'T' } }]);
    expect(run.log).toMatch(/^node v24\.\d+\.\d+ in .*shop$/m);
    expect(run.post).toMatchObject({ exit: 0, log: 'post began=yes secret=***' });
    expect(seen).toContain('post began=yes secret=***');
    await run[Symbol.asyncDispose]();
    expect(existsSync(run.job.root)).toBe(false);
  });

  test('evaluates defaults, refuses inputs that action.yml lacks', async () => {
    await using run = await act('token', { github: { token: 'ghs_0123456789' } });
    expect(run.outputs).toEqual({ greeting: '14acme/shop@main' });
    await expect(act('hello', { with: { hots: 'x' } })).rejects.toThrow('action.yml has no input hots; it has script, secret, mask, token, place');
    await expect(act('hello', { with: { hots: 'x' }, allowUnknownInputs: true })).resolves.toMatchObject({ exit: 0 });
  });

  test('a failure is an annotation and exit 1, and post runs', async () => {
    await using run = await act('fail');
    expect(run).toMatchObject({ exit: 1, annotations: [{ level: 'error', message: 'failed: on purpose' }], post: { exit: 0 } });
  });

  test.each([
    ['print', /secret 1 in the log/],
    ['annotation', /secret 1 in the log\n(.*\n)*- secret 1 in an annotation/],
    ['output', /secret 1 in GITHUB_OUTPUT/],
    ['state', /secret 1 in GITHUB_STATE/],
    ['summary', /secret 1 in GITHUB_STEP_SUMMARY/],
    ['argv', /secret 1 in the command line of sh/],
    ['file', /secret 1 in the file .*sub\/file/],
  ])('finds a secret without a mask: %s', async (script, message) => {
    const error = await act(script, { with: { mask: '' } }).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain(SECRET);
  });

  test('a mask hides a secret in log and annotations, not its base64', async () => {
    await using run = await act('print');
    expect(run.log).toContain('it is ***');
    await using other = await act('annotation');
    expect(other.annotations[0]?.message).toBe('bad ***');
    await expect(act('base64')).rejects.toThrow('base64 of secret 1 in the log');
  });

  test('finds what outlives an action, also without its environment', async () => {
    await expect(act('child')).rejects.toThrow(/the process \d+ sleep 60 outlived the action/);
    await expect(act('hiddenChild')).rejects.toThrow(/the process \d+ sleep 61 outlived the action/);
  });

  test('finds what stays in the temp folder, except what an output names', async () => {
    await expect(act('temp')).rejects.toThrow(/_temp\/key was left behind/);
    await using run = await act('result');
    expect(run.exit).toBe(0);
    await expect(act('temp', { mayLeave: (path) => path.endsWith('/key') })).resolves.toMatchObject({ exit: 0 });
  });

  test('cancels with SIGINT, then post', async () => {
    await using run = await act('wait', { onLine: (line, handle) => { if (line === 'waiting') handle.cancel(); } });
    expect(run).toMatchObject({ exit: 1, post: { exit: 0 } });
    expect(run.log).toContain('interrupted');
  });

  test('kills a deaf action in the end', async () => {
    await using run = await act('deaf', { onLine: (line, handle) => { if (line === 'waiting') handle.cancel(); } });
    expect(run).toMatchObject({ exit: undefined, signal: 'SIGKILL', post: { exit: 0 } });
    expect(run.log).toBe('waiting\nno\nno again');
  });

  test('kills node alone; an aborted signal cancels', async () => {
    const pids: (number | undefined)[] = [];
    await using run = await act('wait', { onLine: (line, handle) => { if (line === 'waiting') pids.push(handle.kill()); } });
    expect(run).toMatchObject({ signal: 'SIGKILL', post: { log: 'post began=yes secret=***' } });
    expect(pids).toEqual([expect.any(Number)]);

    const abort = new AbortController();
    const handle = startAction(tree.action('plain'), { signal: abort.signal, onLine: () => abort.abort() });
    expect(await handle.done).toMatchObject({ signal: 'SIGINT', post: undefined });
  });

  test('a wrapped run has node as its process', async () => {
    await using run = await act('hello', { wrap: (argv) => ['env', 'WRAPPED=1', ...argv] });
    expect(run.exit).toBe(0);
    await using old = await act('set');
    expect(old.legacyCommands).toEqual(['::set-output name=greeting::old']);
  });
});

describe('reading lines as a runner', () => {
  const read = (...lines: string[]): CommandReader => {
    const reader = new CommandReader();
    for (const line of lines) reader.line(line);
    return reader;
  };
  test('masks apply to later lines, and to each line of a value', () => {
    expect(read('abc one', '::add-mask::abc', 'abc two', '::add-mask::line 1%0Aline 2', 'x line 2').log).toEqual(['abc one', '*** two', 'x ***']);
  });
  test('a fence keeps commands of others from being obeyed', () => {
    const reader = read('::stop-commands::tok', '::error::forged', '##[error]forged', '::tok::', '::error file=a.ts,line=3::real: yes');
    expect(reader.annotations).toEqual([{ level: 'error', message: 'real: yes', properties: { file: 'a.ts', line: '3' } }]);
    expect(reader.log).toEqual(['::error::forged', '##[error]forged', 'Error: real: yes']);
  });
  test('commands stand at the start of a line, the old form anywhere', () => {
    expect(read('x ::error::no', '  ::warning::yes', 'x ##[error]old').annotations.map(({ message }) => message)).toEqual(['yes', 'old']);
    expect(read('::notice title=a%3Ab,file=c::50%25%0Anext').annotations).toEqual([{ level: 'notice', message: '50%\nnext', properties: { title: 'a:b', file: 'c' } }]);
  });
  test('file commands', () => {
    expect(parseFileCommands('a=1=2\nb<<E\nx\n\ny\nE\nc=\n')).toEqual({ a: '1=2', b: 'x\n\ny', c: '' });
    expect(() => parseFileCommands('b<<E\nx\n')).toThrow('has no end E');
    expect(() => parseFileCommands('nonsense\n')).toThrow('neither');
  });
  test('forms of a secret', () => {
    const forms = secretForms(['-----BEGIN KEY-----\nAAAABBBBCCCC\nshort\n-----END KEY-----\n', 'pin4', 'abc']);
    expect(leaksIn('x', 'has AAAABBBBCCCC', forms)).toEqual(['a line of secret 1 in x']);
    expect(leaksIn('x', `has ${Buffer.from('AAAABBBBCCCC').toString('base64')}`, forms)).toEqual(['base64 of a line of secret 1 in x']);
    expect(leaksIn('x', '-----BEGIN KEY----- short abc', forms)).toEqual([]);
    expect(leaksIn('x', 'my pin4', forms)).toEqual(['secret 2 in x']);
  });
});
