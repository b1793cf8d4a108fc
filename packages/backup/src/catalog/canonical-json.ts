/**
 * One text for one value: keys sorted by code point, no blanks, absent members left out. What `jq -cjS .` prints for our
 * records, so a signature can be checked with public tools.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]): readonly [Buffer, string] => [Buffer.from(key), `${JSON.stringify(key)}:${canonicalJson(member)}`])
    .sort(([left], [right]) => left.compare(right));
  return `{${members.map(([, text]) => text).join(',')}}`;
}
