import type { DotenvFailure } from './entries.ts';
import type { DotenvRules } from './rules.ts';
import { textOf } from './source.ts';

const LONGEST_SUBJECT_BYTES = 80;
const NAMED: Readonly<Record<string, string>> = { '\u0007': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r' };

/**
 * The message of phpdotenv's InvalidFileException, which is what the application's own log holds. It quotes the file and so
 * may quote a secret: compare with it, never print it.
 */
export function phpdotenvMessage(failure: DotenvFailure, rules: DotenvRules): string {
  const line = firstLine(failure.subject());
  const shown = rules.cutsMessages ? escapeControls(cut(line)) : line;
  return textOf(`Failed to parse dotenv file. Encountered ${failure.cause} at [${shown}].`);
}

/** PHP's `strtok`: line ends before the first line are skipped. */
function firstLine(text: string): string {
  return text.replace(/^\n+/, '').split('\n', 1)[0] ?? '';
}

/** At most 80 bytes, without a last character that would be cut through. */
function cut(bytes: string): string {
  if (bytes.length <= LONGEST_SUBJECT_BYTES) return bytes;
  let end = LONGEST_SUBJECT_BYTES;
  while (/[\u0080-\u00bf]/.test(bytes[end] ?? '')) end -= 1;
  return `${bytes.slice(0, end)}...`;
}

function escapeControls(bytes: string): string {
  // oxlint-disable-next-line no-control-regex -- what this escapes
  return bytes.replaceAll(/[\u0000-\u001f\u007f]/g, (char) => NAMED[char] ?? `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
