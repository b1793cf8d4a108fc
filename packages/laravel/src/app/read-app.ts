import { configFilesIn, statementsOf } from '../config/config-files.ts';
import { ConfigTree } from '../config/config-tree.ts';
import type { Statement } from '../config/expression.ts';
import { unknown } from '../config/combine.ts';
import { isNullOf } from '../config/truth.ts';
import { Environment } from '../env/environment.ts';
import { RealEnvironment, type EnvSource } from '../env/sources.ts';
import { secretTexts } from '../env/masking.ts';
import { SecretVault } from '../env/vault.ts';
import { loadPhpParser } from '../php/parser.ts';
import { frameworkDefaults, packageDefaults, vendorDefaults, type DefaultFile } from '../defaults/base.ts';
import type { ConfigValue, Unknown } from '../value.ts';
import { configCacheOf } from './config-cache.ts';
import { below, type AppFiles } from './files.ts';
import { frameworkOf, readLock, type Framework } from './framework.ts';
import type { LaravelApp } from './laravel-app.ts';
import { findOverrides } from './overrides.ts';
import { codeReaders } from './code-readers.ts';
import { readersIn, type Reader } from './readers.ts';
import { PhpSources, type Problem } from './sources.ts';

export interface ReadAppOptions {
  readonly files: AppFiles;
  /** Where in the files the application lies; the top when not given. */
  readonly root?: string;
  readonly sources: readonly EnvSource[];
  /** For a tree without composer.lock. */
  readonly frameworkVersion?: string;
  /** Values for what cannot be known, by environment key or configuration path, each with its reason. */
  readonly assume?: ReadonlyMap<string, Assumption>;
  /** Why the configuration is cached while an image is built: then the environment of that moment counts, and nobody knows it. */
  readonly bakedAtBuild?: string;
  /** False where the framework's own configuration is not merged below the application's; as the tree says when not given. */
  readonly mergesFramework?: boolean;
  /** Told every secret text before anything else is done with it. */
  readonly mask?: (text: string) => void;
}

export interface Assumption {
  readonly value: string | number | boolean | null;
  readonly reason: string;
}

/** Reads a Laravel application without running it. Files that cannot be read or parsed are problems, not throws. */
export async function readApp(options: ReadAppOptions): Promise<LaravelApp> {
  return (await openApp(options)).app;
}

