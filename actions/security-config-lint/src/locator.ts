import type { App } from './app.ts';
import type { Finding, Place } from './finding.ts';
import type { Locator } from './reported.ts';

type Seen = Pick<App, 'laravel' | 'repository'>;

/**
 * Where findings are shown. One whose trace has no file of the repository goes to the line that reads its key, else to the line of the
 * key in `.env.example`, else to composer.json: code scanning drops what is in no file.
 */
export function locator(app: Seen, workflow?: Place): Locator {
  const { prefix } = app.repository;
  return {
    prefix,
    holds: (file) => app.repository.holds(file),
    fallback: (finding) => {
      const keys = keysOf(finding, app);
      return readerLine(keys, app) ?? codeLine(keys, app) ?? exampleLine(keys, app) ?? workflow ?? { file: `${prefix}composer.json`, line: 1, column: 1 };
    },
  };
}

function keysOf({ subject, trace }: Finding, { laravel }: Seen): readonly string[] {
  const named = [...trace.map(({ env }) => env), laravel.keyOf(subject), subject].filter((key) => key !== undefined);
  return [...new Set(named)].filter((key) => /^[A-Za-z_]\w*$/.test(key));
}

function readerLine(keys: readonly string[], { laravel, repository }: Seen): Place | undefined {
  for (const { place } of keys.flatMap((key) => laravel.readersOf(key))) {
    if (place !== undefined && repository.holds(repository.prefix + place.file)) return { ...place, file: repository.prefix + place.file };
  }
  return undefined;
}

/** Code that has the key in quotes. */
function codeLine(keys: readonly string[], { laravel, repository }: Seen): Place | undefined {
  for (const key of keys) {
    for (const file of laravel.filesWith([`'${key}'`, `"${key}"`])) {
      const path = repository.prefix + file;
      const at = repository.holds(path) ? (repository.text(path) ?? '').search(new RegExp(`(['"])${key}\\1`)) : -1;
      if (at >= 0) return placeAt(path, repository.text(path) ?? '', at);
    }
  }
  return undefined;
}

function exampleLine(keys: readonly string[], { repository }: Seen): Place | undefined {
  const file = `${repository.prefix}.env.example`;
  const text = repository.holds(file) ? (repository.text(file) ?? '') : '';
  for (const key of keys) {
    const at = text.search(new RegExp(`^${key}=`, 'm'));
    if (at >= 0) return placeAt(file, text, at);
  }
  return undefined;
}

function placeAt(file: string, text: string, at: number): Place {
  const before = text.slice(0, at);
  return { file, line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}
