// Colours and cursor movements of terminals: decoration, nothing a reader misses.
// oxlint-disable-next-line no-control-regex -- they begin with a control character
const TERMINAL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[()][0-9A-Za-z]|[=>78cDEHMNOZ])/g;
// C0 without tab and line breaks, DEL, C1, line and paragraph separators, and what reverses the reading direction.
// oxlint-disable-next-line no-control-regex -- control characters are what this finds
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** The lines of a text as they may be printed: no terminal sequences, control characters as pictures or `\u` escapes. */
export function visibleLines(text: string): string[] {
  const lines = text.replace(TERMINAL, '').split(/\r\n|\n|\r/);
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(CONTROL, picture));
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : `\\u${code.toString(16).padStart(4, '0')}`;
}
