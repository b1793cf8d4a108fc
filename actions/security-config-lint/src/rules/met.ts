import { rule, type Rule } from '../rule.ts';

/** About the judging itself: what could not be decided, and what was meant to suppress and does not. The run finds them, no check. */
export const MET: readonly Rule[] = [
  rule({
    id: 'FWS-MET-001', slug: 'not-evaluable', title: 'Something could not be decided', severity: 'info', precision: 'very-high', cwe: [], asvs: [], needs: [], targets: ['production', 'staging', 'example'], since: '0.1.0',
    why: 'A value that nobody can know without running the application is neither good nor bad, and silence would look like a pass.',
    fires: 'a rule was asked about a value that stays unknown; once for each reason',
    quiet: 'everything that was asked is known',
    remedy: 'Write it so that it can be read, hand over what is missing, or say the value in `assume` of the policy.',
  }),
  rule({
    id: 'FWS-MET-002', slug: 'suppression-invalid', title: 'A suppression or attestation does not count', severity: 'medium', precision: 'very-high', cwe: [], asvs: [], needs: [], targets: ['production', 'staging', 'example'], since: '0.1.0',
    why: 'Somebody believes that a finding is dealt with.',
    fires: 'an entry has no reason, names no rule that there is, is over, suppresses nothing, or lacks the day that its severity needs',
    quiet: 'it is complete and in use',
    remedy: 'Complete the entry, or remove it.',
  }),
];
