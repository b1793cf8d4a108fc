import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkFpm } from './env/fpm.ts';
import { checkInterpolation } from './env/interpolation.ts';
import { checkNullDefault } from './env/null-default.ts';
import { checkShadowed } from './env/shadowed.ts';
import { checkDuplicates, checkHash, checkParses, checkUnterminated } from './env/syntax.ts';

const COMMON = { precision: 'very-high', needs: [], targets: ['production', 'staging', 'example'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Files of environment values, and what reaches the application of them. */
export const ENV: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-ENV-001', slug: 'dotenv-parse-error', title: 'The env file is rejected', severity: 'critical', cwe: [703], asvs: ['16.5.3'],
    why: 'phpdotenv rejects the whole file for one line that it cannot read, and every request is answered with 500.',
    fires: 'the phpdotenv of composer.lock would throw: a blank in a value without quotes, text behind a closing quote, an unknown escape, a name with a dash, a quote that is not closed',
    quiet: 'the file parses',
    remedy: 'Put the value into quotes.',
    check: checkParses,
  }),
  rule({
    ...COMMON, id: 'FWS-ENV-002', slug: 'dotenv-unterminated-quote', title: 'A quote swallows the lines below it', severity: 'critical', cwe: [636], asvs: ['16.5.3'],
    why: 'Settings disappear without an error, and what they switched off is on again by default.',
    fires: '`="` is never closed, in a comment too, where this phpdotenv drops the rest in silence; or a value over several lines takes in lines that are settings',
    quiet: 'every quote is closed; JSON and keys over several lines are fine',
    remedy: 'Close the quote.',
    check: checkUnterminated,
  }),
  rule({
    ...COMMON, id: 'FWS-ENV-003', slug: 'dotenv-hash-truncation', title: 'A value is cut off at #', severity: 'high', cwe: [16], asvs: ['13.2.3'],
    why: 'A password of which only the first letters count is a short password, and a key that is cut is another key.',
    fires: 'a value without quotes holds a `#` with no blank before it',
    quiet: 'the value is in quotes, or a blank stands before the comment',
    remedy: 'Put the value into single quotes.',
    check: checkHash,
  }),
  rule({
    ...COMMON, id: 'FWS-ENV-004', slug: 'dotenv-duplicate-key', title: 'A key is set twice', severity: 'medium', cwe: [16], asvs: [],
    why: 'The last one counts. Whoever changes the first one changes nothing.',
    fires: 'a key stands twice in the file; only info when both values are the same',
    quiet: 'every key stands once',
    remedy: 'Keep one of them.',
    check: checkDuplicates,
  }),
  rule({
    ...COMMON, id: 'FWS-ENV-005', slug: 'dotenv-literal-interpolation', title: 'A variable in a value stays as it is written', severity: 'medium', cwe: [16], asvs: ['13.2.3'],
    why: 'phpdotenv is no shell: the application gets the letters `${X}`, as a password or an address that somebody can guess.',
    fires: '`${X}` names what nothing sets before this line, or a value holds `${X:-default}` or `$(command)`',
    quiet: 'the variable is set above or in the real environment, or the value is in single quotes',
    remedy: 'Set the variable first, or write the value itself.',
    check: checkInterpolation,
  }),
  rule({
    ...COMMON, id: 'FWS-ENV-006', slug: 'env-file-shadowed', title: 'Another env file is read', severity: 'high', precision: 'high', cwe: [16], asvs: [],
    why: 'Laravel reads one file. Where the real environment says APP_ENV=x and `.env.x` is there, nothing of `.env` counts.',
    fires: 'the real APP_ENV, or one that an image or compose file sets, names an env file that is there',
    quiet: 'there is no such file, or it does not come into the image; files for developers and tests are not judged',
    remedy: 'Keep one file.',
    check: checkShadowed,
  }),
  rule({
    ...COMMON, id: 'FWS-ENV-007', slug: 'null-beats-safe-default', title: 'A null takes a safe default away', severity: 'medium', needs: ['env', 'config'], targets: ['production', 'staging'], cwe: [636], asvs: [],
    why: '`env()` gives its default for a key that is not there, and null for one that is null. An empty line is not the same as no line.',
    fires: 'a key is null or empty, and what it feeds would be safe without it: SameSite, HttpOnly, Secure, encryption, lifetimes of tokens, TLS of the database',
    quiet: 'the default is null itself, as for `SESSION_DOMAIN=null`',
    remedy: 'Delete the line.',
    implies: {
      'FWS-SES-001': 'the cookie is not Secure then', 'FWS-SES-004': 'the browser decides then', 'FWS-SES-005': 'sessions are not encrypted then', 'FWS-KEY-005': 'the cost is zero then', 'FWS-KEY-006': 'hashes are not verified then',
      'FWS-AUT-001': 'tokens never end then', 'FWS-AUT-002': 'tokens never end then', 'FWS-DBS-001': 'TLS is not enforced then',
    },
    check: checkNullDefault,
  }),
  rule({
    ...COMMON, id: 'FWS-ENV-008', slug: 'fpm-clears-env', title: 'FPM clears the environment', severity: 'medium', precision: 'medium', cwe: [16], asvs: [],
    why: 'FPM starts its workers with an empty environment unless the pool says otherwise, so that settings of compose are there in the shell and not in requests.',
    fires: 'a compose file passes settings in the environment, and the FPM pool leaves `clear_env` out or says yes',
    quiet: 'the pool says no, or the image is the official one, whose pool does',
    remedy: 'Write `clear_env = no` into the pool.',
    check: checkFpm,
  }),
];
