/** Exit codes: a gate that is not green is 1; bad input or policy 2, nothing to lint 3, a rule or we broke 4. */
export const EXIT_CODES = { ok: 0, findings: 1, 'not-evaluable': 1, 'live-inconclusive': 1, input: 2, policy: 2, baseline: 2, 'nothing-to-lint': 3, 'rule-error': 4, bug: 4, cancelled: 1 } as const;
