import { expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import { checkOf, DEFAULT_TRANSPORT } from './check.ts';
import { gateObservations } from './gate.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { healthSummary } from './summary.ts';
import { answerWith } from './testing.ts';

const check = checkOf({
  name: 'ready',
  kind: 'readiness',
  url: 'https://user:hush@app1.example.com:8443/ready',
  maxLatencyMs: 80,
  headers: { authorization: new Secret('Bearer hush'), 'x-plain': "it's" },
  transport: { ...DEFAULT_TRANSPORT, resolve: { 'app1.example.com': '192.0.2.1' } },
});

test('tells what to know first, first', () => {
  const bad = answerWith(503, { status: 'not_ready', checks: { 'db|1': { status: 'failed' } } }, {}, { phases: { dns: 1.4, connect: 2, tls: 3, ttfb: 90, body: 1, total: 97.4 }, certDaysLeft: 3 });
  const result = gateObservations(check, [answerWith(200, { status: 'ready' }), bad], DEFAULT_POLICY);
  const sections = healthSummary(result, [check]);
  expect(sections.map(({ title }) => title)).toEqual(['Health: fail (unstable)', 'Checks', 'Components', 'Response time', undefined, undefined]);
  const text = sections.map(({ markdown }) => markdown).join('\n');
  expect(text).toContain('| ready | down | reports component db&#124;1 failed | 1 of 2 | 94 ms | 50 ms, acceptable 100 ms: acceptable | 80 ms | −14 ms |');
  expect(text).toContain('> ⚠️ The certificate of app1.example.com expires in 3 days.');
  expect(text).toContain('| 2 | 0.1 s | component | ready reports component db&#124;1 failed | dns 1, connect 2, tls 3, ttfb 90, body 1, total 97 |');
  expect(text).toContain(String.raw`curl -sS -i -H 'authorization: …' -H 'x-plain: it'\''s' --resolve 'app1.example.com:8443:192.0.2.1' 'https://app1.example.com:8443/ready'`);
  expect(text).not.toContain('hush');
});

test('a long timeline keeps both ends', () => {
  const result = gateObservations(check, Array.from({ length: 100 }, () => answerWith(500, '<html>')), DEFAULT_POLICY);
  const timeline = healthSummary(result, [check]).map(({ markdown }) => markdown).find((markdown) => markdown.includes('Timeline')) ?? '';
  expect(timeline.match(/^\| \d+ \|/gm)).toHaveLength(40);
  expect(timeline).toContain('60 rounds in the middle are left out; the log has them.');
});
