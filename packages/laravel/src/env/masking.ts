import { readSource, textOf } from '../dotenv/source.ts';
import { holdsUserInfo, isSecretKey } from './secret-names.ts';
import type { EnvSource } from './sources.ts';

const ASSIGNMENT = /^[^\S\n\r]*(?:export\s+)?["']?([^\s"'=]+)["']?[^\S\n\r]*=[^\S\n\r]*(?:"((?:[^"\\]|\\[^])*)"|'([^'\n\r]*)'|([^\n\r]*))/gm;
/** `A=${B}` is the other one's secret. */
const REFERENCE = /^\$\{[^}]*\}$/;

/** Every text that sources give under a secret's name, to be masked before anything else is done: whether the application reads it or not, and also of a file that phpdotenv rejects. */
export function secretTexts(sources: readonly EnvSource[]): ReadonlySet<string> {
  const texts = new Set<string>();
  for (const source of sources) {
    for (const [key, text] of pairsOf(source)) if (text !== '' && !REFERENCE.test(text) && (isSecretKey(key) || holdsUserInfo(text))) texts.add(text);
  }
  return texts;
}

function* pairsOf(source: EnvSource): Generator<readonly [string, string]> {
  if (source.kind === 'real') yield* Object.entries(source.values);
  if (source.kind !== 'file') return;
  for (const [, key = '', double, single, bare = ''] of textOf(readSource(source.content).bytes).matchAll(ASSIGNMENT)) {
    const written = double ?? single ?? bare;
    yield [key, written.trim()];
    // With escapes taken away, and without a comment behind it.
    if (double !== undefined) yield [key, double.replaceAll(/\\(["\\$])/g, '$1')];
    else if (single === undefined) yield [key, bare.replace(/\s*#.*$/, '').trim()];
  }
}
