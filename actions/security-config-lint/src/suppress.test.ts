import { describe, expect, test } from '@jest/globals';
import { inlineSuppressions } from './inline.ts';
import { matchesPath } from './path-pattern.ts';
import { readPolicy } from './policy/read.ts';
import { policySuppressions, ruleSettings } from './policy/suppressions.ts';
import { createRegistry } from './registry.ts';
import { suppress, type Suppressed } from './suppress.ts';
import { reported, sampleFinding, sampleRule } from './testing.ts';

const secure = sampleRule('FWS-SES-001', { severity: 'critical' });
const lifetime = sampleRule('FWS-SES-007', { severity: 'low', slug: 'session-lifetime-long', aliases: ['session-too-long'] });
const committed = sampleRule('FWS-KEY-004', { severity: 'critical', policyOnly: true });
const registry = createRegistry([secure, lifetime, committed]);
const todayMs = Date.parse('2026-12-01T12:00:00Z');
const judged = new Set([secure.id, lifetime.id, committed.id]);
const low = sampleFinding('session.lifetime', { severity: 'low' });

describe('the policy file', () => {
  const run = (ignore: string, findings = reported(lifetime, [low])): Suppressed => suppress(findings, policySuppressions(readPolicy(`ignore:\n${ignore}`), registry), { todayMs, judged });
  const said = (result: Suppressed): unknown[] => [result.by.size, ...result.invalid.map(({ why, suppression }) => `${suppression.place.line}: ${why}`)];

  test.each([
    ['- {rule: FWS-SES-007, reason: kiosk}', [1]],
    ['- {rule: session-lifetime-long, key: session.lifetime, reason: kiosk}', [1]],
    ['- {rule: session-too-long, path: "config/**", reason: kiosk}', [1]],
    ['- {rule: FWS-SES-007, key: session.secure, reason: kiosk}', [0, '2: it suppresses nothing: remove it']],
    ['- {rule: FWS-SES-007}', [0, '2: it gives no reason']],
    ['- {rule: FWS-SES-007, reason: "  "}', [0, '2: it gives no reason']],
    ['- {rule: FWS-SES-099, reason: kiosk}', [0, '2: no rule is called FWS-SES-099']],
    ['- {rule: FWS-SES-007, reason: kiosk, until: 2026-11-30}', [0, '2: it ended on 2026-11-30']],
    ['- {rule: FWS-SES-007, reason: kiosk, until: 2026-12-01}', [1]],
  ])('%s', (entry, expected) => {
    expect(said(run(entry))).toEqual(expected);
  });

  test('a finding of severity critical is suppressed until a day only', () => {
    const findings = reported(secure, [sampleFinding('session.secure', { severity: 'critical' })]);
    expect(said(run('- {rule: FWS-SES-001, reason: behind a VPN}', findings))).toEqual([0, '2: a finding of severity critical can only be suppressed until a day: add until']);
    expect(said(run('- {rule: FWS-SES-001, reason: behind a VPN, until: 2027-01-31}', findings))).toEqual([1]);
  });

  test('one that ends within two weeks is said', () => {
    expect(run('- {rule: FWS-SES-007, reason: kiosk, until: 2026-12-14}').ending).toHaveLength(1);
    expect(run('- {rule: FWS-SES-007, reason: kiosk, until: 2026-12-16}').ending).toEqual([]);
  });

  test('one whose rule did not run is not called useless', () => {
    expect(suppress([], policySuppressions(readPolicy('ignore:\n- {rule: FWS-SES-007, reason: kiosk}'), registry), { todayMs, judged: new Set() }).invalid).toEqual([]);
  });

  test('rules get options, or are switched off with what their severity needs', () => {
    const settings = ruleSettings(readPolicy('rules:\n  session-lifetime-long: {max-minutes: 900}\n  FWS-SES-001: {off: true, reason: not a web app}\n  FWS-KEY-004: {off: true, reason: test repository, until: 2027-01-31}\n  nobody: {off: true}\n'), registry, todayMs);
    expect([...settings.options]).toEqual([['FWS-SES-007', { 'max-minutes': 900 }]]);
    expect([...settings.off]).toEqual([['FWS-KEY-004', 'test repository']]);
    expect(settings.invalid.map(({ why, suppression }) => `${suppression.place.line}: ${why}`)).toEqual(['3: a rule of severity critical can only be switched off until a day: add until', '5: no rule is called nobody']);
  });

  test('what is wrong with its form is one error that lists everything', () => {
    expect(() => readPolicy('ignore:\n- {role: X}\nrulez: {}\nattest:\n- {id: mfa}\n')).toThrow(/line 2, ignore\.0.*\n[\s\S]*rulez/);
    expect(() => readPolicy('ignore: [')).toThrow('it is not valid YAML');
    expect(readPolicy('').policy.ignore).toEqual([]);
  });
});

