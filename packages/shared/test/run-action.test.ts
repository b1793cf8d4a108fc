import { describe, expect, test } from '@jest/globals';
import { runSample } from './sample-run.ts';

const KEY = 'hunter2/secret+key';

describe('a run that ends by itself', () => {
  test('success: outputs, result file, summary, state, one sentence as the last line', async () => {
    const run = await runSample('pass', { with: { hosts: 'a\nb', wait: '1m' } });
    expect(run).toMatchObject({ exit: 0, stderr: '' });
    expect(run.lines).toEqual(['waited 60000, dry run false', 'Sample succeeded: All is well.']);
    expect(run.outputs).toMatch(/verdict<<(ops_\w+)\npass\n\1\nreason-code<<(\w+)\n\n\2\nhosts<<(\w+)\na\nb\n\3\nresult-json<</);
    expect(run.result).toMatchObject({ action: 'sample', ok: true, inputs: { hosts: ['a', 'b'] } });
    expect(run.summary).toContain('## ✅ Sample');
    expect(run.state).toMatch(/^hosts<<(\w+)\n\["a","b"\]\n\1\n$/);
  });

  test('a user error is one annotation without a stack', async () => {
    const run = await runSample('user');
    expect(run.exit).toBe(1);
    expect(run.lines).toEqual(['::error title=Sample::The host key changed.%0ACompare it.', 'Sample failed (host-key): The host key changed. Compare it.']);
    expect(run.outputs).toMatch(/verdict<<(\w+)\nerror\n\1\nreason-code<<(\w+)\nhost-key\n/);
    expect(run.summary).toContain('**What to do:** Compare it.');
  });

  test('a bug says so, with stack and causes folded away', async () => {
    const run = await runSample('bug');
    expect(run.exit).toBe(1);
    const log = run.lines.join('\n');
    expect(log).toMatch(/^::group::Details for a bug report\nTypeError: x is not a function\n\s+at [^]*\nCaused by: Error: the root\n[^]*\n::endgroup::\n::error title=Sample::This is a bug[^\n]*%0APlease report/m);
    expect(run.result).toMatchObject({ ok: false, reason: 'bug' });
  });

  test.each([['floating', 'nobody awaits me'], ['forever', 'waits for something that never comes']])('%s: what nobody awaits ends the run with all reports', async (mode, message) => {
    const run = await runSample(mode);
    expect(run).toMatchObject({ exit: 1, result: { reason: 'bug' } });
    expect(run.lines.at(-1)).toContain(message);
  });

  test('cleanup runs newest first, and one that fails keeps none from running', async () => {
    const run = await runSample('cleanup');
    expect(run.lines).toEqual(['undo third', 'undo first', '::warning title=Sample::Tidying up failed: second: no way.', 'Sample succeeded: done']);
  });
});

describe('secrets', () => {
  test('are masked before anything else is printed, and nobody sees them', async () => {
    const run = await runSample('leak', { with: { 'api-key': KEY } });
    expect(run.exit).toBe(3);
    const first = run.lines.findIndex((line) => !line.startsWith('::add-mask::'));
    expect(run.lines.slice(0, first)).toContain(`::add-mask::${KEY}`);
    expect(run.lines.slice(first).some((line) => line.startsWith('::add-mask::'))).toBe(false);
    for (const form of [KEY, Buffer.from(KEY).toString('base64'), encodeURIComponent(KEY), 'hunter2']) {
      for (const text of [run.lines.slice(first).join('\n'), run.outputs, run.summary, JSON.stringify(run.result)]) expect(text).not.toContain(form);
    }
    expect(run.lines.join('\n')).toMatch(/::stop-commands::(\w+)\nchild \| \*\*\*\nchild \| ::error::forged ##\[group\]x\n::\1::/);
    expect(run.lines.at(-1)).toMatch(/^Sample failed \(said-no\): It said \*\*\*\./);
    expect(run.lines.join('\n')).toContain('Secrets were taken out of the output hosts.');
  });

  test('are masked although other inputs are wrong', async () => {
    const run = await runSample('pass', { with: { 'api-key': KEY, wait: KEY } });
    expect(run.lines[0]).toBe(`::add-mask::${KEY}`);
    expect(run.lines.filter((line) => !line.startsWith('::add-mask')).join('\n')).not.toContain('hunter2');
  });

  test('cannot be saved as state', async () => {
    const run = await runSample('state', { with: { 'api-key': KEY } });
    expect(run).toMatchObject({ exit: 1, state: '' });
    expect(run.lines.at(-1)).toContain('would hold a secret');
  });

  test('in ops.yml are an error that does not show them', async () => {
    const run = await runSample('pass', { opsFile: `defaults: { sample: { api-key: ${KEY} } }` });
    expect(run.exit).toBe(1);
    expect(run.lines.join('\n')).not.toContain(KEY);
  });
});

test('a runner that no longer reads does not break a run off', async () => {
  const run = await runSample('cleanup', { deafAfterStart: true });
  expect(run).toMatchObject({ exit: 0, stderr: '', lines: [''], result: { ok: true, sentence: 'done' } });
});

test('one error lists every bad input', async () => {
  const run = await runSample('pass', { with: { wait: '5 minutes', 'dry-run': 'yes', hots: 'a' } });
  expect(run.exit).toBe(1);
  const annotation = decodeURIComponent(run.lines[0] ?? '');
  expect(annotation).toContain('3 inputs are wrong; nothing was changed:');
  expect(annotation).toMatch(/- hots: is not an input of sample\. Did you mean hosts\?/);
  expect(annotation).toMatch(/- dry-run: "yes" must be true or false/);
  expect(annotation).toMatch(/- wait: "5 minutes" must be a duration such as .* Example: wait: 10s/);
});

describe('cancel', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s: the children end, what was done is undone and told', async (signal) => {
    const run = await runSample('polite', { signal });
    expect(run).toMatchObject({ exit: 9, signal: null, survivors: 0, result: { reason: 'cancelled' } });
    expect(run.lines).toEqual([
      'ready', 'The run was cancelled; tidying up.', 'child ended, cancelled true', 'undone',
      '::error title=Sample::Cancelled while the action was running.', 'Sample failed (cancelled): Cancelled while the action was running.',
    ]);
    expect(run.outputs).toMatch(/hosts<<(\w+)\nhalf\n\1/);
  });

  test('a run that does not listen is left behind, but undone and told', async () => {
    const run = await runSample('deaf', { signal: 'SIGINT' });
    expect(run).toMatchObject({ exit: 9, signal: null, result: { reason: 'cancelled' } });
    expect(run.lines).toContain('undone');
    expect(run.lines.join('\n')).toMatch(/^::warning title=Sample::Tidying up failed: hangs: did not end within \d+ ms\.$/m);
  });

  test('nobody outlives a run that does not wait for its children', async () => {
    expect(await runSample('orphan', { signal: 'SIGINT' })).toMatchObject({ exit: 9, signal: null, survivors: 0, result: { reason: 'cancelled' } });
  });

  test('many steps that hang share what is left of the time: the verdict comes before the platform kills', async () => {
    const run = await runSample('clogged', { signal: 'SIGINT', killAfterMs: 7500 });
    expect(run).toMatchObject({ exit: 9, signal: null, result: { reason: 'cancelled' } });
  });

  test('SIGKILL leaves the state for post', async () => {
    const run = await runSample('deaf', { signal: 'SIGKILL' });
    expect(run).toMatchObject({ exit: null, signal: 'SIGKILL', outputs: '', state: expect.stringMatching(/^made<<(\w+)\nyes\n\1\n$/) });
  });
});
