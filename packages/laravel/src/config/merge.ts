import type { ConfigArray, ConfigValue, Unknown } from '../value.ts';
import { ArrayBuilder } from './arrays.ts';
import { putSpread } from './array-literal.ts';
import { eachOf } from './combine.ts';

/** What Laravel merges one level deeper (`LoadConfiguration::mergeableOptions`). */
const DEEPER: Readonly<Record<string, readonly string[]>> = {
  auth: ['guards', 'providers', 'passwords'],
  broadcasting: ['connections'],
  cache: ['stores'],
  database: ['connections'],
  filesystems: ['disks'],
  logging: ['channels'],
  mail: ['mailers'],
  queue: ['connections'],
};

/** The application's file over the framework's own: `array_merge`, and for some entries once more. */
export function mergeFramework(name: string, base: ConfigValue, given: ConfigValue): ConfigValue {
  return eachOf(given, (file) => {
    const merged = mergeShallow(base, file);
    if (merged.kind !== 'array' || base.kind !== 'array') return merged;
    const entries = new Map(merged.entries);
    for (const option of DEEPER[name] ?? []) {
      const [below, above] = [base.entries.get(option), file.kind === 'array' ? file.entries.get(option) : undefined];
      if (below !== undefined && above !== undefined) entries.set(option, eachOf(above, (each) => (each.kind === 'array' ? mergeShallow(below, each) : each)));
    }
    return { ...merged, entries };
  });
}

/** `array_merge(base, file)`: also what a package does with its own configuration. */
export function mergeShallow(base: ConfigValue, file: ConfigValue): ConfigValue {
  if (file.kind !== 'array') return file.kind === 'unset' ? base : file;
  const builder = new ArrayBuilder();
  putSpread(builder, base);
  putSpread(builder, file);
  return builder.build(file.trace, file.place);
}

/** For a framework whose version is not known: what the file does not give, the framework may. */
export function openTo(why: Unknown, file: ConfigValue): ConfigValue {
  return eachOf(file, (each): ConfigValue => {
    if (each.kind === 'unset') return why;
    if (each.kind !== 'array') return each;
    const open: ConfigArray = { ...each, open: each.open ?? why };
    return open;
  });
}
