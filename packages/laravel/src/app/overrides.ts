import { Evaluator } from '../config/evaluator.ts';
import type { World } from '../config/evaluation.ts';
import { OVERRIDE_WORDS } from '../config/override-calls.ts';
import { overridesIn, setsConfiguration, type Override } from '../config/overrides.ts';
import { unknown } from '../config/combine.ts';
import type { PhpSources } from './sources.ts';

/** All that the application's providers set, of every file that may; one that does not parse may set what it names. */
export function findOverrides(php: PhpSources, world: World): readonly Override[] {
  const evaluator = new Evaluator(world);
  return php.filesWith(OVERRIDE_WORDS).flatMap((path): readonly Override[] => {
    const text = php.file(path)?.text ?? '';
    if (!setsConfiguration(path, text)) return [];
    const file = php.parsed(path);
    if (file?.tree === undefined) return namedIn(path, text);
    const found = shallow(() => (file.tree === undefined ? undefined : overridesIn(file, file.tree, evaluator)));
    if (found === undefined) php.report({ file: path, line: undefined, why: 'it is nested too deeply' });
    for (const place of found?.unnamed ?? []) php.report({ file: path, line: place.line, why: 'it sets a configuration path whose name is not known' });
    return found?.overrides ?? namedIn(path, text);
  });
}

function shallow<T>(find: () => T | undefined): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Paths that stand in quotes in a file that cannot be parsed. */
function namedIn(path: string, text: string): Override[] {
  const place = { file: path, line: 1, column: 1, endLine: 1, endColumn: 1 };
  const names = new Set([...text.matchAll(/['"]([a-z][\w-]*(?:\.[\w-]+)+)['"]/g)].flatMap(([, name]) => name ?? []));
  return [...names].map((name) => ({ path: name, place, isCertain: false, value: unknown('unreadable', `${path} may set it, and cannot be parsed`, [{ file: path, line: 1, column: 1, what: 'may set it, and cannot be parsed' }], place) }));
}
