/** What only people can say: id to the sentence that an attestation confirms. */
export const ATTESTATIONS = {
  'alerting': 'Alerts reach somebody, and somebody looks',
  'api-versioning': 'The API has versions and a policy for ending them',
  'audit-trail': 'Changes of data that matter leave a trail that cannot be altered',
  'authz-review': 'Roles and permissions were reviewed',
  'cloud-rights': 'The accounts of the cloud have least rights',
  'database-rights': 'The database account has only the rights that the application needs',
  'deploy-procedure': 'The way to deploy is written down',
  'federation': 'Logins of other providers are set up and reviewed',
  'health-watched': 'Somebody watches the health of the application',
  'incident-plan': 'There is a plan for incidents, and people know it',
  'log-collector': 'Logs are collected in another place than the host',
  'mfa': 'Accounts of people with rights need a second factor',
  'migration-rollback': 'The way back from the last migrations was tried',
  'paging': 'Alerts page whoever is on call',
  'rollback-tried': 'Rolling back a release was tried',
  'secret-rotation': 'Secrets can be rotated, and the steps are written down',
  'security-events': 'Each event that matters for security is written to the log',
  'secrets-store': 'Secrets live in a store made for them',
  'signed-artifacts': 'Artifacts are verified where they are used',
  'test-alert': 'A test alert arrived',
  'token-revocation': 'Tokens can be revoked, and logging out does',
  'validation-review': 'What users send is validated, and that was reviewed',
  'webauthn': 'Passkeys are offered, or the reason why not is written down',
} as const;

export type AttestationId = keyof typeof ATTESTATIONS;
