import type { AttestationId } from './attestations.ts';

/** What an item of a list needs. `rules` are ids without `FWS-`, or an area with `*`. */
export interface Item {
  readonly id: string;
  readonly title: string;
  readonly rules?: readonly string[];
  /** Of a rule named here the half on the wire has to have answered. */
  readonly live?: readonly string[];
  /** Names of actions whose result file has to be a success. */
  readonly evidence?: readonly string[];
  readonly attest?: AttestationId;
  /** What a human has to do, so that it is never ticked by itself. */
  readonly human?: string;
}

/** The 28 action items of a security review of a Laravel application: C critical, H high, M medium, L low. */
export const ACTION_ITEMS: readonly Item[] = [
  { id: 'C1', title: 'Debug mode is off', rules: ['APP-001', 'APP-002', 'APP-003', 'APP-004', 'APP-007'] },
  { id: 'C2', title: 'CORS names its origins', rules: ['CRS-*'] },
  { id: 'C3', title: 'A content security policy protects pages', rules: ['CSP-*', 'APP-008'] },
  { id: 'C4', title: 'The application key is there, strong and secret', rules: ['KEY-001', 'KEY-002', 'KEY-003', 'KEY-004'] },
  { id: 'C5', title: 'Sessions are protected', rules: ['SES-*', 'ENV-007', 'APP-009'] },
  { id: 'C6', title: 'Everything goes over https', rules: ['TLS-001', 'TLS-002', 'TLS-004', 'HDR-001', 'HDR-002', 'HDR-003', 'APP-005'] },
  { id: 'C7', title: 'No bypass token is set', rules: ['APP-006', 'APP-004'] },
  { id: 'H1', title: 'Requests are limited', rules: ['LIM-*'] },
  { id: 'H2', title: 'Security events are logged', rules: ['LOG-002'], attest: 'security-events' },
  { id: 'H3', title: 'Errors are tracked', rules: ['LOG-004', 'LOG-005'] },
  { id: 'H4', title: 'Tokens expire', rules: ['AUT-001', 'AUT-002', 'AUT-003'] },
  { id: 'H5', title: 'Tokens can be revoked', rules: ['AUT-004'], attest: 'token-revocation' },
  { id: 'H6', title: 'Input is validated', attest: 'validation-review' },
  { id: 'H7', title: 'The database is reached over verified TLS', rules: ['DBS-001', 'DBS-002', 'APP-009'] },
  { id: 'M1', title: 'Secrets live in a store', rules: ['SEC-*', 'DKR-003', 'WFL-001'], attest: 'secrets-store' },
  { id: 'M2', title: 'Dependencies are scanned', rules: ['DEP-001', 'DEP-002', 'DEP-003'] },
  { id: 'M3', title: 'Logs are collected', rules: ['LOG-003', 'LOG-006'], attest: 'log-collector' },
  { id: 'M4', title: 'The API has versions', attest: 'api-versioning' },
  { id: 'M5', title: 'Alerts are set up', attest: 'alerting' },
  { id: 'M6', title: 'Changes leave an audit trail', rules: ['LOG-007'], attest: 'audit-trail' },
  { id: 'M7', title: 'Passwords are long and not known from leaks', rules: ['AUT-005', 'AUT-006', 'KEY-005'] },
  { id: 'L1', title: 'A second factor is available', rules: ['AUT-007'], attest: 'mfa' },
  { id: 'L2', title: 'Logins of other providers', attest: 'federation' },
  { id: 'L3', title: 'Tokens have scopes', rules: ['AUT-008'] },
  { id: 'L4', title: 'Passkeys', attest: 'webauthn' },
  { id: 'L5', title: 'Pages are isolated from other origins', rules: ['HDR-006', 'HDR-007', 'HDR-008'] },
  { id: 'L6', title: 'Artifacts are signed', rules: ['WFL-006'], attest: 'signed-artifacts' },
  { id: 'L7', title: 'Roles and permissions', attest: 'authz-review' },
];

