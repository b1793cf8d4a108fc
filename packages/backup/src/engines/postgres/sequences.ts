import type { Check } from '../../check.ts';
import type { Scan, SequenceStand } from '../engine.ts';
import type { Query } from '../query.ts';
import type { PostgresFacts, SequenceFact, TableFact } from './facts.ts';

const READ_AT_ONCE = 100;
const SHOWN = 8;

/**
 * Asks every sequence where it stands. Undefined when one went away meanwhile. The savepoint gives back the locks, of which a
 * server has no more for sequences than for tables; pg_sequence_last_value would keep them to the end.
 */
export async function readSequences(query: Query, sequences: readonly TableFact[], signal: AbortSignal): Promise<readonly SequenceFact[] | undefined> {
  const found: SequenceFact[] = [];
  await query.rows('SAVEPOINT ops', signal);
  for (let at = 0; at < sequences.length; at += READ_AT_ONCE) {
    const batch = sequences.slice(at, at + READ_AT_ONCE);
    const asked = batch.map(({ quoted, oid }, place) => `SELECT ${place}, q.last_value, q.is_called, s.seqincrement < 0, s.seqcycle FROM ${quoted} q, pg_catalog.pg_sequence s WHERE s.seqrelid = ${oid}`).join(' UNION ALL ');
    try {
      for (const [place, value, called, descends, cycles] of await query.rows(`ROLLBACK TO SAVEPOINT ops; ${asked}`, signal)) {
        const sequence = batch[Number(place)];
        if (sequence !== undefined) found.push({ name: sequence.name, value: value ?? '0', called: called === 't', descends: descends === 't', cycles: cycles === 't' });
      }
    } catch (thrown) {
      if (thrown instanceof Error && /\b42P01\b|does not exist/.test(thrown.message)) return undefined;
      throw thrown;
    }
  }
  await query.rows('ROLLBACK TO SAVEPOINT ops', signal);
  return found;
}

/**
 * Every sequence is in the dump, and stands there no earlier than it stood before: it goes on while rows are dumped, as no snapshot
 * holds it, and one that stands earlier would give numbers a second time that rows of the dump have. Pure.
 */
export function sequenceCheck({ sequenceFacts = [], unreadable }: Pick<PostgresFacts, 'sequenceFacts' | 'unreadable'>, scans: ReadonlyMap<string, Scan>): Check {
  const hidden = new Set(unreadable.map(({ name }) => name));
  const wrong = sequenceFacts.filter(({ name }) => !hidden.has(name)).flatMap((fact) => {
    // The sequence of a table with an artifact of its own comes with it, and once more with the rest.
    const dumped = [...scans.values()].flatMap(({ sequences }) => sequences?.[fact.name] ?? []);
    if (dumped.length === 0) return [`${fact.name} is missing`];
    return dumped.filter((stand) => isBefore(stand, fact)).slice(0, 1).map(({ value, called }) => `${fact.name} stands at ${value}${called ? '' : ', not used yet,'} instead of ${fact.value}`);
  });
  if (wrong.length === 0) return { name: 'sequences', result: 'pass' };
  const more = wrong.length > SHOWN ? ` and ${wrong.length - SHOWN} more` : '';
  return { name: 'sequences', result: 'fail', why: `Sequences of the dump stand before where the database had them when it began (${wrong.slice(0, SHOWN).join(', ')}${more}), so a restored database would give numbers twice. Unless somebody set them back meanwhile, the dump is not whole.` };
}

function isBefore(dumped: SequenceStand, fact: SequenceFact): boolean {
  if (fact.cycles) return false;
  const [mine, wanted] = [BigInt(dumped.value), BigInt(fact.value)];
  // At the same number it has to have been given out, if it was.
  if (mine === wanted) return fact.called && !dumped.called;
  return fact.descends ? mine > wanted : mine < wanted;
}
