import { z } from 'zod';
import type { TraceStep } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { decide, intOf, isNull, textOf } from '../../decide.ts';
import { callsIn } from '../../facts/php-calls.ts';
import { tokenCalls, type TokenCall } from '../../facts/token-calls.ts';
import type { Finding } from '../../finding.ts';
import { judged, notApplicable, together, type Answers, type Judgement } from '../../judgement.ts';
import { withOptions } from '../../rule.ts';
import { configValue, judgeValue, repositoryPlace, setting, type SubjectValue } from '../../subject-value.ts';

const JWT_PACKAGES = ['tymon/jwt-auth', 'php-open-source-saver/jwt-auth'];
const PROVIDERS = ['app/Providers/AuthServiceProvider.php', 'app/Providers/AppServiceProvider.php'];

export function isInstalled({ laravel }: Pick<App, 'laravel'>, name: string): boolean {
  return laravel.packages.get(name)?.isDev === false;
}

export function checkSanctum(app: App): Judgement {
  if (!isInstalled(app, 'laravel/sanctum')) return notApplicable('Sanctum is not installed');
  const calls = tokenCalls(app);
  if (calls.length === 0) return notApplicable('no code makes tokens, so Sanctum serves cookies only');
  const endless = calls.find(({ hasEnd }) => !hasEnd);
  const configured = configValue(app, 'sanctum.expiration');
  if (endless === undefined) return { kind: 'pass', safe: [{ subject: configured.subject, shown: 'every token has its own end', trace: configured.value.trace }] };
  const asked: SubjectValue = { ...configured, value: { ...configured.value, trace: [...configured.value.trace, stepOf(endless)] } };
  return judged(judgeValue(app, asked, (value) => (
    (intOf(value) ?? 0) > 0 ? undefined : { severity: 'high', so: `so a token that ${endless.place.file} makes without an end works for ever`, remedy: `${setting(asked, '1440')} Or give \`createToken\` an end, and let \`sanctum:prune-expired\` run every day.` }
  )), '');
}

function stepOf({ place: { file, line, column } }: TokenCall): TraceStep {
  return { file, line, column, what: 'createToken() without an end' };
}

export const JWT_OPTIONS = z.strictObject({
  'max-minutes': z.int().min(1).default(1440).describe('Longest life of a token in minutes'),
  'paths': z.array(z.string()).default([]).describe('Config paths of your own that hold the life of a token in minutes'),
});

export const checkJwt = withOptions(JWT_OPTIONS, (app, { 'max-minutes': most, paths }) => {
  const isUsed = JWT_PACKAGES.some((name) => isInstalled(app, name));
  if (!isUsed && paths.length === 0) return notApplicable('no package for JWT is installed');
  const lives = [...(isUsed ? ['jwt.ttl'] : []), ...paths].map((path) => judgeLife(app, configValue(app, path), most));
  return judged(together([...lives, ...(isUsed ? [judgeClaims(app)] : [])]), '');
});

function judgeLife(app: App, asked: SubjectValue, most: number): Answers {
  return judgeValue(app, asked, (value) => {
    if (isNull(value) || textOf(value) === '') return { severity: 'high', so: 'so tokens never end', remedy: setting(asked, '60'), rank: Number.MAX_SAFE_INTEGER };
    const minutes = intOf(value) ?? 0;
    return minutes > most ? { severity: 'high', so: `above ${most} minutes`, remedy: setting(asked, '60'), rank: minutes } : undefined;
  });
}

/** Without the claim a token that has no end is taken as well. */
function judgeClaims(app: App): Answers {
  const asked = configValue(app, 'jwt.required_claims');
  if (asked.value.kind === 'unset') return {};
  return judgeValue(app, asked, (value) => {
    if (value.kind !== 'array') return undefined;
    const answers = [...value.entries.values()].map((each) => decide(each, (entry) => textOf(entry) === 'exp'));
    if (answers.some((each) => each.kind === 'settled' && each.value)) return undefined;
    const open = answers.find((each) => each.kind === 'undecided')?.why ?? value.open;
    return open === undefined ? { severity: 'high', so: 'without `exp`, so a token that has no end is taken as well', remedy: 'Add `exp` to `jwt.required_claims`.' } : { reason: open.reason, why: open.why };
  });
}

export function checkPassport(app: App): Judgement {
  if (!isInstalled(app, 'laravel/passport')) return notApplicable('Passport is not installed');
  const subject = 'Passport::tokensExpireIn';
  for (const path of app.laravel.filesWith(['tokensExpireIn']).filter((file) => !file.startsWith('tests/'))) {
    const file = app.laravel.php(path);
    if (file === undefined) return judged({ undecided: [{ subject, reason: 'unreadable', why: `${path} cannot be parsed`, trace: [] }] }, '');
    const [call] = callsIn(file, ['tokensExpireIn']);
    const at = call === undefined ? undefined : file.placeOf(call.node);
    if (at !== undefined) return { kind: 'pass', safe: [{ subject, shown: 'set', trace: [{ file: path, line: at.line, column: at.column, what: 'tokensExpireIn()' }] }] };
  }
  const provider = PROVIDERS.find((file) => app.laravel.phpFiles.includes(file));
  const place = provider === undefined ? undefined : repositoryPlace(app, { file: provider, line: 1, column: 1, endLine: 1, endColumn: 1 });
  const finding: Finding = {
    subject, severity: 'medium', rank: 1, shown: 'not called', trace: [], ...(place === undefined ? {} : { place }),
    message: 'Nothing calls `Passport::tokensExpireIn()`, so tokens of Passport work for a year.', remedy: `Call \`Passport::tokensExpireIn(now()->addDays(15))\` in ${provider ?? 'a provider'}, and the same for refresh and personal tokens.`,
  };
  return judged({ findings: [finding] }, '');
}
