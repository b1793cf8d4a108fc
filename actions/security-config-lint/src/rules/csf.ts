import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkCsrfExceptions, EXCEPT_OPTIONS } from './csf/exceptions.ts';
import { checkCsrfMiddleware } from './csf/middleware.ts';

const COMMON = { precision: 'medium', needs: ['code'], targets: ['production', 'staging', 'example'], since: '0.1.0', cwe: [352], asvs: ['3.5.1'] } as const satisfies Partial<RuleMeta>;

/** Requests that other sites start. */
export const CSF: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-CSF-001', slug: 'csrf-middleware-removed', title: 'Nobody checks CSRF tokens', severity: 'critical',
    words: ['VerifyCsrfToken', 'ValidateCsrfToken', 'PreventRequestForgery', 'withMiddleware', 'middlewareGroups'],
    why: 'Any page that a user opens can send forms to the application, and they count as the user\'s own.',
    fires: 'the middleware is taken out of the web group, or the web group is written down without it',
    quiet: 'it is in the web group; the api group needs none',
    remedy: 'Put the middleware back into the web group.',
    check: checkCsrfMiddleware,
  }),
  rule({
    ...COMMON, id: 'FWS-CSF-002', slug: 'csrf-except-broad', title: 'Too much goes without a CSRF token', severity: 'high', options: EXCEPT_OPTIONS,
    words: ['validateCsrfTokens', 'preventRequestForgery', 'VerifyCsrfToken', 'ValidateCsrfToken', 'PreventRequestForgery'],
    why: 'Other sites can send requests to these paths in the name of whoever is logged in.',
    fires: 'the exceptions hold `*`, a path with login, logout, account or admin, or more than five entries (option `max-entries`)',
    quiet: 'a few paths that machines call, such as `stripe/*`',
    remedy: 'Name only the paths that machines call.',
    check: checkCsrfExceptions,
  }),
];
