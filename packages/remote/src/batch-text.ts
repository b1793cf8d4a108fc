import type { Secret } from '@ops/shared';

/** Quotes any text without NUL as one word of POSIX sh. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * What the host's shell reads for one batch: exports, then the script. It travels as data over stdin and reaches the
 * shell through a pipe, so values are neither in argv nor in a file. The last line keeps a script without a final
 * newline whole. Throws when a name or value cannot be an environment variable: that is a bug of the caller.
 */
export function batchText(script: string, values: Readonly<Record<string, string>>, secrets: Readonly<Record<string, Secret>> = {}): string {
  const exports = [
    ...Object.entries(values).map(([name, value]) => exportLine(name, value)),
    ...Object.entries(secrets).map(([name, secret]) => exportLine(name, secret.reveal())),
  ];
  if (script.includes('\0')) throw new Error('a script cannot contain a NUL character');
  return `exec 8<&-\n${exports.join('')}${script}\n`;
}

function exportLine(name: string, value: string): string {
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) throw new Error(`"${name}" cannot be the name of a value`);
  if (value.includes('\0')) throw new Error(`the value of ${name} contains a NUL character`);
  return `export ${name}=${shellQuote(value)}\n`;
}
