import { entropyOf, isPlaceholder, phpBase64 } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import type { Finding } from '../../finding.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { configValue, judgeValue } from '../../subject-value.ts';

/** A key of 32 random bytes has 4.9 bits per byte, one of 16 has 3.9. */
const LEAST_ENTROPY_BITS = 3;
/** From old skeletons and tutorials. */
const TUTORIAL_KEYS = ['SomeRandomString', 'SomeRandomStringSomeRandomString', 'YourSecretKey!!!', 'SomeRandomStringWith32Characters', 'base64:SomeRandomStringSomeRandomStringSomeRandomS='];
/** Where keys for examples and tests stand. */
const EXAMPLE_FILES = /(?:^|\/)(?:\.env\.(?:example|dist|template|sample|testing|test|ci|dusk[^/]*|local)|phpunit[^/]*\.xml(?:\.dist)?)$|^\.github\/workflows\/[^/]+\.ya?ml$/;
/** Files that hold configuration. */
const CONFIG_FILES = /(?:^|\/)(?:\.env[^/]*|[^/]*compose[^/]*\.ya?ml|Dockerfile[^/]*|[^/]+\.env|config\/app\.php|values[^/]*\.ya?ml|app\.ya?ml)$/;
const TEST_FILES = /(?:^|\/)(?:\.env\.(?:testing|test|ci|dusk[^/]*)|phpunit[^/]*\.xml(?:\.dist)?)$|(?:^|\/)tests?\//;
/** A key behind its name, or anything behind `base64:` that is long enough. */
const KEY_TEXT = /base64:[A-Za-z0-9+/=_-]{20,}|(?<=\bAPP_KEY["']?\s*[=:]\s*["']?)[^\s"'#<>${}]{8,}|(?<=name="APP_KEY"\s+value=")[^"]{8,}/g;

export function checkKnown(app: App): Judgement {
  const asked = configValue(app, 'app.key');
  const places = exampleKeys(app);
  const byDefault = app.laravel.configWithoutEnv('app.key');
  const remedy = 'Rotate it: make a new key with `php artisan key:generate --show`, and put the old one into `APP_PREVIOUS_KEYS` for a while.';
  return judged(judgeValue(app, asked, (value) => {
    if (value.kind !== 'secret' || value.shape.empty) return undefined;
    const { digest, entropy, placeholder } = value.shape;
    if (byDefault.kind === 'secret' && byDefault.shape.digest === digest) return { severity: 'critical', so: 'and stands in the configuration as its default', remedy, rank: 3 };
    const place = places.get(digest);
    if (place !== undefined) return { severity: 'critical', so: `and stands in ${place}`, remedy, rank: 3 };
    if (placeholder || TUTORIAL_KEYS.some((known) => app.laravel.digestOf(known) === digest)) return { severity: 'critical', so: 'and a key that everybody knows', remedy, rank: 3 };
    return entropy < LEAST_ENTROPY_BITS ? { severity: 'critical', so: 'and hardly random', remedy, rank: 2 } : undefined;
  }), 'there is no application key');
}

/** Digests of the keys in example and test files, each with its file. */
function exampleKeys({ laravel, repository }: App): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of repository.files.filter((path) => EXAMPLE_FILES.test(path) && repository.holds(path))) {
    for (const [text] of (repository.text(file) ?? '').matchAll(KEY_TEXT)) found.set(laravel.digestOf(text), file);
  }
  return found;
}

export function checkCommitted({ repository }: App): Judgement {
  const looked = repository.files.filter((file) => (CONFIG_FILES.test(file) || TEST_FILES.test(file)) && repository.holds(file));
  const findings = looked.flatMap((file) => keysIn(file, repository.text(file) ?? '', repository.prefix));
  const clean = looked.filter((file) => !findings.some(({ subject }) => subject === file));
  return judged({ findings, safe: clean.map((file) => ({ subject: file, shown: 'no key', trace: [] })) }, 'no file of the repository holds settings');
}

function keysIn(file: string, text: string, prefix: string): readonly Finding[] {
  return [...text.matchAll(KEY_TEXT)].filter(([key]) => isRealKey(key)).map((match): Finding => {
    const before = text.slice(0, match.index);
    const line = before.split('\n').length;
    const column = before.length - before.lastIndexOf('\n');
    const isTest = TEST_FILES.test(file);
    return {
      subject: file, severity: isTest ? 'info' : 'critical', rank: isTest ? 1 : 2, shown: 'a key',
      message: isTest ? `${file} holds a key for tests.` : `${file} holds an application key, so whoever can read the repository has it.`,
      remedy: isTest ? 'See that it is used in tests only.' : 'Take it out, and rotate it: the history keeps it.',
      trace: [{ file: file.slice(prefix.length), line, column, what: 'an application key' }],
      place: { file, line, column, endLine: line, endColumn: column + match[0].length },
    };
  });
}

/** 16 or 32 bytes that look random. */
function isRealKey(text: string): boolean {
  if (isPlaceholder(text)) return false;
  const bytes = text.startsWith('base64:') ? phpBase64(text.slice('base64:'.length)) : Buffer.from(text);
  return (bytes.length === 16 || bytes.length === 32) && entropyOf(bytes) >= LEAST_ENTROPY_BITS;
}
