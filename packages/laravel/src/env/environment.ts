import { castEnv } from '../dotenv/cast.ts';
import type { AppFiles } from '../app/files.ts';
import type { ConfigValue, Place, TraceStep, UnknownReason } from '../value.ts';
import { EnvFileReading, type EnvFile } from './env-file.ts';
import { isSapiName } from './sapi-names.ts';
import { holdsUserInfo, isSecretKey } from './secret-names.ts';
import { RealEnvironment, type EnvSource, type FileSource } from './sources.ts';
import type { SecretVault } from './vault.ts';

export interface EnvironmentOptions {
  readonly sources: readonly EnvSource[];
  readonly files: AppFiles;
  readonly vault: SecretVault;
  /** As composer.lock names it. */
  readonly phpdotenv: string | undefined;
  /** Why the environment is that of an image's build. */
  readonly bakedAtBuild: string | undefined;
  /** With a cached configuration no `.env` is read. */
  readonly isCached: boolean;
}

/** A raw text, or why there is none. */
type Found =
  | { readonly kind: 'text'; readonly text: string; readonly step: TraceStep; readonly place: Place | undefined }
  | { readonly kind: 'unset' }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason; readonly why: string };

/** What the application's `env()` sees: the real environment, then its `.env`. */
export class Environment {
  readonly #real: RealEnvironment;
  readonly #file: EnvFileReading | undefined;
  readonly #vault: SecretVault;
  readonly #sources: readonly EnvSource[];
  readonly #bakedAtBuild: string | undefined;

  constructor({ sources, files, vault, phpdotenv, isCached, bakedAtBuild }: EnvironmentOptions) {
    this.#bakedAtBuild = bakedAtBuild;
    this.#sources = isCached ? sources.filter(({ kind }) => kind !== 'file') : sources;
    this.#real = new RealEnvironment(sources);
    this.#vault = vault;
    const given = this.#sources.find((source) => source.kind === 'file');
    const selected = given === undefined ? undefined : this.#selected(given, files);
    this.#file = given === undefined || selected === undefined ? undefined : new EnvFileReading(selected, this.#real, phpdotenv, selected === given ? undefined : given.name);
  }

  get file(): EnvFile | undefined {
    return this.#file?.file;
  }

  /** `env(key)` without a default. Not cast: what `getenv()` and `$_SERVER` give. */
  value(key: string, { cast = true }: { readonly cast?: boolean } = {}): ConfigValue {
    const found = this.#find(key);
    switch (found.kind) {
      case 'unset': return { kind: 'unset', trace: [noFile(`${key} is not set`, key)] };
      case 'unknown': return { kind: 'unknown', reason: found.reason, why: found.why, trace: [noFile(found.why, key)] };
      case 'text': {
        const value = cast ? castEnv(found.text) : found.text;
        const place = found.place === undefined ? {} : { place: found.place };
        if (typeof value === 'string' && this.#isSecret(key, value)) return this.#vault.seal(key, value, [found.step], found.place);
        return { kind: 'known', value, ...place, trace: [found.step] };
      }
    }
  }

  #find(key: string): Found {
    if (this.#bakedAtBuild !== undefined) return { kind: 'unknown', reason: 'baked-at-build', why: this.#bakedAtBuild };
    if (isSapiName(key)) return { kind: 'unknown', reason: 'sapi-name', why: `${key} is set by PHP or the web server itself` };
    const real = this.#real.find(key);
    if (real?.text !== undefined) return { kind: 'text', text: real.text, step: noFile(`${key} is ${shown(real.text)} in ${real.source}`, key), place: undefined };
    if (real !== undefined) return { kind: 'unknown', reason: 'value-hidden', why: `${key} is set, and ${real.source} gives only its name` };
    return this.#findInFile(key) ?? this.#missing(key);
  }

  #findInFile(key: string): Found | undefined {
    if (this.#file === undefined) return undefined;
    const { name, failure } = this.#file.file;
    if (failure !== undefined) return { kind: 'unknown', reason: 'unreadable', why: `phpdotenv rejects ${name}: ${failure.cause} at line ${failure.span.line}` };
    if (this.#file.isHidden(key)) return { kind: 'unknown', reason: 'value-hidden', why: `${key} takes in a variable of which only the name is known` };
    const found = this.#file.find(key);
    if (found?.entry === undefined) return undefined;
    const place = this.#file.placeOf(found.entry);
    const { line, column } = found.entry.nameSpan;
    return { kind: 'text', text: found.value, step: { file: name, line, column, what: `${key} is ${shown(found.value)}`, env: key }, place };
  }

  #missing(key: string): Found {
    if (this.#sources.length === 0) return { kind: 'unknown', reason: 'no-environment', why: `${key} is not known: no environment was given` };
    if (this.#sources.some((source) => source.kind !== 'names' && source.complete)) return { kind: 'unset' };
    return { kind: 'unknown', reason: 'not-in-source', why: `${key} is in no source, and none of them is complete` };
  }

  #isSecret(key: string, text: string): boolean {
    return isSecretKey(key) || holdsUserInfo(text) || this.#file?.isSecret(key) === true;
  }

  /** Laravel reads `.env.x` instead when the real environment says `APP_ENV=x` and that file is there. */
  #selected(given: FileSource, files: AppFiles): FileSource {
    const environment = castEnv(this.#real.find('APP_ENV')?.text ?? '');
    const name = `.env.${environment}`;
    if (typeof environment !== 'string' || environment === '' || given.name === name) return given;
    const content = files.read(name);
    return content === undefined ? given : { kind: 'file', name, content, complete: given.complete };
  }
}

/** How a trace may tell it: words of the language, and of everything else only that it is there. */
function shown(text: string): string {
  const value = castEnv(text);
  if (value === '') return 'empty';
  return typeof value === 'string' ? 'set' : String(value);
}

function noFile(what: string, env: string): TraceStep {
  return { file: undefined, line: 0, column: 0, what, env };
}
