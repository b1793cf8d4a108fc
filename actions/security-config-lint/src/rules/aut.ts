import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { PASSWORD_WORDS } from '../facts/password-rules.ts';
import { TOKEN_WORDS } from '../facts/token-calls.ts';
import { checkDefaults, checkPolicy } from './aut/passwords.ts';
import { checkAbilities, checkRevocation, LOGOUT_WORDS } from './aut/revocation.ts';
import { checkMfa, checkReset, checkStateful, STATEFUL_WORDS } from './aut/settings.ts';
import { checkJwt, checkPassport, checkSanctum, JWT_OPTIONS } from './aut/tokens.ts';

const COMMON = { precision: 'high', needs: ['config'], targets: ['production', 'staging'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Who is let in, with what, and for how long. */
export const AUT: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-AUT-001', slug: 'sanctum-never-expires', title: 'Tokens of Sanctum never end', severity: 'high', cwe: [613], asvs: ['7.3.2'], needs: ['config', 'code', 'composer'], words: TOKEN_WORDS,
    why: 'A token that leaked years ago, from a phone that was sold or a log, still works.',
    fires: '`sanctum.expiration` is null or 0, and code calls `createToken` without an end',
    quiet: 'no code makes tokens, as in an application with cookies only, or each has its own end',
    remedy: 'Set the expiration in minutes, and prune what has ended.',
    check: checkSanctum,
  }),
  rule({
    ...COMMON, id: 'FWS-AUT-002', slug: 'jwt-ttl-unbounded', title: 'A JWT lives too long', severity: 'high', cwe: [613], asvs: ['9.2.1'], needs: ['config', 'composer'], options: JWT_OPTIONS,
    why: 'Nothing on the server can end a JWT before its time.',
    fires: '`jwt.ttl`, or a path of the option `paths`, is null or above 1440 minutes (`max-minutes`), or `exp` is no required claim',
    quiet: 'tokens live an hour, and have to say when they end',
    remedy: 'Set the life to an hour, and use refresh tokens.',
    check: checkJwt,
  }),
  rule({
    ...COMMON, id: 'FWS-AUT-003', slug: 'passport-lifetime-default', title: 'Tokens of Passport live a year', severity: 'medium', precision: 'medium', cwe: [613], asvs: ['7.3.2'], needs: ['code', 'composer'], words: ['tokensExpireIn'],
    why: 'A year is what Passport takes when nobody says otherwise.',
    fires: 'Passport is installed, and no code calls `Passport::tokensExpireIn()`',
    quiet: 'it is called',
    remedy: 'Call it in a provider.',
    check: checkPassport,
  }),
  rule({
    ...COMMON, id: 'FWS-AUT-004', slug: 'token-revocation-absent', title: 'A logout leaves the token alive', severity: 'low', precision: 'low', cwe: [613], asvs: ['7.4.1'], needs: ['code'], profile: 'thorough', words: [...TOKEN_WORDS, ...LOGOUT_WORDS],
    why: 'Who logs out believes that the token is gone.',
    fires: 'code makes tokens, and no file of the application that speaks of a logout deletes, revokes or invalidates one',
    quiet: 'one does',
    remedy: 'Delete the token at logout.',
    check: checkRevocation,
  }),
  rule({
    ...COMMON, id: 'FWS-AUT-005', slug: 'password-defaults-unset', title: 'A new password may have any length', severity: 'medium', precision: 'medium', cwe: [521], asvs: ['6.2.1', '6.2.4'], needs: ['code'], profile: 'thorough', words: PASSWORD_WORDS,
    why: 'Short passwords are guessed.',
    fires: 'the rules of a password that has to be confirmed have neither a `min:` nor a rule object such as `Password::defaults()`',
    quiet: 'they have one, or the password is not confirmed, as at a login',
    remedy: 'Use `Password::defaults()`.',
    check: checkDefaults,
  }),
  rule({
    ...COMMON, id: 'FWS-AUT-006', slug: 'password-policy-weak', title: 'The rules for passwords are weak', severity: 'high', precision: 'medium', cwe: [521], asvs: ['6.2.1', '6.2.5', '6.2.12'], needs: ['code'], words: PASSWORD_WORDS,
    why: 'Length and a look at known breaches keep guessers out. Rules of composition make people write `Summer2026!`.',
    fires: 'a new password may have less than 8 characters; low without `uncompromised()`, info for letters, mixedCase, numbers or symbols',
    quiet: '`Password::min(12)->uncompromised()`',
    remedy: 'Demand 15 characters and `uncompromised()`, and nothing else.',
    check: checkPolicy,
  }),
  rule({
    ...COMMON, id: 'FWS-AUT-007', slug: 'mfa-feature-off', title: 'There is no second factor', severity: 'low', cwe: [308], asvs: ['6.3.3'], needs: ['config', 'composer'],
    why: 'A password that was phished or used elsewhere is enough.',
    fires: 'Fortify is installed, and its features do not include `twoFactorAuthentication()`',
    quiet: 'they do, or the file of Fortify is not published, whose own default has it',
    remedy: 'Switch the feature on, or attest `mfa` where something else does it.',
    check: checkMfa,
  }),
  rule({
    ...COMMON, id: 'FWS-AUT-008', slug: 'token-without-abilities', title: 'A token may do everything', severity: 'low', precision: 'medium', cwe: [269], asvs: ['8.2.1'], needs: ['code'], profile: 'thorough', words: TOKEN_WORDS,
    why: 'A token for one purpose that leaks opens all others.',
    fires: '`createToken` is called with a name alone',
    quiet: 'abilities or scopes are given',
    remedy: 'Give the abilities that it is for.',
    check: checkAbilities,
  }),
  rule({
    ...COMMON, id: 'FWS-AUT-009', slug: 'stateful-localhost', title: 'Sessions are open to pages of localhost', severity: 'medium', precision: 'very-high', cwe: [346], asvs: ['3.5.1'], needs: ['config', 'code', 'composer'], targets: ['production', 'staging', 'example'], words: STATEFUL_WORDS,
    why: 'Sanctum treats requests of these hosts as those of your own frontend. Any program on the computer of a user can serve a page there.',
    fires: '`sanctum.stateful` holds localhost, 127.0.0.1 or ::1, as its default does, and the middleware for stateful requests is used',
    quiet: 'it holds hosts of your own, or nothing uses the middleware',
    remedy: 'Set it to the hosts of your frontend.',
    check: checkStateful,
  }),
  rule({
    ...COMMON, id: 'FWS-AUT-010', slug: 'reset-token-long', title: 'Reset and confirmation count for long', severity: 'low', precision: 'very-high', cwe: [640], asvs: ['6.4.1'],
    why: 'A link in a mailbox that somebody else reads later still sets a new password.',
    fires: 'a broker of `auth.passwords` has `expire` above 60 minutes or no `throttle`, or `auth.password_timeout` is above 10800 seconds',
    quiet: '60 minutes, 60 seconds, three hours: the defaults',
    remedy: 'Lower them.',
    check: checkReset,
  }),
];
