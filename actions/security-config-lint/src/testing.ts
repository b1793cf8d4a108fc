import type { Finding, Safe, Undecided } from './finding.ts';
import { judged, type Judgement } from './judgement.ts';
import { report, type Half, type Locator, type Reported } from './reported.ts';
import { rule, type Rule, type RuleId, type RuleSpec } from './rule.ts';

/** A rule for tests: `sampleRule('FWS-SES-001')`. */
export function sampleRule(id: RuleId, more: Partial<RuleSpec> = {}): Rule {
  return rule({
    id, slug: `slug-of-${id.slice(4).toLowerCase()}`, title: `Title of ${id}`, why: 'It is bad.', fires: 'it is bad', quiet: 'it is good', remedy: 'Make it good.',
    severity: 'high', precision: 'very-high', cwe: [614], asvs: ['3.3.1'], needs: [], targets: ['production', 'staging'], since: '0.1.0', ...more,
  });
}

/** A finding about `subject`, in config/session.php at line 9 unless told otherwise. */
export function sampleFinding(subject = 'session.secure', more: Partial<Finding> = {}): Finding {
  return {
    subject, severity: 'high', message: `${subject} is false.`, remedy: 'Set it to true.', shown: 'false', rank: 1,
    trace: [{ file: undefined, line: 0, column: 0, what: 'SESSION_SECURE_COOKIE is not set' }, { file: 'config/session.php', line: 9, column: 15, what: "env('SESSION_SECURE_COOKIE') is null" }], ...more,
  };
}

export const everywhere: Locator = { prefix: '', holds: () => true, fallback: () => ({ file: 'composer.json', line: 1, column: 1 }) };

export function reported(rule: Rule, findings: readonly Finding[] = [sampleFinding()], half: Half = 'static'): readonly Reported[] {
  return report(findings.map((finding) => ({ rule, half, finding })), 'production', everywhere);
}

export function failed(...findings: readonly Finding[]): Judgement {
  return judged({ findings }, 'nothing');
}

export function passed(...subjects: readonly string[]): Judgement {
  return judged({ safe: subjects.map((subject): Safe => ({ subject, shown: 'true', trace: [] })) }, 'nothing');
}

export function open(subject: string, reason = 'expression'): Undecided {
  return { subject, reason, why: `config/session.php calls helper() for ${subject}`, trace: [] };
}
