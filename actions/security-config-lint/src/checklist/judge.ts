import type { Outcome } from '../outcome.ts';
import type { Stood } from '../standing.ts';
import { lastMoment } from '../suppress.ts';
import { ATTESTATIONS } from './attestations.ts';
import type { Item } from './items.ts';

/** `proven` by what was read or answered, `attested` by somebody, else open with the reason. */
export type ItemState = { readonly state: 'proven' | 'attested'; readonly note: string } | { readonly state: 'open'; readonly note: string };

export type JudgedItem = ItemState & { readonly item: Item };

export interface Attested {
  readonly id: string;
  readonly evidence: string;
  readonly owner: string;
  readonly until: string;
}

/** The result of an earlier step, as its action wrote it. */
export interface Evidence {
  readonly action: string;
  readonly ok: boolean;
}

export interface ChecklistFacts {
  readonly outcomes: readonly Outcome[];
  readonly stood: readonly Stood[];
  /** Outcomes of the halves on the wire. */
  readonly wire: readonly Outcome[];
  readonly attested: readonly Attested[];
  readonly evidence: readonly Evidence[];
  readonly todayMs: number;
}

/** Ticks what is proven or attested. Not evaluable, inconclusive, suppressed or missing leaves an item open, with the reason. */
export function judgeItems(items: readonly Item[], facts: ChecklistFacts): readonly JudgedItem[] {
  return items.map((item) => ({ item, ...judgeItem(item, facts) }));
}

function judgeItem(item: Item, facts: ChecklistFacts): ItemState {
  const open = [
    ...(item.rules ?? []).flatMap((name) => ruleGap(name, facts.outcomes, facts.stood)),
    ...(item.live ?? []).flatMap((name) => liveGap(name, facts.wire)),
    ...(item.evidence ?? []).flatMap((action) => evidenceGap(action, facts.evidence)),
  ];
  const attestation = item.attest === undefined ? undefined : facts.attested.find(({ id, until }) => id === item.attest && lastMoment(until) >= facts.todayMs);
  if (item.attest !== undefined && attestation === undefined) open.push(`nobody attests \`${item.attest}\` (${ATTESTATIONS[item.attest]})`);
  if (item.human !== undefined) open.push(`for a human: ${item.human}`);
  if (open.length > 0) return { state: 'open', note: [...new Set(open)].join('; ') };
  if (attestation !== undefined) return { state: 'attested', note: `${attestation.owner}, until ${attestation.until}: ${attestation.evidence}` };
  return { state: 'proven', note: [...(item.rules ?? []), ...(item.live ?? []).filter((name) => item.rules?.includes(name) !== true), ...(item.evidence ?? [])].join(', ') };
}

/** `APP-001`, or `SES-*` for an area. Rules that are no part of this release are said too. */
function ruleGap(name: string, outcomes: readonly Outcome[], stood: readonly Stood[]): string[] {
  const pattern = `FWS-${name}`;
  const matching = outcomes.filter(({ rule: { id } }) => (pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern));
  if (matching.length === 0) return [`${name} was not judged`];
  return matching.flatMap((outcome) => gapOf(outcome, stood, !pattern.endsWith('*')));
}

function gapOf({ rule, judgement }: Outcome, stood: readonly Stood[], isNamed: boolean): string[] {
  const own = stood.filter(({ finding }) => finding.rule.id === rule.id && finding.severity !== 'info');
  if (own.length > 0) return [`${rule.id} has ${own.length === 1 ? 'a finding' : `${own.length} findings`}${own.every(({ standing }) => standing.kind === 'suppressed') ? ', suppressed' : ''}`];
  switch (judgement.kind) {
    case 'pass': return [];
    case 'fail': return judgement.undecided.length > 0 ? [`${rule.id} is not evaluable`] : [];
    case 'not-evaluable': return [`${rule.id} is not evaluable`];
    case 'inconclusive': return [`${rule.id} is inconclusive`];
    case 'error': return [`${rule.id} broke`];
    // A rule about something that this application does not have is nothing to prove; one that nobody asked is. Of an area only the rules of the default profile count.
    case 'not-applicable': return judgement.notAsked && (isNamed || rule.profile === undefined || rule.profile === 'default') ? [`${rule.id} was not asked: ${judgement.why}`] : [];
  }
}

function liveGap(name: string, wire: readonly Outcome[]): string[] {
  const found = wire.find(({ rule: { id } }) => id === `FWS-${name}`);
  if (found === undefined) return [`${name} needs live-url`];
  if (found.judgement.kind === 'pass') return [];
  return [`FWS-${name} on the wire: ${found.judgement.kind}`];
}

function evidenceGap(action: string, evidence: readonly Evidence[]): string[] {
  const found = evidence.filter((each) => each.action === action);
  if (found.length === 0) return [`no result of ${action}`];
  return found.every(({ ok }) => ok) ? [] : [`${action} did not succeed`];
}
