import { databaseInputs, storeInputs, writeInputs } from '@ops/backup/inputs';
import { targetInputs } from '@ops/release';
import { boolean, choice, duration, gitRef, integer, lines, secret, text, type ActionContract, type InputsOf } from '@ops/shared';

// Here `source` is what is deployed, so the catalog's folder has another name; and a login leads to one database.
const { source: _source, ...backupStore } = storeInputs;
const { database: _database, ...backupDatabase } = databaseInputs;

const inputs = {
  ...targetInputs,
  mode: { description: 'deploy, or status to print what is live, the lock and the history', schema: choice(['deploy', 'status']), default: 'deploy', rule: 'one of: deploy, status', example: 'deploy' },
  ref: { description: 'Commit to deploy; a branch or tag is resolved once, before the plan', schema: gitRef(), expression: '${{ github.sha }}', rule: 'a commit, branch or tag', example: '${{ github.sha }}' },
  strategy: { description: 'atomic: releases beside each other and one switch of a link', schema: choice(['atomic']), default: 'atomic', rule: 'atomic (in-place is not built yet)', example: 'atomic' },
  source: { description: 'Folder or archive of the workspace to send, or git to fetch on the host', schema: text(), default: '.', rule: 'a path of the workspace, or git', example: 'build/app.tar.gz' },
  repository: { description: 'Git address that the host fetches from with source: git', schema: text(), rule: 'a git address', example: 'git@github.com:acme/shop.git' },
  'deploy-key': { description: 'Private key for the repository with source: git; held by an agent, never written to the host', schema: secret(), secret: true, rule: 'a private key', example: '${{ secrets.REPOSITORY_KEY }}' },
  'app-root': { description: 'Folder of the application inside the repository', schema: text(), default: '.', rule: 'a relative path', example: 'backend' },
  exclude: { description: 'Names that are never sent, one a line', schema: lines(), default: '.git\n.github\nnode_modules', list: true, rule: 'one name a line', example: 'tests' },
  shared: { description: 'Paths linked into every release from shared/; default for laravel .env and storage, for generic none', schema: lines(), list: true, rule: 'one relative path a line', example: 'storage' },
  'keep-releases': { description: 'Old releases to keep besides the live one and the one before', schema: integer({ min: 0, max: 100 }), default: '5', rule: 'a whole number from 0 to 100', example: '5' },
  composer: { description: 'Composer on the host, by name or path; runs only when the release has no vendor/', schema: text(), default: 'composer', rule: 'a program name or path', example: '/usr/local/bin/composer' },
  'composer-flags': { description: 'Flags of composer install, one a line or separated by spaces', schema: text(), default: '--no-dev --optimize-autoloader --no-interaction --prefer-dist', rule: 'flags', example: '--no-dev --optimize-autoloader' },
  'build-command': { description: 'Runs in the new release on each host before caches are built', schema: text(), rule: 'a shell command', example: 'npm run build' },
  'migrate-command': { description: 'Runs instead of artisan migrate, on the one host with the role migrate', schema: text(), rule: 'a shell command', example: './bin/migrate' },
  'smoke-command': { description: 'Runs in the new release before the switch; a failure stops the deploy', schema: text(), rule: 'a shell command', example: 'php artisan app:selftest' },
  migrate: { description: 'auto runs pending migrations once; never leaves them pending', schema: choice(['auto', 'never']), default: 'auto', rule: 'one of: auto, never', example: 'auto' },
  'destructive-migrations': { description: 'What to do when pending migrations drop, rename or truncate', schema: choice(['block', 'warn', 'allow']), default: 'block', rule: 'one of: block, warn, allow', example: 'block' },
  'lock-wait-timeout': { description: 'How long a migration may wait for a database lock', schema: duration(), default: '10s', rule: 'a duration', example: '10s' },
  backup: { description: 'auto: pending migrations need a proven backup, made in stores or named by backup-id; never: needs backup-reason', schema: choice(['auto', 'never']), default: 'auto', rule: 'one of: auto, never', example: 'never' },
  'backup-id': { description: 'A verified backup of this database that an earlier step made, instead of a new one', schema: text(), rule: 'the id of a backup', example: '${{ steps.backup.outputs.backup-id }}' },
  'backup-max-age': { description: 'How old backup-id may be', schema: duration(), default: '4h', rule: 'a duration', example: '30m' },
  'backup-source': { description: 'Folder of the catalog, the input source of db-backup; default <environment>-<database>', schema: text(), rule: 'a name of at most 120 bytes', example: 'production-shop' },
  ...backupStore,
  ...writeInputs,
  ...backupDatabase,
  'backup-reason': { description: 'Why there is no backup, for log and history', schema: text(), rule: 'a sentence', example: 'dumped by the step before' },
  maintenance: { description: 'auto: none, because the switch is atomic; always: maintenance mode while migrations run', schema: choice(['auto', 'always', 'never']), default: 'auto', rule: 'one of: auto, always, never', example: 'auto' },
  'maintenance-render': { description: 'View that artisan down renders', schema: text(), rule: 'a view name', example: 'errors::503' },
  'maintenance-secret': { description: 'Secret that lets you pass the maintenance page', schema: secret(), secret: true, rule: 'a secret of 8 characters or more', example: '${{ secrets.MAINTENANCE }}' },
  'maintenance-retry': { description: 'Seconds in Retry-After of the maintenance page', schema: integer({ min: 1, max: 86_400 }), default: '60', rule: 'a whole number from 1 to 86400', example: '60' },
  'max-unavailable': { description: 'Hosts that may be unreachable; they keep their old release and are reported as behind', schema: integer({ min: 0, max: 100 }), default: '0', rule: 'a whole number from 0', example: '1' },
  'when-inconclusive': { description: 'rollback or keep when health could not be judged; red in both', schema: choice(['rollback', 'keep']), default: 'rollback', rule: 'one of: rollback, keep', example: 'rollback' },
  'github-deployment': { description: 'Keep the GitHub deployment of the environment up to date; needs deployments: write', schema: boolean(), default: 'true', rule: 'true or false', example: 'true' },
  'github-token': { description: 'Token for the deployment status', schema: secret(), secret: true, expression: '${{ github.token }}', rule: 'a token', example: '${{ github.token }}' },
} as const;

export const contract = {
  name: 'deploy',
  title: 'Deploy',
  description: 'Put one exact commit live on every host, or leave every host as it was',
  inputs,
  outputs: {
    'release-id': 'The release this run made',
    'previous-release': 'The release that was live before',
    'live-sha': 'The commit that is live on all hosts at the end; empty when they differ',
    'plan-hash': 'sha256 of what was planned, without ids: equal for equal intent',
    migrated: 'Names of the migrations that ran, separated by spaces',
    'backup-id': 'The backup made or checked before migrations',
    'downtime-ms': 'Measured maintenance in milliseconds',
    'duration-ms': 'Whole run in milliseconds',
    'rolled-back': 'true when the new release was live and was taken back',
    identity: 'proven, not-proven or off: does the new code answer?',
    verdict: 'pass, fail or error',
    'reason-code': 'Why not, as one word; empty when it went well',
    'result-json': 'Path of the JSON result file',
  },
  post: true,
} as const satisfies ActionContract;

export type DeployInputs = InputsOf<typeof inputs>;
export type DeployOutput = keyof typeof contract.outputs;
