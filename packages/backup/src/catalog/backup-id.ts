import type { Random } from '@ops/shared';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const STAMPED = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-([0-7][0-9A-HJKMNP-TV-Z]{25})$/;

/** `20260131T081500Z`: UTC to the second, sorts as text. */
export function compactUtc(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z').replaceAll(/[-:]/g, '');
}

/** 48 bits of time and 80 of randomness in 26 letters (https://github.com/ulid/spec). */
function ulid(ms: number, random: Random): string {
  let bits = (BigInt(ms) << 80n) | BigInt(`0x${random.hex(10)}`);
  let text = '';
  for (let at = 0; at < 26; at += 1) {
    text = (CROCKFORD[Number(bits & 31n)] ?? '') + text;
    bits >>= 5n;
  }
  return text;
}

function ulidTime(text: string): number {
  return Array.from(text.slice(0, 10)).reduce((ms, letter) => ms * 32 + CROCKFORD.indexOf(letter), 0);
}

/** `<utc>-<ulid>`, the name of a backup and of a verdict record: unique without asking anybody, and in order of time. */
export function newStampedId(nowMs: number, random: Random): string {
  return `${compactUtc(nowMs)}-${ulid(nowMs, random)}`;
}

/** The moment in the name in epoch milliseconds; undefined when the text is not a name that newStampedId makes. */
export function stampedTime(id: string): number | undefined {
  const code = STAMPED.exec(id)?.[7];
  if (code === undefined) return undefined;
  const ms = ulidTime(code);
  // Both halves tell the time: a name of which only one was edited is none of ours.
  return ms <= 8.64e15 && id.startsWith(`${compactUtc(ms)}-`) ? ms : undefined;
}

/** True for a backup id. */
export function isBackupId(text: string): boolean {
  return stampedTime(text) !== undefined;
}
