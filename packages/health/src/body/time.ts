/** Milliseconds since the epoch of a time in a body: ISO 8601, HTTP date, epoch seconds or milliseconds. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return epoch(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d{9,13}(?:\.\d+)?$/.test(text)) return epoch(Number(text));
  // PHP's `Y-m-d H:i:s` has no zone. Laravel's default is UTC; another zone would be hours off, which
  // would call every body stale, so a time without zone proves nothing.
  if (!/(?:Z|[+-]\d\d:?\d\d|GMT)$/.test(text)) return undefined;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function epoch(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 1e9) return undefined;
  return value > 1e11 ? value : value * 1000;
}
