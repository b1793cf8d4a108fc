// Written by scripts/registry.ts from the contracts of the actions; do not edit.
import type { InputRegistry } from './ops-values.ts';

export const inputRegistry: InputRegistry = {
  'db-backup': {
    inputs: ['environment', 'hosts', 'ssh-key', 'known-hosts', 'bastion', 'connect-timeout', 'path', 'via', 'engine', 'env-file', 'database-url', 'database', 'db-tls', 'db-ca', 'identity', 'trusted-signers', 'stores', 'source', 's3-profile', 's3-endpoint', 's3-region', 'role-to-assume', 'access-key-id', 'secret-access-key', 'recipients', 'encryption', 'allow-plain-host', 'signing-key', 'storage-class', 'sse', 'kms-key-id', 'object-lock', 'mode', 'tier', 'compression', 'compression-level', 'parallel', 'exclude-data', 'allow-partial', 'verify', 'min-size', 'max-shrink', 'accept-size', 'retention', 'min-verified', 'prune', 'prune-role', 'confirm-prune', 'lifecycle', 'timeout', 'notify-webhook', 'notify-slack', 'notify-sentry', 'notify-issue', 'github-token', 'ping-url', 'pushgateway-url', 'metrics-prefix'],
    secret: ['ssh-key', 'database-url', 'identity', 'secret-access-key', 'signing-key', 'notify-webhook', 'notify-slack', 'notify-sentry', 'github-token', 'ping-url'],
    fixed: ['github-token'],
  },
  'deploy': {
    inputs: ['environment', 'hosts', 'ssh-key', 'known-hosts', 'bastion', 'connect-timeout', 'path', 'app', 'php', 'restart-command', 'reload-command', 'lock-timeout', 'batch', 'canary', 'health', 'health-url', 'host-health-url', 'checks', 'bearer-token', 'required-components', 'ignore-components', 'degraded', 'timeout', 'interval', 'request-timeout', 'stable-for', 'beacon', 'dry-run', 'mode', 'ref', 'strategy', 'source', 'repository', 'deploy-key', 'app-root', 'exclude', 'shared', 'keep-releases', 'composer', 'composer-flags', 'build-command', 'migrate-command', 'smoke-command', 'migrate', 'destructive-migrations', 'lock-wait-timeout', 'backup', 'backup-id', 'backup-max-age', 'backup-source', 'stores', 's3-profile', 's3-endpoint', 's3-region', 'role-to-assume', 'access-key-id', 'secret-access-key', 'recipients', 'encryption', 'allow-plain-host', 'signing-key', 'storage-class', 'sse', 'kms-key-id', 'object-lock', 'via', 'engine', 'env-file', 'database-url', 'db-tls', 'db-ca', 'identity', 'trusted-signers', 'backup-reason', 'maintenance', 'maintenance-render', 'maintenance-secret', 'maintenance-retry', 'max-unavailable', 'when-inconclusive', 'github-deployment', 'github-token'],
    secret: ['ssh-key', 'bearer-token', 'deploy-key', 'secret-access-key', 'signing-key', 'database-url', 'identity', 'maintenance-secret', 'github-token'],
    fixed: ['ref', 'github-token'],
  },
  'health-gate': {
    inputs: ['environment', 'health-url', 'checks', 'bearer-token', 'required-components', 'ignore-components', 'degraded', 'expected-version', 'version-path', 'version-header', 'version-url', 'timeout', 'interval', 'request-timeout', 'warmup-timeout', 'stable-for', 'failure-limit', 'fail-fast-on', 'max-latency', 'max-age', 'redirects', 'cache-buster', 'ca', 'client-cert', 'client-key', 'resolve', 'insecure', 'prometheus', 'prometheus-token', 'on-inconclusive', 'metrics-file', 'metrics-prefix', 'report-only', 'dry-run'],
    secret: ['bearer-token', 'client-key', 'prometheus-token'],
    fixed: [],
  },
  'rollback': {
    inputs: ['environment', 'hosts', 'ssh-key', 'known-hosts', 'bastion', 'connect-timeout', 'path', 'app', 'php', 'restart-command', 'reload-command', 'lock-timeout', 'batch', 'canary', 'health', 'health-url', 'host-health-url', 'checks', 'bearer-token', 'required-components', 'ignore-components', 'degraded', 'timeout', 'interval', 'request-timeout', 'stable-for', 'beacon', 'dry-run', 'mode', 'to', 'database', 'allow-schema-ahead'],
    secret: ['ssh-key', 'bearer-token'],
    fixed: [],
  },
  'security-config-lint': {
    inputs: ['environment', 'laravel-root', 'target', 'env-file', 'env-from', 'env-json', 'env-names', 'tls-at', 'framework-version', 'policy', 'profile', 'fail-on', 'fail-on-new', 'not-evaluable', 'inline-suppressions', 'baseline', 'baseline-mode', 'fix', 'evidence', 'sarif-include-suppressed'],
    secret: ['env-json'],
    fixed: [],
  },
};
