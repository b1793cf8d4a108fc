import type { Reader } from './readers.ts';
import type { PhpSources } from './sources.ts';

const WORDS = ['env(', 'Env::', '$_ENV', '$_SERVER'];
/** In a comment it counts too: that only makes a key less suspicious. */
const READS = /(?:\b(?:env|getenv)|\bEnv::(?:get|getOrFail))\s*\(\s*(?:key:\s*)?(['"])([\w.]+)\1|\$_(?:ENV|SERVER)\s*\[\s*(['"])([\w.]+)\3\s*\]/gi;

/** Reads of environment keys in code outside the configuration folder, found by text: no tree is needed for them. */
export function codeReaders(php: PhpSources, isConfig: (path: string) => boolean): Reader[] {
  return php.filesWith(WORDS).filter((path) => !isConfig(path)).flatMap((path) => {
    const file = php.file(path);
    return file === undefined ? [] : [...file.text.matchAll(READS)].map((found): Reader => ({ key: found[2] ?? found[4] ?? '', path: undefined, place: file.placeAt(found.index, found.index + found[0].length) }));
  });
}
