import type { App } from '../../app.ts';
import { callsIn } from '../../facts/php-calls.ts';
import { tokenCalls } from '../../facts/token-calls.ts';
import { judged, notApplicable, type Judgement } from '../../judgement.ts';
import { codeFinding } from './passwords.ts';

const REVOKING = ['delete', 'revoke', 'revokeAllTokens', 'revokeAccessToken', 'revokeRefreshTokensByAccessTokenId', 'invalidate'];
export const LOGOUT_WORDS = ['logout', 'Logout', 'logOut', 'signOut', 'signout'];
const NO_TOKENS = 'no code makes tokens';

export function checkRevocation(app: App): Judgement {
  const [first] = tokenCalls(app);
  if (first === undefined) return notApplicable(NO_TOKENS);
  const subject = 'logout';
  const revoking = app.laravel.filesWith(LOGOUT_WORDS).filter((path) => /^(?:app|routes)\//.test(path)).find((path) => {
    const file = app.laravel.php(path);
    return file !== undefined && callsIn(file, REVOKING).length > 0;
  });
  if (revoking !== undefined) return { kind: 'pass', safe: [{ subject, shown: revoking, trace: [] }] };
  return judged({ findings: [codeFinding(app, first.place, {
    subject, severity: 'low', rank: 1, shown: 'revokes nothing',
    message: `${first.place.file} makes tokens, and nothing that has to do with a logout deletes or revokes one.`, remedy: 'Delete the token at logout: `$request->user()->currentAccessToken()->delete()`.',
  })] }, '');
}

export function checkAbilities(app: App): Judgement {
  const calls = tokenCalls(app);
  const findings = calls.filter(({ hasAbilities }) => !hasAbilities).map(({ place }) => codeFinding(app, place, {
    subject: `${place.file} createToken`, severity: 'low', rank: 1, shown: 'every ability',
    message: `${place.file} makes a token without abilities, so it may do everything that its user may.`, remedy: 'Name what it is for: `createToken(\'phone\', [\'orders:read\'])`.',
  }));
  const safe = calls.filter(({ hasAbilities }) => hasAbilities).map(({ place }) => ({ subject: `${place.file} createToken`, shown: 'abilities', trace: [] }));
  return judged({ findings, safe }, NO_TOKENS);
}