/** Before the first deployment: the audit. */
export const AUDIT_ITEMS: readonly Item[] = [
  { id: '1', title: 'Debug mode is off', rules: ['APP-001', 'APP-003'] },
  { id: '2', title: 'The environment is production', rules: ['APP-004'] },
  { id: '3', title: 'The application key is good', rules: ['KEY-001', 'KEY-002', 'KEY-003'] },
  { id: '4', title: 'The URL is https', rules: ['APP-005'] },
  { id: '5', title: 'CORS', rules: ['CRS-*'], live: ['CRS-001', 'CRS-002'] },
  { id: '6', title: 'Content security policy', rules: ['CSP-002', 'CSP-003', 'CSP-004', 'CSP-009'], live: ['CSP-002', 'CSP-003', 'CSP-004'] },
  { id: '7', title: 'Session cookies', rules: ['SES-001', 'SES-003', 'SES-004'], live: ['SES-001', 'SES-003', 'SES-004'] },
  { id: '8', title: 'https is forced, HSTS is sent', live: ['TLS-001', 'HDR-001'] },
  { id: '9', title: 'Rate limits', rules: ['LIM-001', 'LIM-002', 'LIM-003'] },
  { id: '10', title: 'All secrets are set', rules: ['KEY-001', 'DBS-003', 'DBS-004', 'LOG-004'], human: 'what else the application needs' },
  { id: '11', title: 'No bypass token', rules: ['APP-006'] },
  { id: '12', title: 'Rights of the database account', rules: ['DBS-003'], attest: 'database-rights' },
  { id: '13', title: 'Rights of the cloud accounts', attest: 'cloud-rights' },
  { id: '14', title: 'No secret is in git', rules: ['SEC-001', 'SEC-003', 'KEY-004', 'WFL-001'] },
  { id: '15', title: 'TLS to the database', rules: ['DBS-001', 'DBS-002', 'APP-009'] },
  { id: '16', title: 'Least rights in the database', rules: ['DBS-003'], attest: 'database-rights' },
  { id: '17', title: 'Backups run and restore', evidence: ['db-backup-monitor', 'db-restore-drill'] },
  { id: '18', title: 'The way back from migrations', attest: 'migration-rollback' },
  { id: '19', title: 'Error tracking', rules: ['LOG-004'] },
  { id: '20', title: 'Security log', rules: ['LOG-002'] },
  { id: '21', title: 'Logs are collected', rules: ['LOG-003'], attest: 'log-collector' },
  { id: '22', title: 'Alerts', attest: 'alerting' },
  { id: '23', title: 'Health is checked', evidence: ['health-gate'] },
  { id: '24', title: 'Dependencies are current', rules: ['DEP-005'], human: 'update them in a branch, never in a deploy' },
  { id: '25', title: 'Dependencies are audited', rules: ['DEP-001'] },
  { id: '26', title: 'No known vulnerability', rules: ['DEP-001'] },
  { id: '27', title: 'A bot proposes updates', rules: ['DEP-003'] },
  { id: '28', title: 'The health check answers', evidence: ['health-gate'] },
  { id: '29', title: 'Logging in works', human: 'log in' },
  { id: '30', title: 'Limits answer 429', evidence: ['rate-limit-probe'] },
  { id: '31', title: 'CORS lets the frontend in', live: ['CRS-001'] },
  { id: '32', title: 'The certificate is valid', live: ['TLS-006'] },
  { id: '33', title: 'Plan for incidents', attest: 'incident-plan' },
  { id: '34', title: 'Rotating secrets', attest: 'secret-rotation' },
  { id: '35', title: 'Procedure of deploying', attest: 'deploy-procedure' },
  { id: '36', title: 'Rolling back was tried', attest: 'rollback-tried' },
];

/** In the week before. */
export const WEEK_ITEMS: readonly Item[] = [
  { id: '1', title: 'Debug mode is off', rules: ['APP-001'] },
  { id: '2', title: 'LOG_LEVEL', rules: ['LOG-001'] },
  { id: '3', title: 'CORS', rules: ['CRS-002', 'CRS-003', 'CRS-005'] },
  { id: '4', title: 'CSP_RELAXED', rules: ['CSP-009'] },
  { id: '5', title: 'Session cookies', rules: ['SES-001', 'SES-004', 'SES-005'] },
  { id: '6', title: 'Application key', rules: ['KEY-001', 'KEY-002', 'KEY-003'] },
  { id: '7', title: 'No bypass token', rules: ['APP-006'] },
  { id: '8', title: 'LOG_FORMAT', human: 'see that the collector understands it' },
  { id: '9', title: 'LOG_STACK', rules: ['LOG-002', 'LOG-003'] },
  { id: '10', title: 'Error tracking and its rates', rules: ['LOG-004'] },
  { id: '11', title: 'Logs can be written', evidence: ['deploy'] },
  { id: '12', title: 'Logs are shipped', rules: ['LOG-003'], attest: 'log-collector' },
  { id: '13', title: 'Backups are installed', evidence: ['db-backup'] },
  { id: '14', title: 'The bucket and its rights', evidence: ['db-backup'] },
  { id: '15', title: 'Backups are scheduled', evidence: ['db-backup-monitor'] },
  { id: '16', title: 'A backup was made', evidence: ['db-backup'] },
  { id: '17', title: 'A backup was restored', evidence: ['db-restore-drill'] },
  { id: '18', title: 'Old backups are deleted', human: 'look at the lifecycle of the bucket' },
  { id: '19', title: 'Dashboards', human: 'look at them' },
  { id: '20', title: 'Health is watched', attest: 'health-watched' },
  { id: '21', title: 'Paging', attest: 'paging' },
  { id: '22', title: 'A test alert arrived', attest: 'test-alert' },
  { id: '23', title: 'Somebody is on call', human: 'name them' },
  { id: '24', title: 'Rate limits are on', rules: ['LIM-001'] },
  { id: '25', title: 'Redis answers', evidence: ['health-gate'] },
  { id: '26', title: 'Rate limits were tried', evidence: ['rate-limit-probe'] },
  { id: '27', title: 'The policy of limits', human: 'read it once more' },
];
