import { describe, expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import type { Check } from '../check.ts';
import { checksFromInputs, healthPolicyFromInputs } from './from-inputs.ts';
import type { HealthInputs } from './health-inputs.ts';
import { parseChecks } from './checks-list.ts';
import { healthInputs } from './specs.ts';
import { parseStable } from './stable.ts';
import { parseStatusRanges } from './status-ranges.ts';
import { parseDuration } from './duration.ts';

const URL_ = 'https://api.example.com/api/health';

interface Plan {
  readonly checks: readonly Check[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly masked: readonly string[];
}

function plan(inputs: HealthInputs, env: Record<string, string> = {}): Plan {
  const [problems, warnings, masked]: string[][] = [[], [], []];
  const silent = { info: () => undefined, debug: () => undefined, notice: () => undefined, error: () => undefined, foreign: () => undefined, group: <T>(_title: string, body: () => Promise<T>) => body() };
  const log = { ...silent, warning: (line: string) => void warnings?.push(line) };
  const checks = checksFromInputs(inputs, { env, context: { workspace: '/nowhere' }, mask: (secret) => void masked?.push(secret), log }, problems ?? []);
  return { checks, problems: problems ?? [], warnings: warnings ?? [], masked: masked ?? [] };
}

function first({ checks }: Plan): Check {
  const [check] = checks;
  if (check === undefined) throw new Error('no check');
  return check;
}

const listed = async (yaml: string): Promise<HealthInputs> => ({ checks: (await parseChecks(yaml)).checks });

describe('single inputs', () => {
  test.each<[string, number | undefined]>([['500ms', 500], ['10s', 10_000], ['1h30m', 5_400_000], ['1.5s', undefined], ['0s', 0], ['10', undefined], ['', undefined], ['-1s', undefined], ['1d', 86_400_000]])('duration %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each<[string, unknown]>([['3', { rounds: 3, ms: 0 }], ['30s', { rounds: 1, ms: 30_000 }], ['3 30s', { rounds: 3, ms: 30_000 }], ['30s,3', { rounds: 3, ms: 30_000 }], ['0', undefined], ['3 4', undefined], ['soon', undefined], ['', undefined]])('stable-for %j', (text, expected) => {
    expect(parseStable(text)).toEqual(expected);
  });

  test.each<[string, unknown]>([['200', [{ from: 200, to: 200 }]], ['2xx, 304', [{ from: 200, to: 299 }, { from: 304, to: 304 }]], ['299-200', undefined], ['600', undefined], ['', undefined]])('expect-status %j', (text, expected) => {
    expect(parseStatusRanges(text)).toEqual(expected);
  });

  test.each<[keyof typeof healthInputs, string, boolean]>([
    ['timeout', '0s', false], ['interval', '0ms', false], ['warmup-timeout', '0s', true], ['timeout', '5', false],
    ['health-url', 'api.example.com', false], ['health-url', 'ftp://x', false], ['fail-fast-on', 'none', true], ['fail-fast-on', '404 5xx tls', true], ['fail-fast-on', 'four', false],
    ['resolve', 'a.example.com:::1', true], ['resolve', 'a.example.com', false], ['version-path', 'version', false], ['failure-limit', '-1', false], ['cache-buster', 'yes', false],
    ['bearer-token', 'a b', false], ['client-key', 'key.pem', false], ['expected-version', 'a b', false], ['checks', '- url: https://x.example.com/', true], ['checks', 'url: x', false],
  ])('%s: %j', async (name, text, fine) => {
    expect((await healthInputs[name].schema.safeParseAsync(text)).success).toBe(fine);
  });

  test('every default and every example that is no expression is a valid value', async () => {
    for (const [name, spec] of Object.entries(healthInputs)) {
      for (const text of ['default' in spec ? spec.default : undefined, spec.example]) {
        if (text === undefined || text.startsWith('${{')) continue;
        expect([name, (await spec.schema.safeParseAsync(text)).success]).toEqual([name, true]);
      }
      expect(spec.description.length).toBeLessThanOrEqual(125);
      expect(spec.description).toMatch(/^[A-Z].*[^.]$/);
    }
  });
});

describe('checks', () => {
  test('reads all that an entry may say', async () => {
    const { checks, problems } = await parseChecks(`
- {name: ready, url: https://a.example.com/ready, kind: readiness, preset: laravel, method: get, expect-status: "200, 204", max-latency: 100ms, required: false}
- url: /api/health
  headers: {Authorization: Bearer abc, X-Plain: y}
  assert: [/status = ok, body contains x]
  required-components: [db]
- https://a.example.com/up
`);
    expect(problems).toEqual([]);
    expect(checks).toMatchObject([
      { name: 'ready', kind: 'readiness', preset: 'laravel', method: 'GET', maxLatencyMs: 100, required: false, expectStatus: [{ from: 200, to: 200 }, { from: 204, to: 204 }] },
      { name: 'health', url: '/api/health', headers: { 'x-plain': 'y' }, requiredComponents: ['db'], assertions: [{ text: '/status = ok' }, { text: 'body contains x' }] },
      { name: 'up', url: 'https://a.example.com/up' },
    ]);
    expect(checks[1]?.headers?.['authorization']).toBeInstanceOf(Secret);
  });

  test('names everything that is wrong at once', async () => {
    expect((await parseChecks('- {name: a, url: ftp://x, kind: deep, requird: true}\n- {headers: [x], assert: [status], required: "yes"}\n- 7')).problems).toEqual([
      'check a has the unknown key requird: known are name, url, kind, preset, method, headers, expect-status, assert, max-latency, required, required-components, ignore-components',
      'check a has the url "ftp://x": must be an http or https address, or a path beside health-url',
      'check a has the kind "deep": must be one of health, liveness, readiness, startup, custom',
      'check 2 of 3 has no url: give one',
      'check 2 of 3 has the required "yes": must be true or false',
      'check 2 of 3 has headers that are not a set: write "headers:" and below it "x-name: value"',
      expect.stringMatching(/^check 2 of 3 has the assert/),
      'check 3 of 3 is not a set of keys: begin it with "- url: https://…"',
      'check 3 of 3 has no url: give one',
    ]);
    expect((await parseChecks('- {url: https://a.example.com/up}\n- {url: https://b.example.com/up}')).problems).toEqual(['two checks have the name up: names must differ']);
    expect((await parseChecks('{')).problems[0]).toMatch(/^it is not YAML/);
    expect((await parseChecks('')).problems).toEqual(['it is not a list: begin each check with "- "']);
  });
});

describe('plan', () => {
  test('the defaults of the paper', () => {
    const { checks, warnings } = plan({ 'health-url': URL_ });
    expect(checks).toMatchObject([{ name: 'health', url: URL_, preset: 'auto', required: true, degraded: 'fail', transport: { requestTimeoutMs: 10_000, redirects: 'same-host', cacheBuster: true } }]);
    expect(healthPolicyFromInputs({})).toEqual({ timeoutMs: 300_000, intervalMs: 5000, warmupMs: 0, stable: { rounds: 3, ms: 0 }, failureLimit: 0, failFastOn: ['401', '403', '404', 'tls', 'body'] });
    expect(warnings).toEqual([]);
  });

  test('an origin tries the two usual paths, a path is taken as it is', () => {
    expect(first(plan({ 'health-url': 'https://api.example.com' })).paths).toEqual(['/api/health', '/health']);
    expect(first(plan({ 'health-url': URL_ })).paths).toBeUndefined();
  });

  test('a lone /up also asks the front page', async () => {
    expect(plan({ 'health-url': 'https://api.example.com/up' }).checks).toMatchObject([{ name: 'health' }, { name: 'front-page', url: 'https://api.example.com/', preset: 'status', expectStatus: [{ from: 200, to: 499 }] }]);
    expect(plan({ 'health-url': URL_, ...await listed('- /up') }).checks.map(({ name, url }) => `${name} ${url}`)).toEqual([`health ${URL_}`, 'up https://api.example.com/up']);
  });

  test('expected-version belongs to the first check, or to an address of its own', () => {
    expect(first(plan({ 'health-url': URL_, 'expected-version': 'abc' })).identity).toEqual({ expected: 'abc', source: { kind: 'path', pointer: '/version' } });
    expect(first(plan({ 'health-url': URL_, 'expected-version': 'abc', 'version-header': 'X-Release' })).identity).toEqual({ expected: 'abc', source: { kind: 'header', name: 'X-Release' } });
    const own = plan({ 'health-url': URL_, 'expected-version': 'abc', 'version-url': 'https://api.example.com/version' }).checks;
    expect(own).toMatchObject([{ name: 'health' }, { name: 'version', preset: 'status', identity: { source: { kind: 'url' } } }]);
    expect(own[0]).not.toHaveProperty('identity');
    expect(plan({ 'health-url': 'https://api.example.com/up', 'expected-version': 'abc' }).problems[0]).toContain('no body that is read');
  });

  test('the token goes to the origin of the first check only', async () => {
    const { checks, masked } = plan({ 'health-url': URL_, ...await listed('- {name: own, url: /other}\n- {name: foreign, url: https://cdn.example.com/x}\n- {name: set, url: /set, headers: {authorization: Basic x}}'), 'bearer-token': new Secret('tok') });
    expect(checks.map(({ headers }) => headers['authorization'] instanceof Secret ? headers['authorization'].reveal() : headers['authorization'])).toEqual(['Bearer tok', 'Bearer tok', undefined, 'Basic x']);
    expect(masked).toEqual(['Bearer tok', 'Bearer tok', 'Basic x']);
  });

  test.each<[string, HealthInputs | Promise<HealthInputs>, Record<string, string>, string]>([
    ['nothing to ask', {}, {}, 'There is nothing to ask: neither `health-url` nor `checks` is given. Give the address of the health route as `health-url`.'],
    ['a path without an origin', listed('- /up'), {}, 'has the path /up'],
    ['a name used twice', listed('- {name: health, url: /x}').then((checks) => ({ 'health-url': URL_, ...checks })), {}, 'Two checks have the name health'],
    ['nothing required', listed('- {url: https://a.example.com/x, required: false}'), {}, 'the gate could never fail'],
    ['resolve behind a proxy', { 'health-url': URL_, resolve: { 'api.example.com': '192.0.2.1' } }, { https_proxy: 'http://proxy:3128' }, 'Add api.example.com to NO_PROXY'],
    ['half a client certificate', { 'health-url': URL_, 'client-key': new Secret('x') }, {}, 'Give both or neither'],
    ['a broken certificate', { 'health-url': URL_, ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }, {}, '`ca` cannot be used'],
    ['a broken key', { 'health-url': URL_, 'client-cert': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'client-key': new Secret('-----BEGIN PRIVATE KEY-----') }, {}, '`client-key` cannot be used'],
    ['an unreadable file', { 'health-url': URL_, ca: 'missing.pem' }, {}, 'missing.pem'],
  ])('refuses %s', async (_name, inputs, env, expected) => {
    const { checks, problems } = plan(await inputs, env);
    expect(problems).toEqual([expect.stringContaining(expected)]);
    expect(checks).toEqual([]);
  });

  test('resolve is fine where NO_PROXY covers it', () => {
    expect(first(plan({ 'health-url': URL_, resolve: { 'api.example.com': '192.0.2.1' } }, { https_proxy: 'http://proxy:3128', no_proxy: '.example.com' })).transport.resolve).toEqual({ 'api.example.com': '192.0.2.1' });
  });

  test('warns of what is unsafe', () => {
    expect(plan({ 'health-url': 'http://api.example.com/h', insecure: true, 'bearer-token': new Secret('t') }).warnings).toEqual(['Certificates are not verified (`insecure`): anyone on the way could answer.', 'The check health sends credentials over plain HTTP.']);
    expect(plan({ 'health-url': 'http://localhost/h', 'bearer-token': new Secret('t') }).warnings).toEqual([]);
  });
});
