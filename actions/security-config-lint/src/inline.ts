import type { Registry } from './registry.ts';
import type { Suppression } from './suppression.ts';

export interface InlineFile {
  /** Relative to the repository, with `/`. */
  readonly file: string;
  readonly text: string;
  /** False for a file that git does not know: whoever reads the repository could not see the suppression. */
  readonly tracked: boolean;
  readonly kind: 'env' | 'other';
}

/** A comment of `.env`, PHP, YAML or a Dockerfile: what stands before it, its sign, and what it says. */
const COMMENT = /^(.*?)(#|\/\/|\/\*|<!--|(?<=^\s*)\*)\s*fws-ignore\b(.*)$/i;
const UNTIL = /(?:^|\s)until=(\S*)/;

/**
 * The suppressions in the comments of a file: `fws-ignore FWS-SES-004 until=2027-01-31 -- reason`. One that stands alone on its line
 * covers the next line that is no such comment, one behind something else covers its own line.
 */
export function inlineSuppressions({ file, text, tracked, kind }: InlineFile, registry: Registry, allowed: boolean): readonly Suppression[] {
  const lines = text.split(/\r\n|\n|\r/);
  return lines.flatMap((line, index) => {
    const found = COMMENT.exec(line);
    if (found === null) return [];
    const [, before = '', , said = ''] = found;
    const [head = '', ...tail] = said.replace(/\s*(?:\*\/|-->)\s*$/, '').split(/\s--(?:\s|$)/);
    const until = UNTIL.exec(head)?.[1];
    const names = head.replace(UNTIL, ' ').split(/[\s,]+/).filter((name) => name !== '');
    const covered = before.trim() === '' ? [index + 1, nextLine(lines, index)] : [index + 1];
    const refused = refusal({ allowed, tracked, isEnvWithQuotes: kind === 'env' && /["']/.test(said), until, names });
    return (names.length === 0 ? ['fws-ignore'] : names).map((named): Suppression => ({
      source: 'inline', named, rule: registry.find(named)?.id, reason: tail.length === 0 ? undefined : tail.join(' -- ').trim(), owner: undefined, until,
      place: { file, line: index + 1, column: before.length + 1 }, key: undefined, path: undefined, lines: covered, refused,
    }));
  });
}

interface Form {
  readonly allowed: boolean;
  readonly tracked: boolean;
  readonly isEnvWithQuotes: boolean;
  readonly until: string | undefined;
  readonly names: readonly string[];
}

function refusal({ allowed, tracked, isEnvWithQuotes, until, names }: Form): string | undefined {
  if (!allowed) return 'inline suppressions are denied here: use the policy file';
  if (!tracked) return 'the file is not in the repository, so nobody could review it: use the policy file';
  // A `="` in a comment of .env makes phpdotenv before 5.7 swallow what follows (https://github.com/vlucas/phpdotenv/issues/610).
  if (isEnvWithQuotes) return 'a suppression in .env must not contain quotes';
  if (names.length === 0) return 'it names no rule';
  return until === undefined || isDay(until) ? undefined : 'until must be a day such as 2027-01-31';
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Number from 1 of the first line below that is no suppression alone on its line. */
function nextLine(lines: readonly string[], index: number): number {
  let next = index + 1;
  while (COMMENT.exec(lines[next] ?? '')?.[1]?.trim() === '') next += 1;
  return next + 1;
}
