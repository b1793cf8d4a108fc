import type { Finding, Safe } from './finding.ts';
import { judged, type Judgement } from './judgement.ts';
import type { FoundBy } from './reported.ts';
import type { Outcome } from './outcome.ts';
import type { Rule } from './rule.ts';
import { lowered } from './severity.ts';

/** A rule whose halves were joined: one judgement, and its findings, each with the half that found it. */
export interface Joined {
  readonly outcome: Outcome;
  readonly found: readonly FoundBy[];
}

/**
 * Joins what the files say with what the wire shows, subject by subject. Different answers are drift and give one finding that cites
 * both. A half that could not decide is no drift; what the wire answers is no longer undecided.
 */
export function join(rule: Rule, fixed: Judgement | undefined, wire: Judgement | undefined): Joined {
  if (fixed === undefined || wire === undefined || !isDecided(wire) || !hasAnswers(fixed)) return alone(rule, fixed, wire);
  const onWire = new Map(findingsOf(wire).map((finding) => [finding.subject, finding]));
  const safeOnWire = new Map(wire.safe.map((each) => [each.subject, each]));
  const safeInFiles = new Map(fixed.safe.map((each) => [each.subject, each]));
  const found: FoundBy[] = [];
  for (const finding of findingsOf(fixed)) {
    const seen = onWire.get(finding.subject);
    const safe = safeOnWire.get(finding.subject);
    if (seen !== undefined) found.push({ rule, half: 'static', finding: bothUnsafe(finding, seen) });
    else if (safe === undefined) found.push({ rule, half: 'static', finding });
    // Whoever asks whether a header is there at all gets the answer from the wire: a web server may add it.
    else if (finding.absent !== true) found.push({ rule, half: 'drift', finding: onlyInFiles(finding, safe) });
    onWire.delete(finding.subject);
  }
  for (const finding of onWire.values()) {
    const safe = safeInFiles.get(finding.subject);
    found.push(safe === undefined ? { rule, half: 'wire', finding } : { rule, half: 'drift', finding: onlyOnWire(finding, safe) });
  }
  const answered = new Set([...safeOnWire.keys(), ...findingsOf(wire).map(({ subject }) => subject)]);
  const undecided = 'undecided' in fixed ? fixed.undecided.filter(({ subject }) => !answered.has(subject)) : [];
  const judgement = judged({ findings: found.map(({ finding }) => finding), safe: [...fixed.safe, ...wire.safe], undecided }, 'there is nothing to judge');
  return { outcome: { rule, judgement }, found };
}

type Answered = Extract<Judgement, { kind: 'pass' | 'fail' | 'not-evaluable' }>;

function isDecided(judgement: Judgement): judgement is Extract<Judgement, { kind: 'pass' | 'fail' }> {
  return judgement.kind === 'pass' || judgement.kind === 'fail';
}

function hasAnswers(judgement: Judgement): judgement is Answered {
  return isDecided(judgement) || judgement.kind === 'not-evaluable';
}

function findingsOf(judgement: Judgement): readonly Finding[] {
  return judgement.kind === 'fail' ? judgement.findings : [];
}

/** Only one half answered, or one of them could not: both are kept as they are, and the weaker answer is the rule's. */
function alone(rule: Rule, fixed: Judgement | undefined, wire: Judgement | undefined): Joined {
  const found: FoundBy[] = [
    ...findingsOf(fixed ?? NOTHING).map((finding): FoundBy => ({ rule, half: 'static', finding })),
    ...findingsOf(wire ?? NOTHING).map((finding): FoundBy => ({ rule, half: 'wire', finding })),
  ];
  const judgement = [fixed, wire].filter((each) => each !== undefined).toSorted((a, b) => WEIGHT.indexOf(a.kind) - WEIGHT.indexOf(b.kind))[0] ?? NOTHING;
  return { outcome: { rule, judgement }, found };
}

const NOTHING: Judgement = { kind: 'not-applicable', why: 'neither files nor the wire were asked', notAsked: true };
const WEIGHT: readonly Judgement['kind'][] = ['error', 'fail', 'not-evaluable', 'inconclusive', 'pass', 'not-applicable'];

function bothUnsafe(finding: Finding, seen: Finding): Finding {
  const severity = finding.absent === true ? seen.severity : finding.severity;
  return { ...finding, severity, message: `${finding.message} The wire shows the same: ${seen.shown}.`, trace: [...finding.trace, ...seen.trace], rank: Math.max(finding.rank, seen.rank) };
}

function onlyInFiles(finding: Finding, safe: Safe): Finding {
  return {
    ...finding, severity: lowered(finding.severity), trace: [...finding.trace, ...safe.trace],
    message: `${finding.message} The wire shows ${safe.shown}: it is protected only outside the repository.`,
  };
}

function onlyOnWire(finding: Finding, safe: Safe): Finding {
  return { ...finding, trace: [...safe.trace, ...finding.trace], message: `${finding.message} The files say otherwise (${safe.shown}): what is configured does not reach the wire.` };
}
