import type { Finding, Place } from './finding.ts';
import type { Outcome } from './outcome.ts';
import type { Suppression } from './suppression.ts';

const SHOWN_SUBJECTS = 12;

/** MET-001: one finding for each reason why something could not be decided, with what it concerns. */
export function unknownFindings(outcomes: readonly Outcome[]): readonly Finding[] {
  const byReason = Map.groupBy(
    outcomes.flatMap(({ rule, judgement }) => (judgement.kind === 'not-evaluable' || judgement.kind === 'fail' ? judgement.undecided.map((each) => ({ ...each, rule })) : [])),
    ({ reason }) => reason,
  );
  return [...byReason].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([reason, all]) => {
    const subjects = [...new Set(all.map(({ subject }) => subject))].sort();
    const rules = [...new Set(all.map(({ rule }) => rule.id))].sort();
    const [example] = all;
    return {
      subject: reason, severity: 'info', rank: subjects.length, shown: reason, trace: example?.trace ?? [],
      message: `Not evaluable (${reason}): ${example?.why ?? ''}. It concerns ${list(subjects)}, and with that ${list(rules)}.`,
      remedy: REMEDIES.get(reason) ?? 'Write it so that it can be read without running the application, or say the value in `assume` of the policy.',
    };
  });
}

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['no-environment', 'Give the environment of the host: env-file, env-from or env-json.'],
  ['not-in-source', 'Give a complete source of the environment, such as the .env of the host.'],
  ['no-version', 'Commit composer.lock, or give framework-version.'],
  ['baked-at-build', 'Build the configuration cache when the application starts, not in the image.'],
]);

function list(names: readonly string[]): string {
  const rest = names.length - SHOWN_SUBJECTS;
  return `${names.slice(0, SHOWN_SUBJECTS).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** MET-002: a suppression or attestation that does not count. The place comes with it. */
export function invalidFinding({ suppression, why }: { readonly suppression: Pick<Suppression, 'named' | 'place'>; readonly why: string }): Finding & { readonly place: Place } {
  const { named, place } = suppression;
  return {
    subject: `${place.file}:${named}`, severity: 'medium', rank: 1, shown: why, trace: [], place,
    message: `The entry for ${named} counts for nothing: ${why}.`,
    remedy: 'Complete it (rule, reason, until), or remove it. What it was meant to suppress stands.',
  };
}
