import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkCost, checkVerify } from './key/hashing.ts';
import { checkCommitted, checkKnown } from './key/known-key.ts';
import { checkLength, checkMissing } from './key/app-key.ts';

const COMMON = { precision: 'very-high', needs: ['config'], targets: ['production', 'staging'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** The application key, and hashes of passwords. */
export const KEY: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-KEY-001', slug: 'app-key-missing', title: 'There is no application key', severity: 'critical', cwe: [320], asvs: ['11.6.1', '13.3.1'],
    why: 'Without a key nothing is encrypted or signed: the application answers 500, or whoever starts it first chooses the key.',
    fires: '`app.key` is null or empty, and no source supplies it',
    quiet: 'a source has it, also one that shows only its name',
    remedy: 'Make a key with `php artisan key:generate --show`, and put it into the secret store that feeds the environment.',
    check: checkMissing,
  }),
  rule({
    ...COMMON, id: 'FWS-KEY-002', slug: 'app-key-wrong-length', title: 'The application key does not fit the cipher', severity: 'critical', cwe: [326], asvs: ['11.2.3'],
    why: 'Laravel refuses to encrypt with a key of another length, and answers 500 where a session is needed.',
    fires: 'the key, decoded as PHP decodes it, has not the 16 or 32 bytes that `app.cipher` wants, or the cipher is none that Laravel has; also a key of `app.previous_keys`',
    quiet: '44 characters behind `base64:` with AES-256',
    remedy: 'Make a new key with `php artisan key:generate --show`, and keep the old one in `APP_PREVIOUS_KEYS` if it was ever used.',
    check: checkLength,
  }),
  rule({
    ...COMMON, id: 'FWS-KEY-003', slug: 'app-key-known', title: 'The application key is known to others', severity: 'critical', cwe: [321], asvs: ['13.3.1'],
    why: 'Whoever knows the key reads every encrypted value and writes cookies, signed addresses and with some drivers sessions.',
    fires: 'the key equals one in an example, testing or workflow file or the default in the configuration, is a placeholder or one from tutorials, or has less than 3 bits of entropy per byte',
    quiet: 'it is random, and only in the environment',
    remedy: 'Rotate: make a new key, and put the old one into `APP_PREVIOUS_KEYS` until what it encrypted has been written anew.',
    check: checkKnown,
  }),
  rule({
    ...COMMON, id: 'FWS-KEY-004', slug: 'app-key-committed', title: 'An application key is in the repository', severity: 'critical', precision: 'high', cwe: [540], asvs: ['13.3.1'],
    needs: [], targets: ['production', 'staging', 'example'], policyOnly: true,
    why: 'Whoever can read the repository, its forks or its history has the key.',
    fires: 'a tracked env file, configuration, compose file or Dockerfile holds a key of 16 or 32 random bytes',
    quiet: 'files of tests and phpunit.xml are an info; a key in a workflow is WFL-001',
    remedy: 'Take it out, and rotate it: the history keeps it.',
    check: checkCommitted,
  }),
  rule({
    ...COMMON, id: 'FWS-KEY-005', slug: 'hash-cost-low', title: 'Hashes of passwords are cheap to guess', severity: 'high', cwe: [916], asvs: ['11.4.2'], fixable: 'safe',
    why: 'A hash that costs little to make costs little to guess, once somebody has the table of users.',
    fires: 'the driver that `hashing.driver` names has bcrypt rounds under 10 (high) or 12 (medium), or argon memory under 19456 KiB or time under 2 (high)',
    quiet: 'the costs of the other driver, whatever they are',
    remedy: 'Use 12 rounds of bcrypt, or argon with at least 19456 KiB and 2 passes. Hashes are renewed when users log in.',
    check: checkCost,
  }),
  rule({
    ...COMMON, id: 'FWS-KEY-006', slug: 'password-hash-verify-off', title: 'Hashes of another algorithm are accepted', severity: 'low', cwe: [916], asvs: ['11.4.2'], fixable: 'safe',
    why: 'Without `verify` old hashes of a weaker kind go on working, without `rehash_on_login` they are never renewed.',
    fires: '`verify` of the driver in use, or `hashing.rehash_on_login`, is false',
    quiet: 'they are true, or not set',
    remedy: 'Set them to true, or delete the lines.',
    check: checkVerify,
  }),
];
