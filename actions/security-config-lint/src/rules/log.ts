import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkAudit } from './log/audit.ts';
import { checkLevel, checkLocal, checkRetention, RETENTION_OPTIONS } from './log/channels.ts';
import { CHANNEL_WORDS, checkSecurityChannel, SECURITY_CHANNEL_OPTIONS } from './log/security-channel.ts';
import { checkPersonal, checkTracker } from './log/tracker.ts';

const COMMON = { precision: 'very-high', needs: ['config'], targets: ['production', 'staging'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Logs, error trackers and the record of who did what. */
export const LOG: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-LOG-001', slug: 'log-level-debug', title: 'Everything is logged', severity: 'medium', cwe: [532], asvs: ['16.2.5'], targets: ['production'], fixable: 'safe',
    why: 'At level debug packages write down queries, requests and answers, with the data of users in them.',
    fires: 'a channel that the default one leads to has level debug, or none, which is debug',
    quiet: 'it has another level; the channel for deprecations and `null` do not count',
    remedy: 'Set the level to info or higher.',
    check: checkLevel,
  }),
  rule({
    ...COMMON, id: 'FWS-LOG-002', slug: 'security-channel-missing', title: 'What concerns security has no log of its own', severity: 'medium', precision: 'medium', cwe: [778], asvs: ['16.3.1'], needs: ['config', 'code'], words: CHANNEL_WORDS, options: SECURITY_CHANNEL_OPTIONS,
    why: 'Failed logins and refused requests get lost among everything else, and go with it when the log is rotated. A name that is no channel sends all to the emergency log.',
    fires: 'none of the option `security-channels` is in the stack or used by code, or a stack names a channel that is not defined',
    quiet: 'one of them is defined and used',
    remedy: 'Define a channel for security, and log to it.',
    check: checkSecurityChannel,
  }),
  rule({
    ...COMMON, id: 'FWS-LOG-003', slug: 'logs-stay-local', title: 'Logs stay on the host', severity: 'low', precision: 'high', cwe: [778], asvs: ['16.4.3'],
    why: 'Whoever takes the host over deletes what shows how. A disk that fails takes it along.',
    fires: 'the default channel leads only to files, or to nothing',
    quiet: 'it leads to stderr, syslog or a service as well',
    remedy: 'Add a channel that a collector reads.',
    check: checkLocal,
  }),
  rule({
    ...COMMON, id: 'FWS-LOG-004', slug: 'error-tracker-unconfigured', title: 'The error tracker is installed and not set up', severity: 'medium', cwe: [778], asvs: ['16.3.4'], needs: ['config', 'composer'],
    why: 'Everybody believes that errors are reported, and nobody hears of any.',
    fires: 'the DSN or key of Sentry, Bugsnag, Honeybadger, Flare or Rollbar is empty or a placeholder, or a rate of Sentry is not from 0 to 1',
    quiet: 'it is set, also where only the name of its key is known',
    remedy: 'Set the DSN.',
    check: checkTracker,
  }),
  rule({
    ...COMMON, id: 'FWS-LOG-005', slug: 'error-tracker-pii', title: 'The error tracker gets personal data', severity: 'medium', cwe: [359], asvs: ['14.2.3'], needs: ['config', 'composer'], fixable: 'safe',
    why: 'With every error the tracker gets users, addresses, cookies, or the values of queries: personal data in the hands of somebody else.',
    fires: '`sentry.send_default_pii` or one of the `sql_bindings` of Sentry is true',
    quiet: 'they are false',
    remedy: 'Set them to false.',
    check: checkPersonal,
  }),
  rule({
    ...COMMON, id: 'FWS-LOG-006', slug: 'log-retention-short', title: 'Logs are deleted early', severity: 'low', cwe: [778], asvs: ['16.1.1'], options: RETENTION_OPTIONS, fixable: 'safe',
    why: 'Most intrusions are found weeks later, when there is nothing left to look at.',
    fires: 'a daily log that is written keeps under 14 days (`app-days`), one for security under 90 (`security-days`)',
    quiet: 'it keeps more, or 0, which is everything',
    remedy: 'Raise the number of days.',
    check: checkRetention,
  }),
  rule({
    ...COMMON, id: 'FWS-LOG-007', slug: 'audit-log-absent', title: 'Nothing keeps a record of who changed what', severity: 'info', precision: 'low', cwe: [778], asvs: ['16.3.3'], needs: ['code', 'composer'], profile: 'opt-in',
    why: 'Without a record nobody can say afterwards who changed a right, a price or an address.',
    fires: 'no package for it is in composer.lock, and no migration creates a table for it',
    quiet: 'there is one',
    remedy: 'Install one, or attest `audit-trail`.',
    check: checkAudit,
  }),
];
