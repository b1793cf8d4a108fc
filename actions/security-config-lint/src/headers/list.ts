/** Headers as they came over the wire: in order, each line for itself, names in any case. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Node's flat list of names and values. */
export function headerList(raw: readonly string[]): HeaderList {
  return Array.from({ length: Math.floor(raw.length / 2) }, (_, at) => [raw[at * 2] ?? '', raw[at * 2 + 1] ?? ''] as const);
}

/** The value of each line with this name, without blanks around it. */
export function linesOf(headers: HeaderList, name: string): readonly string[] {
  return headers.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value.trim());
}

/** All lines of a name joined as browsers join them (https://fetch.spec.whatwg.org/#concept-header-list-get); undefined without any. */
export function combined(headers: HeaderList, name: string): string | undefined {
  const lines = linesOf(headers, name);
  return lines.length === 0 ? undefined : lines.join(', ');
}

/** The parts between commas, which quotes protect (https://fetch.spec.whatwg.org/#header-value-get-decode-and-split). */
export function splitValues(value: string): readonly string[] {
  const parts = [''];
  for (const [piece] of value.matchAll(/"(?:[^"\\]|\\.)*"?|,|[^",]+/g)) {
    if (piece === ',') parts.push('');
    else parts.push(`${parts.pop() ?? ''}${piece}`);
  }
  return parts.map((part) => part.trim());
}
