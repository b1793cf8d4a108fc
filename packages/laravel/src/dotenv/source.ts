import { isUtf8 } from 'node:buffer';

const BOM = '\u00EF\u00BB\u00BF';

/** A file as phpdotenv sees it. In `bytes` every character is one byte: PHP's functions count and compare those. */
export interface DotenvSource {
  readonly bytes: string;
  /** Byte offset in the file of a position in `bytes`. */
  offsetOf(position: number): number;
}

/**
 * Reads a file as phpdotenv's reader does under Laravel, where no encoding is given: as UTF-8, each ill-formed sequence
 * replaced by one `?`, then without a byte order mark.
 */
export function readSource(file: Buffer): DotenvSource {
  const valid = isUtf8(file);
  const scrubbed = valid ? { bytes: file.toString('latin1'), shifts: [] } : scrub(file);
  const skipped = scrubbed.bytes.startsWith(BOM) ? BOM.length : 0;
  const shifts = scrubbed.shifts;
  return {
    bytes: scrubbed.bytes.slice(skipped),
    offsetOf(position) {
      const at = position + skipped;
      return at + (shiftBefore(shifts, at)?.by ?? 0);
    },
  };
}

/** The text of bytes that are valid UTF-8. */
export function textOf(bytes: string): string {
  return /[\u0080-\u00ff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

/** The UTF-8 bytes of a text, one character each. */
export function bytesOf(text: string): string {
  // oxlint-disable-next-line no-control-regex -- everything but ASCII
  return /[^\u0000-\u007f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** From position `at` on, a position lies `by` bytes further in the file. */
interface Shift {
  readonly at: number;
  readonly by: number;
}

function shiftBefore(shifts: readonly Shift[], at: number): Shift | undefined {
  let low = 0;
  let high = shifts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shifts[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return shifts[low - 1];
}

function scrub(file: Buffer): { readonly bytes: string; readonly shifts: readonly Shift[] } {
  const text = file.toString('latin1');
  const pieces: string[] = [];
  const shifts: Shift[] = [];
  let begun = 0;
  let written = 0;
  for (let at = 0; at < file.length;) {
    const { length, valid } = sequenceAt(file, at);
    if (!valid) {
      pieces.push(text.slice(begun, at), '?');
      written += at - begun + 1;
      begun = at + length;
      if (begun !== written) shifts.push({ at: written, by: begun - written });
    }
    at += length;
  }
  pieces.push(text.slice(begun));
  return { bytes: pieces.join(''), shifts };
}

/** The sequence at `at`; an ill-formed one ends before the first byte that cannot continue it. */
function sequenceAt(file: Buffer, at: number): { readonly length: number; readonly valid: boolean } {
  const lead = file[at] ?? 0;
  if (lead < 0x80) return { length: 1, valid: true };
  const wanted = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
  if (wanted === 1) return { length: 1, valid: false };
  const [least, most] = secondByte(lead);
  for (let length = 1; length < wanted; length += 1) {
    const byte = file[at + length] ?? 0;
    if (byte < (length === 1 ? least : 0x80) || byte > (length === 1 ? most : 0xbf)) return { length, valid: false };
  }
  return { length: wanted, valid: true };
}

/** What may follow a lead byte: no overlong form, no surrogate, nothing above U+10FFFF. */
function secondByte(lead: number): readonly [number, number] {
  switch (lead) {
    case 0xe0: return [0xa0, 0xbf];
    case 0xed: return [0x80, 0x9f];
    case 0xf0: return [0x90, 0xbf];
    case 0xf4: return [0x80, 0x8f];
    default: return [0x80, 0xbf];
  }
}
