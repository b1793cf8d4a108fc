import { judged, type Judgement } from './judgement.ts';
import type { Outcome } from './outcome.ts';

const BAKED = { reason: 'baked-at-build', why: 'the configuration is cached while an image is built, so the environment of the host counts for nothing' };

/**
 * A cache that is made while an image is built holds the environment of that moment: a pass that rests on an environment value says
 * nothing any more.
 */
export function withoutBaked(outcomes: readonly Outcome[]): readonly Outcome[] {
  const isBaked = outcomes.some(({ rule, judgement }) => rule.id === 'FWS-APP-010' && judgement.kind === 'fail');
  return isBaked ? outcomes.map(({ rule, judgement }) => ({ rule, judgement: rest(judgement) })) : outcomes;
}

function rest(judgement: Judgement): Judgement {
  if (judgement.kind !== 'pass' && judgement.kind !== 'fail') return judgement;
  const baked = judgement.safe.filter(({ trace }) => trace.some(({ env }) => env !== undefined));
  if (baked.length === 0) return judgement;
  const before = judgement.kind === 'fail' ? judgement : { findings: [], undecided: [] };
  return judged({
    findings: before.findings, safe: judgement.safe.filter((each) => !baked.includes(each)),
    undecided: [...before.undecided, ...baked.map(({ subject, trace }) => ({ subject, trace, ...BAKED }))],
  }, '');
}
