import type { App } from '../../app.ts';
import { textOf, type Settled, type Why } from '../../decide.ts';
import { readPattern, readWildcard, type Pattern } from '../../cors/pattern.ts';
import { letsEverybodyIn, looseEnd } from '../../cors/reach.ts';
import { judgeEntries, NOBODY_ASKED, ORIGINS, PATTERNS, withoutCors } from '../../cors/settings.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { judgeValue, type Bad } from '../../subject-value.ts';

const REMEDY = 'Tie the pattern at both ends, escape its dots, and put a dot between what it leaves open and the domain: `#^https://[a-z0-9-]+\\.example\\.com\\z#`.';

export function checkPatterns(app: App): Judgement {
  const off = withoutCors(app);
  if (off !== undefined) return off;
  const judge = (path: string, read: (text: string) => Pattern | undefined): Answers => judgeEntries(app, path, (entry) => judgeValue(app, entry, (value) => judgePattern(value, read), { origins: true }));
  const both = together([judge(ORIGINS, (text) => (text.includes('*') ? readWildcard(text) : undefined)), judge(PATTERNS, readPattern)]);
  return judged(both, NOBODY_ASKED);
}

function judgePattern(value: Settled, read: (text: string) => Pattern | undefined): Bad | Why | undefined {
  const text = textOf(value);
  const pattern = text === undefined ? undefined : read(text);
  if (pattern === undefined) return undefined;
  if (pattern.kind !== 'read') return pattern.kind === 'other' ? { reason: 'pattern', why: `a pattern of origins cannot be judged: ${pattern.why}` } : { severity: 'high', so: `${pattern.why}, so every request of another origin ends in an error`, remedy: REMEDY, rank: 1 };
  // FWS-CRS-001 and FWS-CRS-002 say it when everybody gets in.
  const loose = letsEverybodyIn(pattern) ? undefined : looseEnd(pattern);
  return loose === undefined ? undefined : { severity: 'high', so: loose, remedy: REMEDY, rank: 2 };
}
