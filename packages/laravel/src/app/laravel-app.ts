import type { Override } from '../config/overrides.ts';
import type { EnvFile } from '../env/env-file.ts';
import type { PhpFile } from '../php/file.ts';
import type { ConfigValue, Place } from '../value.ts';
import type { ConfigCache } from './config-cache.ts';
import type { Framework, LockedPackage } from './framework.ts';
import type { Problem } from './sources.ts';
import type { Reader } from './readers.ts';

/** A Laravel application, read without running it. All reading is done; nothing here throws. */
export interface LaravelApp {
  readonly framework: Framework;
  /** Of composer.lock, by name. */
  readonly packages: ReadonlyMap<string, LockedPackage>;

  /** The effective value at a dotted path; arrays come back as arrays. Unset, with a trace, when nothing gives it. */
  config(path: string): ConfigValue;
  /** The same if no environment key were set at all: what the tree itself says. */
  configWithoutEnv(path: string): ConfigValue;
  /** Where the text stands that gives a path, or an entry of a list: a literal, a line of `.env`, a call of `env()`. */
  location(path: string): Place | undefined;
  /** Names of the first level: `app`, `session`, … */
  readonly configNames: readonly string[];
  /** What `env(key)` gives the application, without a default. */
  env(key: string): ConfigValue;
  /** Undefined when no source is a file, or the configuration is cached. */
  readonly envFile: EnvFile | undefined;
  /** Every place in PHP that reads an environment key: configuration, defaults that the application has not replaced, and other code. */
  readersOf(key: string): readonly Reader[];
  /** The environment key that feeds a path in this tree; undefined when none does. */
  keyOf(path: string): string | undefined;
  /** All keys that anything in PHP reads, with their readers. */
  readonly readKeys: ReadonlyMap<string, readonly Reader[]>;

  /** The application's own PHP files. */
  readonly phpFiles: readonly string[];
  /** One file, with its tree on demand; undefined when there is none, or it cannot be read or parsed. */
  php(file: string): PhpFile | undefined;
  /** The files that hold at least one of these words: what a code rule parses. */
  filesWith(words: readonly string[]): readonly string[];

  /** Configuration paths that providers and `bootstrap/app.php` set; they are part of `config()`. */
  readonly overrides: readonly Override[];
  readonly configCache: ConfigCache;
  /** What could not be read so far. It grows while values are asked for: read it last. */
  readonly problems: readonly Problem[];

  /** Equal to the digest in the shape of a secret with this text. */
  digestOf(text: string): string;
}
