import { linesOf, splitValues, type HeaderList } from './list.ts';

/** Headers of which one value is all that browsers take. */
const SINGLE = ['strict-transport-security', 'x-frame-options', 'x-content-type-options', 'access-control-allow-origin'] as const;
const POLICY = 'content-security-policy';

export interface Duplicate {
  /** Lower case. */
  readonly header: string;
  readonly times: number;
  /** Several policies are allowed and intersect: worth knowing, not wrong. */
  readonly harmless: boolean;
}

/** Headers that came several times, as lines of their own or joined by commas on the way. */
export function duplicatedHeaders(headers: HeaderList): readonly Duplicate[] {
  return [...SINGLE, POLICY].flatMap((header) => {
    const times = linesOf(headers, header).flatMap((line) => splitValues(line)).filter((part) => part !== '').length;
    return times < 2 ? [] : [{ header, times, harmless: header === POLICY }];
  });
}
