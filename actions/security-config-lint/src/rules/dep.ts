import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkAdvisories } from './dep/advisories.ts';
import { checkDevPackages } from './dep/dev-packages.ts';
import { checkLock } from './dep/lock.ts';
import { checkScan } from './dep/scan.ts';
import { checkSupport } from './dep/support.ts';
import { checkTransport } from './dep/transport.ts';

const COMMON = { precision: 'high', needs: ['composer'], targets: ['production', 'staging', 'example'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Packages, and where they come from. */
export const DEP: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-DEP-001', slug: 'vulnerable-dependency', title: 'A package has a known hole', severity: 'critical', cwe: [1395], asvs: ['15.2.1'],
    why: 'Holes that are published are tried on every host, within days.',
    fires: '`composer-audit` has an advisory for a package that the hosts get, with the severity of the advisory (medium where it has none); also one that is ignored without a reason',
    quiet: 'the package is for development only, or the advisory is ignored in composer.json with a reason',
    remedy: 'Update the package.',
    check: checkAdvisories,
  }),
  rule({
    ...COMMON, id: 'FWS-DEP-002', slug: 'lock-missing', title: 'composer.lock is missing or stale', severity: 'medium', precision: 'very-high', cwe: [1357], asvs: ['15.2.4'],
    why: 'Without a lock every install decides anew which code runs.',
    fires: 'composer.lock is not in the repository, or its content-hash is not the one of composer.json',
    quiet: 'the hash matches',
    remedy: 'Commit a lock that `composer update --lock` has brought up to date.',
    check: checkLock,
  }),
  rule({
    ...COMMON, id: 'FWS-DEP-003', slug: 'dependency-scan-missing', title: 'Nobody looks for packages with holes', severity: 'medium', precision: 'medium', cwe: [1104], asvs: ['15.2.1'],
    why: 'A hole that becomes known next month is in the code of today.',
    fires: 'there is no Dependabot for composer, no Renovate, no step with `composer audit` or another scanner, and no roave/security-advisories',
    quiet: 'one of them is there',
    remedy: 'Add the ecosystem `composer` to .github/dependabot.yml.',
    check: checkScan,
  }),
  rule({
    ...COMMON, id: 'FWS-DEP-004', slug: 'dev-package-in-require', title: 'A package for development comes to the hosts', severity: 'medium', cwe: [489], asvs: ['15.2.3'],
    why: 'Such packages show queries, variables and stack traces, or run code that is sent to them.',
    fires: '`require` names debugbar, ray, ignition, telescope (low when a gate guards it), web tinker or faker',
    quiet: 'it is in `require-dev`',
    remedy: 'Move it to `require-dev`.',
    check: checkDevPackages,
  }),
  rule({
    ...COMMON, id: 'FWS-DEP-005', slug: 'framework-eol', title: 'Laravel or PHP gets no security fixes', severity: 'medium', precision: 'very-high', cwe: [1104], asvs: ['15.1.1'],
    why: 'Holes that are found from now on stay open.',
    fires: 'security support of the Laravel in the lock, of the PHP of `config.platform` or of the php image has ended today',
    quiet: 'it is supported',
    remedy: 'Upgrade.',
    check: checkSupport,
  }),
  rule({
    ...COMMON, id: 'FWS-DEP-006', slug: 'composer-transport-insecure', title: 'Composer takes packages from insecure places', severity: 'high', precision: 'very-high', cwe: [494], asvs: ['15.2.4'],
    why: 'Who changes a package on the way runs code on the hosts.',
    fires: '`secure-http` is false, `disable-tls` is true, or a repository has an http address; low for minimum-stability dev without prefer-stable',
    quiet: 'the defaults are kept',
    remedy: 'Delete these settings.',
    check: checkTransport,
  }),
];