/** Also hands out the texts of secrets: for tests that compare with the running framework. */
export async function openApp(options: ReadAppOptions): Promise<{ readonly app: LaravelApp; readonly vault: SecretVault }> {
  const files = below(options.files, options.root ?? '');
  const paths = files.list();
  const lock = readLock(files);
  const packages = lock.ok ? lock.packages : new Map();
  const framework = frameworkOf(packages, options.frameworkVersion);
  const vault = new SecretVault();
  for (const text of secretTexts(options.sources)) options.mask?.(text);
  const configCache = configCacheOf(new RealEnvironment(options.sources), paths);
  const phpdotenv = packages.get('vlucas/phpdotenv')?.version;
  const environment = new Environment({ sources: options.sources, files, vault, phpdotenv, isCached: configCache.isPresent, bakedAtBuild: options.bakedAtBuild });
  const none = new Environment({ sources: [{ kind: 'real', name: 'no environment', values: {}, complete: true }], files, vault, phpdotenv, isCached: true, bakedAtBuild: undefined });
  const php = new PhpSources(files, paths, await loadPhpParser());
  const configFiles = configFilesIn(paths, 'config');
  const statements = (path: string): readonly Statement[] | string => {
    const file = php.parsed(path);
    return (file === undefined ? undefined : statementsOf(file)) ?? php.problems().find((problem) => problem.file === path)?.why ?? 'the file cannot be read, or is nested too deeply';
  };
  const merging = mergedFiles(files, framework, options.mergesFramework);
  const treeOf = (of: Environment): ConfigTree => {
    const world = { vault, framework, env: (key: string, cast: boolean): ConfigValue => of.value(key, { cast }) };
    return new ConfigTree({ files: configFiles, cache: configCache.isPresent ? configCache.path : undefined, statements, framework: merging, packages: packageDefaults(packages), world, overrides: (loaded) => findOverrides(php, { ...world, config: (path) => loaded.loaded(path) }) });
  };
  const [tree, bare] = [treeOf(environment), treeOf(none)];
  const assume = (name: string, value: ConfigValue): ConfigValue => assumed(options.assume?.get(name), name, value);
  const config = (path: string): ConfigValue => assume(path, tree.get(path));
  const ofConfig = lazily(() => configFiles.flatMap(({ name, path }) => {
    const found = statements(path);
    return typeof found === 'string' ? [] : shallowly(() => readersIn(name, found));
  }));
  const readers = lazily(() => groupByKey([...ofConfig(), ...defaultReaders(tree, [...('kind' in merging ? [] : merging), ...packageDefaults(packages)]), ...codeReaders(php, (path) => path.startsWith('config/'))]));
  const problems: readonly Problem[] = lock.ok ? [] : [{ file: 'composer.lock', line: undefined, why: lock.why }];
  const app: LaravelApp = {
    framework, packages, config, configCache,
    get overrides() { return tree.overrides(); },
    configWithoutEnv: (path) => bare.get(path),
    location: (path) => config(path).place,
    configNames: tree.roots(),
    env: (key) => assume(key, environment.value(key)),
    envFile: environment.file,
    readersOf: (key) => readers().get(key) ?? [],
    keyOf: (path) => ofConfig().find((reader) => reader.path === path)?.key ?? config(path).trace.find(({ env }) => env !== undefined)?.env,
    get readKeys() { return readers(); },
    phpFiles: php.paths,
    php: (file) => php.parsed(file),
    filesWith: (words) => php.filesWith(words),
    get problems() { return [...problems, ...php.problems()]; },
    digestOf: (text) => vault.digestOf(text),
  };
  return { app, vault };
}

/** The framework's own files, where it merges them. */
function mergedFiles(files: AppFiles, framework: Framework, isGiven: boolean | undefined): readonly DefaultFile[] | Unknown {
  const bootstrap = files.read('bootstrap/app.php')?.toString('utf8') ?? '';
  if (!(isGiven ?? !bootstrap.includes('dontMergeFrameworkConfiguration'))) return [];
  if (framework.version !== undefined) {
    const facts = frameworkDefaults(framework);
    return facts.length === 0 ? facts : vendorDefaults(framework, files) ?? facts;
  }
  return unknown('no-version', 'the version of the framework is not known, and with it what it merges', []);
}

/** An assumption stands for what is Unknown, and for nothing else. */
function assumed(assumption: Assumption | undefined, name: string, value: ConfigValue): ConfigValue {
  if (assumption === undefined || (value.kind !== 'unknown' && !(value.kind === 'one-of' && isNullOf(value) === undefined))) return value;
  const step = { file: undefined, line: 0, column: 0, what: `${name} is assumed: ${assumption.reason}` };
  return { kind: 'known', value: assumption.value, trace: [...value.trace, step] };
}

/** Of the framework's and packages' own configuration only what the application has not replaced. */
function defaultReaders(tree: ConfigTree, defaults: readonly DefaultFile[]): readonly Reader[] {
  const all = defaults.flatMap((file) => ('expression' in file ? readersIn(file.name, [{ does: 'return', value: file.expression, at: undefined }]) : []));
  return all.filter(({ key, path }) => path !== undefined && tree.get(path).trace.some(({ env }) => env === key));
}

function groupByKey(readers: readonly Reader[]): ReadonlyMap<string, readonly Reader[]> {
  return Map.groupBy(readers, ({ key }) => key);
}

/** Nothing of a file that is nested too deeply: its values are Unknown anyway. */
function shallowly<T>(find: () => readonly T[]): readonly T[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
