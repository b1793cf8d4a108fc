import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CancelledError, inputVariable, milliseconds, parseInputs, UserError, type Deps, type Report, type Section, type Verdict } from '@ops/shared';
import * as server from '../../../test/support/http.ts';
import { contract, type GateInputs, type GateOutput } from '../src/inputs.ts';
import { run } from '../src/run.ts';

const GOOD = server.json(200, { status: 'healthy', version: '0a1b2c3', checks: { database: { status: 'ok' } } });

/** Parses texts as runAction does, with the defaults of the contract. */
async function inputsOf(given: Readonly<Record<string, string>>): Promise<GateInputs> {
  const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [inputVariable(name), value]));
  return parseInputs(contract.inputs, { env, opsFile: undefined, action: contract.name, registry: {} });
}

interface Ended {
  readonly verdict: Verdict | undefined;
  readonly thrown: unknown;
  readonly outputs: Readonly<Partial<Record<GateOutput, unknown>>>;
  readonly result: Readonly<Record<string, unknown>>;
  readonly summary: string;
  readonly log: readonly string[];
  readonly masked: readonly string[];
}

const nothing = (): never => {
  throw new Error('not for this action');
};

/** Runs the action with real sockets and a clock that does not wait. */
async function act(given: Readonly<Record<string, string>>, options: { abortAfterMs?: number; onSleep?: () => void } = {}): Promise<Ended> {
  const controller = new AbortController();
  if (options.abortAfterMs !== undefined) setTimeout(() => controller.abort(), options.abortAfterMs);
  const [log, masked, sections]: [string[], string[], Section[]] = [[], [], []];
  const outputs: Partial<Record<GateOutput, unknown>> = {};
  const result: Record<string, unknown> = {};
  let slept = 0;
  const say = (line: string): void => void log.push(line);
  const deps: Deps = {
    clock: {
      now: () => milliseconds(Date.now() + slept),
      monotonic: () => milliseconds(performance.now() + slept),
      sleep: async (ms, signal) => {
        if (signal?.aborted === true) throw new CancelledError('waiting');
        slept += ms;
        options.onSleep?.();
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
    random: { hex: (bytes) => 'ab'.repeat(bytes), fraction: () => 0.5 },
    exec: { run: nothing, start: nothing },
    log: { info: say, debug: say, notice: say, warning: say, error: say, foreign: (_prefix, text) => say(text), group: (_title, body) => body() },
    context: { repository: 'o/r', actor: 'a', eventName: 'push', sha: '', runId: '1', runAttempt: '1', job: 'j', runUrl: '', apiUrl: '', serverUrl: '', workspace: '/nowhere', tempDir: '/tmp', event: {} },
    env: {},
    mask: (secret) => void masked.push(secret),
    signal: controller.signal,
    cleanup: { defer: () => undefined },
    state: { save: () => undefined },
  };
  const report: Report<GateOutput> = { output: (name, value) => void (outputs[name] = value), section: (section) => void sections.push(section), result: (key, value) => void (result[key] = value) };
  let [verdict, thrown]: [Verdict | undefined, unknown] = [undefined, undefined];
  try {
    verdict = await run(await inputsOf(given), deps, report);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    thrown = error;
  }
  return { verdict, thrown, outputs, result, summary: sections.map(({ title, markdown }) => `## ${title ?? ''}\n${markdown}`).join('\n\n'), log, masked };
}

describe('health-gate', () => {
  test('passes and says all it knows', async () => {
    await using at = await server.serve(server.routes({ '/api/health': GOOD }));
    const ended = await act({ 'health-url': at.origin, 'expected-version': '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567', 'max-latency': '10s' });
    expect(ended.verdict).toEqual({ ok: true, sentence: expect.stringMatching(/^Healthy, version 0a1b2c3: 3 good rounds in a row after /) });
    expect(ended.outputs).toMatchObject({ verdict: 'pass', 'reason-code': 'healthy', attempts: 3, 'stable-count': 3, version: '0a1b2c3', 'cert-days-left': undefined, 'components-json': '[{"check":"health","name":"database","state":"up","word":"ok"}]' });
    expect(Object.keys(ended.outputs).sort()).toEqual(Object.keys(contract.outputs).filter((name) => name !== 'result-json').sort());
    expect(JSON.parse(JSON.stringify(ended.result))).toMatchObject({ reason: 'healthy', rounds: [{ number: 1, good: true }, {}, {}] });
    expect(ended.summary).toContain('## Health: pass');
    expect(ended.summary).toContain('xychart-beta');
  });

  test.each<[string, server.Behaviour, Record<string, string>, string]>([
    ['maintenance', server.maintenance(60), {}, 'maintenance'],
    ['a failing component', server.json(503, { status: 'unhealthy', checks: { database: { status: 'failed' } } }), {}, 'component'],
    ['a contradiction', server.json(200, { status: 'DOWN' }), {}, 'status'],
    ['a login page', server.routes({ '/h': server.redirect('/login'), '/login': server.answer(200, '<html>Log in') }), {}, 'body'],
    ['a catch-all server', server.answer(200, '{"success":true}'), {}, 'body'],
    ['a catch-all server asked for its status', server.answer(200, '[]'), { 'health-url': '', checks: '- {url: "ORIGIN/h", preset: status}' }, 'body'],
    ['a cached answer', server.json(200, { status: 'ok' }, { age: '7' }), {}, 'stale'],
    ['another version', GOOD, { 'expected-version': '99999999' }, 'version'],
    ['a flapping server', server.flapping(GOOD, server.json(500, {})), {}, 'unstable'],
    ['a slow server', (request, response, count) => void setTimeout(() => GOOD(request, response, count), 30), { 'max-latency': '10ms' }, 'latency'],
    ['a reset', server.reset, {}, 'reset'],
    ['a redirect to another host', server.redirect('https://elsewhere.example.com/'), {}, 'redirect'],
    ['a silent server', server.silent, { 'request-timeout': '50ms' }, 'timeout'],
  ])('%s is red with its reason', async (_name, behaviour, given, reason) => {
    await using at = await server.serve(behaviour);
    const filled = Object.fromEntries(Object.entries({ 'health-url': `${at.origin}/h`, timeout: '30s', ...given }).filter(([, text]) => text !== '').map(([name, text]) => [name, text.replace('ORIGIN', at.origin)]));
    const ended = await act(filled);
    expect(ended.verdict).toMatchObject({ ok: false, reason, remedy: expect.any(String) });
    expect(ended.outputs).toMatchObject({ verdict: 'fail', 'reason-code': reason });
    expect(ended.summary).toContain(`Health: fail (${reason})`);
    expect(ended.summary).toContain('Last evidence:');
  });

  test('report-only and dry-run are not red; a dry run asks once', async () => {
    await using at = await server.serve(server.json(500, {}));
    const reported = await act({ 'health-url': `${at.origin}/h`, timeout: '10s', 'report-only': 'true' });
    expect(reported.verdict).toEqual({ ok: true, sentence: expect.stringContaining('Not red, because this is report-only.') });
    expect(reported.outputs).toMatchObject({ verdict: 'fail', 'reason-code': 'status' });
    const before = at.received.length;
    const dry = await act({ 'health-url': `${at.origin}/h`, 'expected-version': 'never', 'dry-run': 'true' });
    expect(dry.verdict).toEqual({ ok: true, sentence: expect.stringContaining('ended by the dry run') });
    expect(at.received.length - before).toBe(1);
  });

  test.each([['fail', false, 0], ['warn', true, 1], ['pass', true, 0]] as const)('on-inconclusive: %s', async (word, ok, warnings) => {
    await using at = await server.serve(server.routes({ '/h': GOOD, '/api/v1/query': server.json(200, { status: 'success', data: { resultType: 'vector', result: [] } }) }));
    const ended = await act({ 'health-url': `${at.origin}/h`, prometheus: `- {name: errors, url: "${at.origin}", query: up, condition: "< 1"}`, timeout: '10s', 'on-inconclusive': word });
    expect(ended.verdict).toMatchObject({ ok, sentence: expect.stringContaining('Inconclusive (no-data): errors has no data for the query') });
    expect(ended.outputs).toMatchObject({ verdict: 'inconclusive', 'reason-code': 'no-data' });
    expect(ended.log.filter((line) => line.startsWith('Inconclusive'))).toHaveLength(warnings);
  });

  test('metrics are renamed into place; a path that cannot be written is an error of its own', async () => {
    await using at = await server.serve(GOOD);
    const dir = mkdtempSync(join(tmpdir(), 'ops-gate-'));
    const ended = await act({ 'health-url': `${at.origin}/h`, 'metrics-file': join(dir, 'deep/health.prom'), environment: 'staging' });
    expect(ended.verdict).toMatchObject({ ok: true });
    expect(readdirSync(join(dir, 'deep'))).toEqual(['health.prom']);
    expect(readFileSync(join(dir, 'deep/health.prom'), 'utf8')).toMatch(/fwber_health_check_status\{endpoint="health",environment="staging",status="healthy"\} 1[\s\S]*# EOF\n$/);
    const refused = await act({ 'health-url': `${at.origin}/h`, 'metrics-file': join(dir, 'deep/health.prom/x') });
    expect(refused.thrown).toMatchObject({ reason: 'metrics-file' });
    expect(refused.outputs).toMatchObject({ verdict: 'pass' });
    rmSync(dir, { recursive: true });
  });

  test('a cancel ends it, red even with report-only', async () => {
    await using at = await server.serve(server.silent);
    const ended = await act({ 'health-url': `${at.origin}/h`, 'report-only': 'true' }, { abortAfterMs: 100 });
    expect(ended.verdict).toMatchObject({ ok: false, reason: 'cancelled' });
    expect(ended.outputs).toMatchObject({ verdict: 'error', 'reason-code': 'cancelled' });
  });

  test('nothing to ask is an input error', async () => {
    const { thrown } = await act({});
    expect(thrown).toBeInstanceOf(UserError);
    expect(thrown).toMatchObject({ reason: 'input', message: expect.stringContaining('Give the address of the health route') });
  });

  test('secrets in headers and addresses are masked, and no summary or log shows them', async () => {
    await using at = await server.serve(server.json(500, { echo: 'Bearer hush-hush-1' }));
    const ended = await act({ checks: `- {url: "http://user:hush-hush-2@127.0.0.1:${at.port}/h", headers: {authorization: Bearer hush-hush-1}}`, timeout: '10s' });
    expect(ended.masked).toEqual(['Bearer hush-hush-1', 'hush-hush-2']);
    expect(at.received[0]?.headers.authorization).toBe('Bearer hush-hush-1');
    expect(JSON.stringify([ended.log, ended.summary, ended.result, ended.outputs, ended.verdict])).not.toContain('hush-hush');
  });

  test('hostile text of a server is inert in log and summary', async () => {
    const nasty = '<img src=x> | @someone\n::error::forged ##[error] `code` [link](https://x.example.com)';
    await using at = await server.serve(server.json(503, { status: 'unhealthy', checks: { [nasty]: { status: nasty } } }));
    const ended = await act({ 'health-url': `${at.origin}/h`, timeout: '10s' });
    expect(ended.summary).not.toMatch(/<img|@someone|::error|\[link\]\(/);
    for (const line of ended.log) expect(line).not.toMatch(/\n|##\[|^::/);
  });
});

