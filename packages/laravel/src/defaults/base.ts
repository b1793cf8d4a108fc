import type { Framework, LockedPackage } from '../app/framework.ts';
import type { Expression } from '../config/expression.ts';
import { FRAMEWORK_PACK } from './framework/pack.ts';
import { PACKAGE_PACKS } from './packages.ts';

/** Something of the framework or a package that lies below a file of the application. */
export interface DefaultFile {
  readonly name: string;
  readonly expression: Expression;
  /** For traces: `the default of Laravel 11.31.0`. */
  readonly label: string;
}

/** From here on the framework merges its own configuration below the application's. */
const MERGING_MAJOR = 11;

/** The framework's own configuration files; none for versions that do not merge them. */
export function frameworkDefaults({ version, major }: Framework): readonly DefaultFile[] {
  if (version === undefined || (major !== undefined && major < MERGING_MAJOR)) return [];
  return Object.entries(FRAMEWORK_PACK).flatMap(([name, fact]) => {
    const expression = fact(version);
    return expression === undefined ? [] : [{ name, expression, label: `the default of Laravel ${version}` }];
  });
}

/** What the locked packages merge when they are registered. */
export function packageDefaults(packages: ReadonlyMap<string, LockedPackage>): readonly DefaultFile[] {
  return PACKAGE_PACKS.flatMap(({ package: name, name: file, fact }) => {
    const version = packages.get(name)?.version;
    const expression = version === undefined ? undefined : fact(version);
    return expression === undefined ? [] : [{ name: file, expression, label: `the default of ${name} ${version}` }];
  });
}
