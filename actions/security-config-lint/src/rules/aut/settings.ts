import { walk, type PhpFile } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { intOf, isNull, textOf } from '../../decide.ts';
import { callsIn, literalOf, shortName } from '../../facts/php-calls.ts';
import { judged, notApplicable, together, type Answers, type Judgement } from '../../judgement.ts';
import { configValue, judgeValue, setting } from '../../subject-value.ts';
import { isInstalled } from './tokens.ts';

const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)(?::\d{1,5})?$/i;
const RESET_MINUTES = 60;
const CONFIRM_SECONDS = 10_800;

export function checkMfa(app: App): Judgement {
  if (!isInstalled(app, 'laravel/fortify')) return notApplicable('Fortify is not installed');
  const path = 'config/fortify.php';
  const subject = 'fortify.features';
  // What Fortify has by itself includes it.
  if (!app.laravel.phpFiles.includes(path)) return { kind: 'pass', safe: [{ subject, shown: 'the default of Fortify', trace: [] }] };
  const file = app.laravel.php(path);
  if (file === undefined) return judged({ undecided: [{ subject, reason: 'unreadable', why: `${path} cannot be parsed`, trace: [] }] }, '');
  if (hasTwoFactor(file)) return { kind: 'pass', safe: [{ subject, shown: 'on', trace: [] }] };
  const at = app.laravel.location(subject) ?? { file: path, line: 1, column: 1 };
  return judged({ findings: [{
    subject, severity: 'low', rank: 1, shown: 'off', trace: [{ file: at.file, line: at.line, column: at.column, what: 'the features of Fortify' }],
    message: '`fortify.features` has no `Features::twoFactorAuthentication()`, so a password alone is enough for everybody.', remedy: `Add \`Features::twoFactorAuthentication()\` in ${path}, or attest \`mfa\` in the policy.`,
  }] }, '');
}

function hasTwoFactor(file: PhpFile): boolean {
  if (callsIn(file, ['twoFactorAuthentication']).length > 0) return true;
  return file.tree !== undefined && [...walk(file.tree)].some((node) => {
    const literal = literalOf(node);
    return literal.kind === 'text' && literal.text === 'two-factor-authentication';
  });
}

/** Where no request is stateful the list counts for nothing. */
export const STATEFUL_WORDS = ['statefulApi', 'EnsureFrontendRequestsAreStateful'];

export function checkStateful(app: App): Judgement {
  if (!isInstalled(app, 'laravel/sanctum')) return notApplicable('Sanctum is not installed');
  if (!isStateful(app)) return notApplicable('no middleware makes requests of a frontend stateful');
  const { subject, value, key } = configValue(app, 'sanctum.stateful');
  if (value.kind !== 'array') return judged(judgeValue(app, { subject, value, key }, () => undefined), '');
  const entries = [...value.entries.values()].map((entry): Answers => {
    const text = entry.kind === 'known' && typeof entry.value === 'string' ? entry.value.trim() : undefined;
    return judgeValue(app, { subject: text === undefined ? subject : `${subject}[${text}]`, value: entry, key }, (settled) => (
      LOCAL_HOST.test(textOf(settled)?.trim() ?? '') ? {
        severity: 'medium', so: 'so a page on the computer of a user, put there by any program, uses the user\'s session',
        remedy: key === undefined ? `Take it out of \`${subject}\`.` : `Set \`${key}\` to the hosts of your own frontend.`,
      } : undefined
    ), { words: text !== undefined && LOCAL_HOST.test(text) ? [text.toLowerCase()] : [] });
  });
  const open: Answers = value.open === undefined ? {} : { undecided: [{ subject, reason: value.open.reason, why: value.open.why, trace: value.trace }] };
  return judged(together([...entries, open, { safe: [{ subject, shown: `a list of ${value.entries.size}`, trace: value.trace }] }]), '');
}

function isStateful({ laravel }: App): boolean {
  return laravel.filesWith(STATEFUL_WORDS).filter((path) => /^(?:app|bootstrap|routes|config)\//.test(path)).some((path) => {
    const file = laravel.php(path);
    if (file?.tree === undefined) return false;
    return callsIn(file, ['statefulApi']).length > 0 || [...walk(file.tree)].some((node) => {
      const literal = literalOf(node);
      return literal.kind === 'class' && shortName(literal.name) === 'EnsureFrontendRequestsAreStateful';
    });
  });
}

export function checkReset(app: App): Judgement {
  const brokers = app.laravel.config('auth.passwords');
  const names = brokers.kind === 'array' ? [...brokers.entries].filter(([, each]) => each.kind === 'array').map(([name]) => `auth.passwords.${name}`) : [];
  const timeout = configValue(app, 'auth.password_timeout');
  const confirm = judgeValue(app, timeout, (value) => ((intOf(value) ?? 0) > CONFIRM_SECONDS ? { severity: 'low', so: `so a confirmed password counts for more than ${CONFIRM_SECONDS / 3600} hours`, remedy: setting(timeout, String(CONFIRM_SECONDS)), rank: intOf(value) ?? 0 } : undefined));
  return judged(together([...names.map((path) => judgeBroker(app, path)), ...(timeout.value.kind === 'unset' ? [] : [confirm])]), 'no password can be reset');
}

function judgeBroker(app: App, path: string): Answers {
  const [expire, throttle] = [configValue(app, `${path}.expire`), configValue(app, `${path}.throttle`)];
  return together([
    judgeValue(app, expire, (value) => ((intOf(value) ?? 0) > RESET_MINUTES ? { severity: 'low', so: `so a link in a mailbox resets the password for more than ${RESET_MINUTES} minutes`, remedy: setting(expire, String(RESET_MINUTES)), rank: intOf(value) ?? 0 } : undefined)),
    // PasswordBrokerManager takes `?? 0`.
    judgeValue(app, throttle, (value) => (isNull(value) || intOf(value) === 0 ? { severity: 'low', so: 'so anybody can ask for one mail after the other', remedy: setting(throttle, '60'), rank: 1 } : undefined)),
  ]);
}
