/** A tiny action for tests: MODE says how it behaves. */
import { boolean, duration, lines, runAction, secret, text, UserError, type ActionContract, type Deps, type InputsOf, type Report, type Verdict } from '@ops/shared';

const inputs = {
  environment: { description: 'Environment', schema: text(), default: 'production', rule: 'a name', example: 'staging' },
  'dry-run': { description: 'Change nothing', schema: boolean(), default: 'false', rule: 'true or false', example: 'true' },
  'api-key': { description: 'Key', schema: secret(), secret: true, rule: 'a key', example: '${{ secrets.KEY }}' },
  wait: { description: 'How long', schema: duration(), default: '10s', rule: 'a duration', example: '10s' },
  hosts: { description: 'Hosts', schema: lines(), default: 'none', list: true, rule: 'one host a line', example: 'app1.example.com' },
} as const;

const contract = {
  name: 'sample', title: 'Sample', description: 'Sample', inputs, post: false, exits: { 'cancelled': 9, 'said-no': 3 },
  outputs: { verdict: 'Verdict', 'reason-code': 'Reason', hosts: 'Hosts', 'result-json': 'File' },
} as const satisfies ActionContract;

const MODES: Readonly<Record<string, (given: InputsOf<typeof inputs>, deps: Deps, report: Report<keyof typeof contract.outputs>) => Promise<Verdict>>> = {
  pass: (given, deps, report) => {
    report.output('hosts', given.hosts.join('\n'));
    report.result('inputs', given);
    report.section({ title: 'Hosts', markdown: given.hosts.join(' ') });
    deps.log.info(`waited ${given.wait}, dry run ${given['dry-run']}`);
    deps.state.save('hosts', given.hosts);
    return Promise.resolve({ ok: true, sentence: 'All is well.' });
  },
  leak: async (given, deps, report) => {
    const key = given['api-key']?.reveal() ?? '';
    deps.log.info(`key ${key}`);
    deps.log.warning(`key ${Buffer.from(key).toString('base64')}`);
    deps.log.debug(JSON.stringify({ key }));
    report.output('hosts', key);
    report.section({ title: key, markdown: `see ${key}` });
    report.result('key', { nested: [`x ${key}`] });
    const child = await deps.exec.run({ file: 'sh', args: ['-c', 'printf "%s\\n::error::forged ##[group]x\\n" "$KEY"'], env: { PATH: deps.env['PATH'], KEY: key } });
    deps.log.foreign('child', child.stdout);
    return { ok: false, sentence: `It said ${key}.`, reason: 'said-no', remedy: 'Ask again.' };
  },
  state: (given, deps): Promise<Verdict> => {
    deps.state.save('key', `a${given['api-key']?.reveal() ?? ''}`);
    return Promise.resolve({ ok: true, sentence: 'saved' });
  },
  user: () => Promise.reject(new UserError({ reason: 'host-key', message: 'The host key changed.', remedy: 'Compare it.' })),
  bug: () => Promise.reject(new TypeError('x is not a function', { cause: new Error('the root') })),
  floating: (_given, deps) => {
    void deps.clock.sleep(20).then(() => { throw new Error('nobody awaits me'); });
    return deps.clock.sleep(60_000).then(() => ({ ok: true, sentence: 'never' }));
  },
  forever: () => new Promise(() => undefined),
  cleanup: (_given, deps) => {
    deps.cleanup.defer('first', () => deps.log.info('undo first'));
    deps.cleanup.defer('second', () => { throw new Error('no way'); });
    deps.cleanup.defer('third', () => deps.log.info('undo third'));
    return Promise.resolve({ ok: true, sentence: 'done' });
  },
  // Ends as soon as it is told to.
  polite: async (_given, deps, report) => {
    deps.cleanup.defer('undo', () => deps.log.info('undone'));
    const sleep = deps.exec.run({ file: 'sh', args: ['-c', 'trap "" TERM; sleep 300 & sleep 300'], env: deps.env, signal: deps.signal });
    deps.log.info('ready');
    report.output('hosts', 'half');
    const ended = await sleep;
    deps.log.info(`child ended, cancelled ${ended.cancelled}`);
    deps.signal.throwIfAborted();
    return { ok: true, sentence: 'not cancelled' };
  },
  // Its child goes at once, but leaves somebody behind who does not listen and has let go of the pipes.
  orphan: async (_given, deps) => {
    const sleep = deps.exec.run({ file: 'sh', args: ['-c', '(trap "" TERM; sleep 300; sleep 300) >/dev/null 2>&1 </dev/null & echo $! >&2; sleep 300'], env: deps.env, signal: deps.signal });
    deps.log.info('ready');
    await Promise.race([sleep, new Promise((done) => { deps.signal.addEventListener('abort', done); })]);
    deps.signal.throwIfAborted();
    return { ok: true, sentence: 'not cancelled' };
  },
  // Many steps of undoing, none of which ends.
  clogged: (_given, deps) => {
    for (let step = 1; step <= 40; step += 1) deps.cleanup.defer(`step ${step}`, () => new Promise(() => undefined));
    deps.log.info('ready');
    return new Promise(() => { setInterval(() => undefined, 1000); });
  },
  // Hears nothing, and holds node alive.
  deaf: async (_given, deps) => {
    deps.cleanup.defer('undo', () => deps.log.info('undone'));
    deps.state.save('made', 'yes');
    deps.cleanup.defer('hangs', () => new Promise(() => undefined));
    deps.log.info('ready');
    setInterval(() => undefined, 1000);
    return await new Promise(() => undefined);
  },
};

await runAction(contract, (given, deps, report) => {
  const mode = MODES[process.argv[2] ?? ''];
  if (mode === undefined) throw new Error('no such mode');
  return mode(given, deps, report);
}, process);
