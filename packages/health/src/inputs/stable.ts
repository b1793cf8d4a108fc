import { parseDuration } from './duration.ts';

/** `3` rounds, `30s`, or both (`3 30s`); undefined when it is none of these. */
export function parseStable(text: string): { readonly rounds: number; readonly ms: number } | undefined {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  const counts = parts.filter((part) => /^\d{1,4}$/.test(part)).map(Number);
  const times = parts.filter((part) => !/^\d+$/.test(part)).map(parseDuration);
  const [rounds = 1] = counts;
  const [ms = 0] = times;
  if (parts.length === 0 || counts.length > 1 || times.length > 1 || parts.length !== counts.length + times.length || times.includes(undefined) || rounds < 1) return undefined;
  return { rounds, ms };
}
