import type { Check } from '../check.ts';
import type { CatalogEntry } from '../catalog/list.ts';
import { shownSize } from '../size.ts';

const MEDIAN_OF = 14;
/** Starts the reason of a size check that a person waved through; the series begins anew there. */
const ACCEPTED = 'accepted';

export interface SizeRules {
  readonly minBytes: number;
  /** 0.5: half of it may be gone. */
  readonly maxShrink: number;
  /** A person says that this size is right. */
  readonly accept: boolean;
}

export interface SizeVerdict {
  readonly check: Check;
  /** What the manifest says in `suspect`. */
  readonly suspect: string | null;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? (sorted[Math.floor(half)] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}

/** Plain sizes of earlier whole backups, newest first: what was suspect or partial does not become the new normal, and what was accepted does. */
function earlierSizes(entries: readonly CatalogEntry[], database: string): readonly number[] {
  const sizes: number[] = [];
  for (const { manifest } of entries) {
    if (manifest.database !== database || manifest.suspect !== null || manifest.partial.length > 0) continue;
    sizes.push(manifest.artifacts.reduce((bytes, artifact) => bytes + artifact.plainBytes, 0));
    if (sizes.length === MEDIAN_OF || manifest.checks.some(({ name, why }) => name === 'size' && why?.startsWith(ACCEPTED) === true)) break;
  }
  return sizes;
}

/**
 * Compares the plain size (no codec plays into it) with the smallest that may be, and with the median of the last 14.
 * `entries` newest first, without the one that is judged.
 */
export function judgeSize(backup: { readonly plainBytes: number; readonly database: string }, entries: readonly CatalogEntry[], rules: SizeRules): SizeVerdict {
  const sizes = earlierSizes(entries, backup.database);
  const usual = median(sizes);
  const least = usual * (1 - rules.maxShrink);
  const problem = backup.plainBytes < rules.minBytes
    ? `it is ${shownSize(backup.plainBytes)}, less than min-size ${shownSize(rules.minBytes)}`
    : sizes.length > 0 && backup.plainBytes < least
      ? `it is ${shownSize(backup.plainBytes)}, ${Math.round((1 - backup.plainBytes / usual) * 100)} % less than the ${shownSize(usual)} that the last ${sizes.length} had in the middle, and max-shrink is ${Math.round(rules.maxShrink * 100)} %`
      : undefined;
  if (problem === undefined) return { check: { name: 'size', result: 'pass' }, suspect: null };
  if (rules.accept) return { check: { name: 'size', result: 'pass', why: `${ACCEPTED}: ${problem}` }, suspect: null };
  return { check: { name: 'size', result: 'fail', why: problem }, suspect: `size-shrank: ${problem}` };
}
