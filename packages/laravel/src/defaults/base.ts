import type { AppFiles } from '../app/files.ts';
import type { Framework, LockedPackage } from '../app/framework.ts';
import type { Expression } from '../config/expression.ts';
import { FRAMEWORK_PACK } from './framework/pack.ts';
import { PACKAGE_PACKS } from './packages.ts';

/** Something of the framework or a package that lies below a file of the application. */
export type DefaultFile = DefaultFacts | VendorFile;

export interface DefaultFacts {
  readonly name: string;
  readonly expression: Expression;
  /** For traces: `the default of Laravel 11.31.0`. */
  readonly label: string;
}

/** The file itself, where the tree carries the very version that its lock names. */
export interface VendorFile {
  readonly name: string;
  readonly path: string;
}

const VENDOR = 'vendor/laravel/framework';

/** From here on the framework merges its own configuration below the application's. */
const MERGING_MAJOR = 11;

/** The framework's own configuration files; none for versions that do not merge them. */
export function frameworkDefaults({ version, major }: Framework): readonly DefaultFacts[] {
  if (version === undefined || (major !== undefined && major < MERGING_MAJOR)) return [];
  return Object.entries(FRAMEWORK_PACK).flatMap(([name, fact]) => {
    const expression = fact(version);
    return expression === undefined ? [] : [{ name, expression, label: `the default of Laravel ${version}` }];
  });
}

/** The framework's files in `vendor`; undefined when they are not there, or not of this version. */
export function vendorDefaults({ version }: Framework, files: AppFiles): readonly VendorFile[] | undefined {
  const application = files.read(`${VENDOR}/src/Illuminate/Foundation/Application.php`)?.toString('utf8') ?? '';
  if (version === undefined || /const VERSION = '([^']+)'/.exec(application)?.[1] !== version) return undefined;
  const found = Object.keys(FRAMEWORK_PACK).map((name) => ({ name, path: `${VENDOR}/config/${name}.php` })).filter(({ path }) => files.read(path) !== undefined);
  return found.length === 0 ? undefined : found;
}

/** What the locked packages merge when they are registered. */
export function packageDefaults(packages: ReadonlyMap<string, LockedPackage>): readonly DefaultFacts[] {
  return PACKAGE_PACKS.flatMap(({ package: name, name: file, fact }) => {
    const version = packages.get(name)?.version;
    const expression = version === undefined ? undefined : fact(version);
    return expression === undefined ? [] : [{ name: file, expression, label: `the default of ${name} ${version}` }];
  });
}
