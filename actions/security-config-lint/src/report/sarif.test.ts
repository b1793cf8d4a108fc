import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../finding.ts';
import { report } from '../reported.ts';
import { SEVERITIES } from '../severity.ts';
import { stand, type Stood } from '../standing.ts';
import { everywhere, reported, sampleFinding, sampleRule } from '../testing.ts';
import { sarif, type SarifOptions } from './sarif.ts';

const rules = SEVERITIES.map((severity, index) => sampleRule(`FWS-SES-00${index}`, { severity, cwe: [16, 614, 1004], asvs: ['3.3.1', '3.3.2', '3.3.3', '3.3.4'] }));
const [worst = sampleRule('FWS-SES-000')] = rules;
const options: SarifOptions = { rules, target: 'production', prefix: 'api/', includeSuppressed: false, hasBaseline: false, version: '0.1.0', succeeded: true };
const none = { by: new Map(), invalid: [], ending: [] };
const stood = (findings: readonly Finding[] = [sampleFinding()], rule = worst): readonly Stood[] => stand(reported(rule, findings), none, undefined);

interface Said { readonly message: { readonly text: string } }
interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string; readonly helpUri: string; readonly help: { readonly markdown: string }; readonly defaultConfiguration: { readonly level: string }; readonly properties: { readonly tags: readonly string[]; readonly 'security-severity'?: string } }[] } };
  readonly invocations: readonly { readonly toolExecutionNotifications: readonly Said[] }[];
  readonly results: readonly (Said & {
    readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }[]; readonly relatedLocations: readonly Said[];
    readonly codeFlows: readonly { readonly threadFlows: readonly { readonly locations: readonly unknown[] }[] }[];
    readonly partialFingerprints: object; readonly properties: { readonly subject: string }; readonly baselineState?: string; readonly suppressions?: unknown;
  })[];
}
const run = (text: string): Run => JSON.parse(text).runs[0];

describe('what code scanning needs', () => {
  test('every rule is described, with a score that is a number in quotes and above or below its limits', () => {
    const { rules: described } = run(sarif([], options).text).tool.driver;
    expect(described.map((each) => [each.id, each.defaultConfiguration.level, each.properties['security-severity']])).toEqual([
      ['FWS-SES-000', 'error', '9.5'], ['FWS-SES-001', 'error', '8.0'], ['FWS-SES-002', 'warning', '5.5'], ['FWS-SES-003', 'note', '2.5'], ['FWS-SES-004', 'none', undefined],
    ]);
    for (const each of described) {
      expect(each.help.markdown).toContain(each.id);
      expect(each.helpUri).toBe(`https://github.com/fwber/ops/blob/main/docs/rules/${each.id}.md`);
      expect(each.properties.tags.length).toBeLessThanOrEqual(10);
    }
    expect(described[0]?.properties.tags).toEqual(['security', 'external/cwe/cwe-016', 'external/cwe/cwe-614', 'external/cwe/cwe-1004', 'owasp-2021-a05', 'owasp-2025-a02', 'asvs-5.0.0-3.3.1', 'asvs-5.0.0-3.3.2', 'asvs-5.0.0-3.3.3', 'asvs-5.0.0-3.3.4']);
  });

  test('a result has its place, its trace as related places and flow, and what no file shows in its message', () => {
    const trace = [...sampleFinding().trace, { file: 'bootstrap/app.php', line: 20, column: 5, what: 'config() sets it' }];
    const [result] = run(sarif(stood([sampleFinding('session.secure', { trace })]), options).text).results;
    expect(result).toMatchObject({ ruleId: 'FWS-SES-000', ruleIndex: 0, level: 'error' });
    expect(result?.message.text).toBe('session.secure is false. Not in a file of this repository: SESSION_SECURE_COOKIE is not set. Set it to true.');
    expect(result?.locations[0]?.physicalLocation).toEqual({ artifactLocation: { uri: 'config/session.php', uriBaseId: '%SRCROOT%' }, region: { startLine: 9, startColumn: 15 } });
    expect(result?.relatedLocations.map((each) => each.message.text)).toEqual(["env('SESSION_SECURE_COOKIE') is null", 'config() sets it']);
    expect(result?.codeFlows[0]?.threadFlows[0]?.locations).toHaveLength(2);
    expect(Object.keys(result?.partialFingerprints ?? {})).toEqual(['fwsConfig/v1']);
  });

  test('paths are relative, with slashes, and encoded', () => {
    const [result] = run(sarif(stood([sampleFinding('x', { trace: [{ file: 'my app\\config/a#b.php', line: 1, column: 1, what: 'x' }] })]), options).text).results;
    expect(result?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('my%20app/config/a%23b.php');
  });

  test('a finding keeps its identity when its line moves, and has another one in another target', () => {
    const moved = sampleFinding('session.secure', { trace: [{ file: 'config/session.php', line: 99, column: 1, what: 'x' }] });
    const [a] = reported(worst);
    const [b] = reported(worst, [moved]);
    const [c] = report([{ rule: worst, half: 'static', finding: moved }], 'staging', everywhere);
    expect([a?.fingerprint === b?.fingerprint, a?.fingerprint === c?.fingerprint]).toEqual([true, false]);
    const twice = reported(worst, [sampleFinding(), moved]);
    expect(twice.map(({ subject }) => subject)).toEqual(['session.secure', 'session.secure#2']);
  });

  test('worst first, at most as many as it takes, and a cut is said', () => {
    const many = [...stood(Array.from({ length: 30 }, (_, index) => sampleFinding(`low-${index}`, { severity: 'low' }))), ...stood([sampleFinding('worst', { severity: 'critical' })])];
    const { text, left } = sarif(many, { ...options, most: { results: 10, gzippedBytes: 1 << 20 } });
    expect([run(text).results.length, run(text).results[0]?.properties.subject, left]).toEqual([10, 'worst', 21]);
    expect(run(text).invocations[0]?.toolExecutionNotifications[0]?.message.text).toContain('21 more results were left out');
    expect(sarif(many, { ...options, most: { results: 5000, gzippedBytes: 1900 } }).left).toBeGreaterThan(0);
  });

  test('suppressed findings are left out unless they are asked for, and the baseline is told', () => {
    const findings = reported(worst, [sampleFinding('a'), sampleFinding('b')]);
    const [first, second] = findings;
    if (first === undefined || second === undefined) throw new Error('no findings');
    const by = new Map([[first, { source: 'inline', named: worst.id, rule: worst.id, reason: 'kiosk', owner: undefined, until: undefined, place: first.place, key: undefined, path: undefined, lines: [9], refused: undefined } as const]]);
    const all = stand(findings, { ...none, by }, { known: new Set([second]), gone: [] });
    expect(run(sarif(all, { ...options, hasBaseline: true }).text).results.map((each) => each.baselineState)).toEqual(['unchanged']);
    expect(run(sarif(all, { ...options, includeSuppressed: true }).text).results[0]?.suppressions).toEqual([{ kind: 'inSource', justification: 'kiosk' }]);
  });
});
