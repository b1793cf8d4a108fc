import { ATTESTATIONS } from '../checklist/attestations.ts';
import type { Attested } from '../checklist/judge.ts';
import { lastMoment } from '../suppress.ts';
import type { Suppression } from '../suppression.ts';
import type { PolicyFile } from './read.ts';

export interface AttestedPolicy {
  readonly attested: readonly Attested[];
  /** Those that do not count, with the reason; MET-002. */
  readonly invalid: readonly { readonly suppression: Pick<Suppression, 'named' | 'place'>; readonly why: string }[];
}

/** The section `attest`. One that is over counts for nothing, and its item is open again. */
export function attestedBy({ file, policy, lineOf }: PolicyFile, todayMs: number): AttestedPolicy {
  const invalid = policy.attest.flatMap(({ id, until }, index) => {
    const why = !Object.hasOwn(ATTESTATIONS, id) ? 'no item of the checklists is called so' : lastMoment(until) < todayMs ? `it ended on ${until}` : undefined;
    return why === undefined ? [] : [{ suppression: { named: id, place: { file, line: lineOf(['attest', index]), column: 1 } }, why }];
  });
  return { attested: policy.attest.filter(({ id, until }) => Object.hasOwn(ATTESTATIONS, id) && lastMoment(until) >= todayMs), invalid };
}
