import type { Component, Health } from './body/health.ts';
import type { Cause } from './cause.ts';
import { answerCauses, evidenceCauses } from './causes.ts';
import type { Check, CheckKind } from './check.ts';
import { componentCauses } from './components.ts';
import { evidenceOf, redact, statusText } from './evidence.ts';
import { versionIn } from './identity.ts';
import type { Answer, Observation } from './observation.ts';
import type { ReasonCode } from './reason.ts';
import { worst, type State } from './state.ts';

const CERTIFICATE_WARNING_DAYS = 14;
const FINDING_CHARACTERS = 400;

/** What one answer means. Without the body, so that rounds can be kept. */
export interface CheckResult {
  readonly check: string;
  readonly kind: CheckKind;
  readonly required: boolean;
  readonly state: State;
  /** Good enough for a round. */
  readonly ok: boolean;
  /** Neither good nor bad: there was nothing to judge. Then ok is false. */
  readonly inconclusive?: boolean;
  /** The first cause that applies; absent when ok. */
  readonly reason?: ReasonCode;
  /** What happened, as a clause after the check's name: `answered 503 …`. */
  readonly finding: string;
  /** What was seen, one short redacted line. */
  readonly evidence: string;
  /** Present when there was an answer. */
  readonly status?: number;
  readonly version?: string;
  readonly components: readonly Component[];
  readonly warnings: readonly string[];
}

/** When several causes apply, the first of these names the result. */
const ORDER: readonly ReasonCode[] = ['maintenance', 'stale', 'body', 'component', 'status', 'version', 'latency'];

/** Judges one answer: the state is the worst of status code, root status and required components. Pure. */
export function judge(check: Check, observation: Observation, health: Health): CheckResult {
  const base = { check: check.name, kind: check.kind, required: check.required, evidence: evidenceOf(check, observation) };
  if (observation.kind === 'failure') {
    return { ...base, state: 'down', ok: false, reason: observation.failure, finding: redact(observation.detail, check, FINDING_CHARACTERS), components: [], warnings: [] };
  }
  const version = check.identity === undefined ? health.version : versionIn(observation, check.identity.source);
  const condition = [...answerCauses(check, observation, health), ...componentCauses(check, health)];
  const state = worst(condition.map((cause) => cause.state));
  const tolerated = state === 'degraded' && check.degraded !== 'fail';
  const causes = [...(tolerated ? [] : condition), ...evidenceCauses(check, observation, health, version)];
  const first = causes.toSorted((a, b) => ORDER.indexOf(a.reason) - ORDER.indexOf(b.reason))[0];
  return {
    ...base,
    state: worst([state, ...causes.map((cause) => cause.state)]),
    ok: first === undefined,
    ...(first === undefined ? {} : { reason: first.reason }),
    finding: redact(first?.finding ?? goodFinding(observation, health), check, FINDING_CHARACTERS),
    status: observation.status,
    ...(version === undefined ? {} : { version: redact(version) }),
    components: health.components,
    warnings: [...warningsOf(check, observation, health), ...(tolerated && check.degraded === 'warn' ? condition.map((cause) => toWarning(check, cause)) : [])].map((warning) => redact(warning, check, FINDING_CHARACTERS)),
  };
}

function goodFinding(answer: Answer, health: Health): string {
  return [`answered ${statusText(answer.status)}`, ...(health.rootWord === undefined ? [] : [health.rootWord])].join(', ');
}

function toWarning(check: Check, cause: Cause): string {
  return `${check.name} ${cause.finding}; it counts as good because \`degraded\` is warn.`;
}

function warningsOf(check: Check, answer: Answer, health: Health): string[] {
  const warnings: string[] = [];
  if (check.kind === 'liveness' && health.components.length > 0) {
    warnings.push(`${check.name} is a liveness check and lists components: a failing database would restart a healthy process.`);
  }
  if (answer.certDaysLeft !== undefined && answer.certDaysLeft < CERTIFICATE_WARNING_DAYS) {
    warnings.push(`The certificate of ${new URL(answer.url).host} expires in ${answer.certDaysLeft} days.`);
  }
  return warnings;
}
