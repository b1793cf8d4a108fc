import type { StreamRequest } from './stream.ts';
import { shellQuote } from './batch-text.ts';

/**
 * What the host's shell reads for one stream: variables, then the script. The last line keeps a script without a final
 * newline whole. Throws when a name or value cannot be a shell variable: that is a bug of the caller.
 */
export function streamText({ script, values = {}, secrets = {} }: Pick<StreamRequest, 'script' | 'values' | 'secrets'>): string {
  if (script.includes('\0')) throw new Error('a script cannot contain a NUL character');
  const exported = Object.entries(values).map(([name, value]) => `export ${assignment(name, value)}\n`);
  // Unset first: a variable that came with the environment would stay exported.
  const hidden = Object.entries(secrets).map(([name, secret]) => `unset ${name}\n${assignment(name, secret.reveal())}\n`);
  return `exec 8<&-\n${exported.join('')}${hidden.join('')}${script}\n`;
}

function assignment(name: string, value: string): string {
  if (!/^[A-Z][A-Z0-9_]*$/.test(name) || name === 'D') throw new Error(`"${name}" cannot be the name of a value`);
  if (value.includes('\0')) throw new Error(`the value of ${name} contains a NUL character`);
  return `${name}=${shellQuote(value)}`;
}
