import type { ConfigValue } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { decide, isNull, textOf, type Settled } from '../../decide.ts';
import { judged, notApplicable, together, type Answers, type Judgement } from '../../judgement.ts';
import { configValue, judgeValue, type SubjectValue } from '../../subject-value.ts';

/** Illuminate\Encryption\Encrypter, in lower case as it compares them. */
const KEY_BYTES: ReadonlyMap<string, number> = new Map([['aes-128-cbc', 16], ['aes-256-cbc', 32], ['aes-128-gcm', 16], ['aes-256-gcm', 32]]);
const NEW_KEY = 'Make a key with `php artisan key:generate --show`, and put it into the secret store that feeds the environment.';

function isEmpty(value: Settled): boolean {
  return isNull(value) || (value.kind === 'secret' ? value.shape.empty : textOf(value) === '');
}

export function checkMissing(app: App): Judgement {
  const asked = configValue(app, 'app.key');
  // That a key is set may be asked also where only its name is known.
  if (asked.value.kind === 'unknown' && asked.value.reason === 'value-hidden') return { kind: 'pass', safe: [{ subject: 'app.key', shown: 'set', trace: asked.value.trace }] };
  return judged(judgeValue(app, asked, (value) => (isEmpty(value) ? { severity: 'critical', so: 'so nothing can be encrypted or signed', remedy: NEW_KEY } : undefined)), 'there is no application key');
}

export function checkLength(app: App): Judgement {
  const cipher = configValue(app, 'app.cipher');
  const wanted = decide(cipher.value, (value) => KEY_BYTES.get((textOf(value) ?? '').toLowerCase()) ?? 0);
  const parts: Answers[] = [judgeValue(app, cipher, (value) => (KEY_BYTES.has((textOf(value) ?? '').toLowerCase()) ? undefined : { severity: 'critical', so: 'which Laravel does not have', remedy: "Set `app.cipher` to `'AES-256-CBC'`." }), { words: [...KEY_BYTES.keys()] })];
  for (const asked of [configValue(app, 'app.key'), ...previousKeys(app)]) {
    const key = sealed(asked.value);
    if (key === undefined && asked.subject === 'app.key' && asked.value.kind !== 'unknown') continue;
    parts.push(judgeValue(app, asked, (value) => {
      if (value.kind !== 'secret' || value.shape.empty) return undefined;
      if (wanted.kind === 'undecided') return wanted.why;
      const bytes = value.shape.decodedBytes ?? value.shape.bytes;
      if (wanted.value === 0 || bytes === wanted.value) return undefined;
      return { severity: 'critical', so: `and has ${bytes} bytes where the cipher wants ${wanted.value}`, remedy: asked.subject === 'app.key' ? NEW_KEY : 'Take it out of the previous keys.', rank: Math.abs(bytes - wanted.value) };
    }));
  }
  const all = together(parts);
  const hasKey = [...all.findings, ...all.safe, ...all.undecided].some(({ subject }) => subject.startsWith('app.key') || subject.startsWith('app.previous_keys'));
  return hasKey ? judged(all, '') : notApplicable('there is no application key');
}

function sealed(value: ConfigValue): ConfigValue | undefined {
  return value.kind === 'secret' && !value.shape.empty ? value : undefined;
}

/** Each entry of `app.previous_keys`, named by its place in what a secret may show. */
function previousKeys(app: App): readonly SubjectValue[] {
  const list = app.laravel.config('app.previous_keys');
  if (list.kind !== 'array') return [];
  return [...list.entries.values()].map((value) => ({ subject: 'app.previous_keys[secret]', value, key: app.laravel.keyOf('app.previous_keys') }));
}