describe('comments', () => {
  const inline = (text: string, more: { tracked?: boolean; kind?: 'env' | 'other'; allowed?: boolean } = {}): Suppressed =>
    suppress(reported(lifetime, [low]), inlineSuppressions({ file: 'config/session.php', text, tracked: more.tracked ?? true, kind: more.kind ?? 'other' }, registry, more.allowed ?? true), { todayMs, judged });
  const at = (line: number, text: string): string => `${'\n'.repeat(line - 1)}${text}\n`;

  test.each([
    ['above, PHP', at(8, '    // fws-ignore FWS-SES-007 -- kiosk')],
    ['behind, PHP', at(9, "    'lifetime' => 900, // fws-ignore FWS-SES-007 -- kiosk")],
    ['a block comment', at(8, '/* fws-ignore session-lifetime-long -- kiosk */')],
    ['a line of a doc comment', at(8, '     * fws-ignore FWS-SES-007 -- kiosk')],
    ['a shell comment', at(9, 'X # fws-ignore FWS-SES-007 until=2027-01-31 -- kiosk -- for good')],
    ['two rules', at(8, '# fws-ignore FWS-SES-001, FWS-SES-007 -- kiosk')],
    ['two comments above', at(7, '# fws-ignore FWS-SES-007 -- kiosk\n# fws-ignore FWS-KEY-004 until=2027-01-31 -- test')],
  ])('%s', (_name, text) => {
    expect(inline(text).by.size).toBe(1);
  });

  test.each([
    ['two lines above', at(7, '// fws-ignore FWS-SES-007 -- kiosk'), 'it suppresses nothing: remove it'],
    ['behind the line above', at(8, 'x(); // fws-ignore FWS-SES-007 -- kiosk'), 'it suppresses nothing: remove it'],
    ['without a reason', at(8, '// fws-ignore FWS-SES-007'), 'it gives no reason'],
    ['without a rule', at(8, '// fws-ignore -- kiosk'), 'it names no rule'],
    ['with a day that is none', at(8, '// fws-ignore FWS-SES-007 until=2027-02-30 -- kiosk'), 'until must be a day such as 2027-01-31'],
    ['with a day that is over', at(8, '// fws-ignore FWS-SES-007 until=2026-02-01 -- kiosk'), 'it ended on 2026-02-01'],
  ])('%s it does not count', (_name, text, why) => {
    const { by, invalid } = inline(text);
    expect([by.size, invalid.map((each) => each.why)]).toEqual([0, [why]]);
  });

  test('they count only in reviewed files, where they are allowed, and without quotes in .env', () => {
    const text = at(8, '# fws-ignore FWS-SES-007 -- kiosk');
    expect(inline(text, { tracked: false }).invalid[0]?.why).toContain('not in the repository');
    expect(inline(text, { allowed: false }).invalid[0]?.why).toContain('denied');
    expect(inline(text, { kind: 'env' }).by.size).toBe(1);
    expect(inline(text.replace('kiosk', 'B="kiosk'), { kind: 'env' }).invalid[0]?.why).toContain('quotes');
  });

  test('a rule of the policy file only is not suppressed by a comment', () => {
    const findings = reported(committed, [sampleFinding('APP_KEY', { severity: 'critical' })]);
    const suppressions = inlineSuppressions({ file: 'config/session.php', text: at(8, '# fws-ignore FWS-KEY-004 until=2027-01-31 -- fixture'), tracked: true, kind: 'other' }, registry, true);
    expect(suppress(findings, suppressions, { todayMs, judged }).invalid[0]?.why).toBe('this rule is suppressed in the policy file only');
  });
});

test('patterns of paths', () => {
  expect(['config/*.php', 'config', 'config/', '**/*.php', 'con?ig/session.php', './config/session.php'].filter((pattern) => !matchesPath(pattern, 'config/session.php'))).toEqual([]);
  expect(['*.php', 'app/**', 'config/session', 'onfig/session.php'].filter((pattern) => matchesPath(pattern, 'config/session.php'))).toEqual([]);
});
