import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkFrontend, checkIgnored, checkTracked } from './sec/env-files.ts';
import { checkLiterals } from './sec/literals.ts';

const COMMON = { precision: 'high', needs: [], targets: ['production', 'staging', 'example'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Secrets where they do not belong. */
export const SEC: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-SEC-001', slug: 'env-file-tracked', title: 'Git tracks an env file with secrets', severity: 'critical', cwe: [540], asvs: ['13.3.1'], policyOnly: true,
    why: 'Everybody who can read the repository, a fork or a backup of it has the secrets, and the history keeps them after the file is gone.',
    fires: 'git tracks a file `.env` or `.env.*` in which a key that is named like a secret has a value',
    quiet: 'it is an example, a template, for tests or CI, or encrypted; its secrets are empty or placeholders',
    remedy: 'Remove it, ignore it, and rotate every secret in it.',
    implies: { 'FWS-KEY-004': 'the application key is one of them', 'FWS-SEC-002': 'a file that is ignored is rarely tracked' },
    check: checkTracked,
  }),
  rule({
    ...COMMON, id: 'FWS-SEC-002', slug: 'env-not-gitignored', title: 'Git does not ignore the env file', severity: 'high', cwe: [538], asvs: ['13.3.1'],
    why: 'The next `git add .` takes the secrets in.',
    fires: 'no .gitignore from the top of the repository down to the application ignores `.env`',
    quiet: 'one does; a repository without git',
    remedy: 'Write `.env` into .gitignore.',
    check: checkIgnored,
  }),
  rule({
    ...COMMON, id: 'FWS-SEC-003', slug: 'secret-in-config', title: 'A configuration file holds a secret', severity: 'high', needs: ['config'], cwe: [798], asvs: ['13.3.1'],
    why: 'The secret is the same everywhere, everybody who can read the repository has it, and nobody can change it without a deployment.',
    fires: 'a literal, or a default of `env()`, under the name of a secret looks random (3.5 bits per byte), or any literal has the shape of a service\'s key or is an address with a password',
    quiet: 'it is empty, a placeholder, a class, a path, an address, words, or a key that is public by its name',
    remedy: 'Read it from the environment without a default, and rotate it.',
    implies: { 'FWS-KEY-003': 'the application key may be the literal', 'FWS-KEY-004': 'the application key may be the literal' },
    check: checkLiterals,
  }),
  rule({
    ...COMMON, id: 'FWS-SEC-004', slug: 'secret-in-frontend-prefix', title: 'A secret is built into files for browsers', severity: 'high', cwe: [200], asvs: ['13.3.1'],
    why: 'Vite and Mix write every key with their prefix into the bundle, where everybody reads it.',
    fires: 'a key with VITE_ or MIX_ is called secret, password or private, or takes in one that is',
    quiet: 'the key is public, as that of Pusher; a switch or a number',
    remedy: 'Call it without the prefix, use it on the server only, and rotate it.',
    check: checkFrontend,
  }),
];
