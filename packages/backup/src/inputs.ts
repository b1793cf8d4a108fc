import { boolean, choice, duration, integer, lines, secret, text } from '@ops/shared';
import { size, percentage } from './size.ts';

export { EXIT_CODES } from './fault.ts';
export { notifyInputs } from './notify/inputs.ts';

/** Inputs of every action that touches stores. */
export const storeInputs = {
  stores: { description: 'One store a line: s3://bucket/prefix, file:///folder or host:/folder; the first is primary', schema: lines(), list: true, rule: 'one store a line', example: 's3://acme-backups/shop?region=eu-central-1' },
  source: { description: 'Folder of the catalog; default <environment>-<database>', schema: text(), rule: 'a name of at most 120 bytes', example: 'production-shop' },
  's3-profile': { description: 'What the S3 server is: decides about checksums, parts and tags', schema: choice(['aws', 'r2', 'b2', 'minio', 'scaleway']), default: 'aws', rule: 'one of: aws, r2, b2, minio, scaleway', example: 'r2' },
  's3-endpoint': { description: 'Address of an S3 server that is not AWS', schema: text(), rule: 'an https address', example: 'https://s3.example.com' },
  's3-region': { description: 'Region of the buckets', schema: text(), rule: 'a region name', example: 'eu-central-1' },
  'role-to-assume': { description: 'AWS role taken with the job\'s OIDC token; needs id-token: write', schema: text(), rule: 'the ARN of a role', example: 'arn:aws:iam::123456789012:role/backup' },
  'access-key-id': { description: 'Key id of each s3 store, one a line, where no role is assumed', schema: lines(), list: true, rule: 'one key id a line', example: '${{ vars.BACKUP_KEY_ID }}' },
  'secret-access-key': { description: 'Secret key of each s3 store, one a line, in the same order', schema: secret(), secret: true, rule: 'one secret key a line', example: '${{ secrets.BACKUP_SECRET_KEY }}' },
} as const;

/** How a new backup is written; db-backup and deploy share them. */
export const writeInputs = {
  recipients: { description: 'age public keys that can decrypt, one a line: operations and an offline break-glass key', schema: lines(), list: true, rule: 'at least two age recipients, one a line', example: 'age1operations…\nage1breakglass…' },
  encryption: { description: 'age encrypts on the runner before anything is stored; none stores it readable', schema: choice(['age', 'none']), default: 'age', rule: 'one of: age, none', example: 'age' },
  'allow-plain-host': { description: 'A store on the host where the dump runs is written there while dumping, unencrypted although encryption is age', schema: boolean(), default: 'false', rule: 'true or false', example: 'true' },
  'signing-key': { description: 'ed25519 private key that signs manifests and checks', schema: secret(), secret: true, rule: 'an ed25519 key as PEM or base64', example: '${{ secrets.BACKUP_SIGNING_KEY }}' },
  'storage-class': { description: 'S3 storage class by tier, one tier=class a line; default monthly=GLACIER_IR for profile aws', schema: lines(), list: true, rule: 'tier=class, one a line', example: 'monthly=GLACIER_IR' },
  sse: { description: 'Encryption by the S3 server: none, AES256 or aws:kms', schema: choice(['none', 'AES256', 'aws:kms']), default: 'none', rule: 'one of: none, AES256, aws:kms', example: 'aws:kms' },
  'kms-key-id': { description: 'KMS key for sse: aws:kms', schema: text(), rule: 'a key id, alias or ARN', example: 'alias/backups' },
  'object-lock': { description: 'Objects cannot be deleted while the tier\'s retention lasts: none, governance or compliance', schema: choice(['none', 'governance', 'compliance']), default: 'none', rule: 'one of: none, governance, compliance', example: 'governance' },
} as const;

/** Where the database is and how it is reached. */
export const databaseInputs = {
  via: { description: 'host runs the dump on the first of hosts, runner on the runner; default host if hosts is set', schema: choice(['host', 'runner']), rule: 'one of: host, runner', example: 'host' },
  engine: { description: 'Database product; auto takes it from the connection and asks the server', schema: choice(['auto', 'mysql', 'mariadb', 'postgres', 'sqlite']), default: 'auto', rule: 'one of: auto, mysql, mariadb, postgres, sqlite', example: 'postgres' },
  'env-file': { description: 'The .env with the login, where the dump runs; default the app\'s own', schema: text(), rule: 'a path', example: '/var/www/app/shared/.env' },
  'database-url': { description: 'Login as a URL instead of env-file', schema: secret(), secret: true, rule: 'mysql://, mariadb://, postgresql:// or sqlite:// URL', example: '${{ secrets.DATABASE_URL }}' },
  database: { description: 'Another database of the same login than the one of env-file', schema: text(), rule: 'a database name', example: 'shop' },
  'db-tls': { description: 'TLS to the database; default what .env says, from a runner to another machine verify', schema: choice(['verify', 'require', 'off']), rule: 'one of: verify, require, off', example: 'verify' },
  'db-ca': { description: 'CA file for db-tls, where the dump runs', schema: text(), rule: 'a path', example: '/etc/ssl/certs/db-ca.pem' },
  identity: { description: 'age private key; with it verification decrypts and decodes what is stored', schema: secret(), secret: true, rule: 'an AGE-SECRET-KEY', example: '${{ secrets.BACKUP_IDENTITY }}' },
  'trusted-signers': { description: 'ed25519 public keys whose manifests are accepted, one a line; default any', schema: lines(), list: true, rule: 'one public key a line', example: 'MCowBQYDK2VwAyEA…' },
} as const;

/** What is kept, and how a new backup is judged. */
export const backupInputs = {
  mode: { description: 'backup; plan prints what it would do; verify reads stored ones; prune applies retention', schema: choice(['backup', 'plan', 'verify', 'prune']), default: 'backup', rule: 'one of: backup, plan, verify, prune', example: 'plan' },
  tier: { description: 'Decides how long it is kept', schema: choice(['frequent', 'daily', 'pre-deploy', 'monthly']), default: 'daily', rule: 'one of: frequent, daily, pre-deploy, monthly', example: 'monthly' },
  compression: { description: 'zstd, gzip or none; without zstd where the dump runs gzip is taken, and said', schema: choice(['zstd', 'gzip', 'none']), default: 'zstd', rule: 'one of: zstd, gzip, none', example: 'zstd' },
  'compression-level': { description: 'zstd 1 to 19, gzip 1 to 9; auto tries 1 and 3 on the first 256 MB', schema: text(), default: '3', rule: 'auto or a whole number from 1 to 19', example: 'auto' },
  parallel: { description: 'Data streams side by side (PostgreSQL only)', schema: integer({ min: 1, max: 16 }), default: '1', rule: 'a whole number from 1 to 16', example: '4' },
  'exclude-data': { description: 'Tables stored as structure only, one a line', schema: lines(), list: true, rule: 'one table a line', example: 'telescope_entries' },
  'allow-partial': { description: 'Back up what the login may read although objects would be missing; recorded', schema: boolean(), default: 'false', rule: 'true or false', example: 'true' },
  verify: { description: 'read-back reads every stored byte; head compares size and checksum; sample N/T rotates older ones', schema: text(), default: 'read-back', rule: 'read-back, head or sample N/T', example: 'sample 1/7' },
  'min-size': { description: 'A smaller dump is never a backup', schema: size(), default: '1KiB', rule: 'a size such as 1KiB or 20MB', example: '10MiB' },
  'max-shrink': { description: 'A dump that shrank by more than this share of the median of 14 is suspect', schema: percentage(), default: '50%', rule: 'a share such as 50%', example: '30%' },
  'accept-size': { description: 'This size is right although it shrank', schema: boolean(), default: 'false', rule: 'true or false', example: 'true' },
  retention: { description: 'How long each tier is kept, one tier=age a line', schema: lines(), default: 'frequent=7d\ndaily=30d\npre-deploy=7d\nmonthly=365d', list: true, rule: 'tier=age, one a line', example: 'daily=60d' },
  'min-verified': { description: 'So many proven backups stay at any age', schema: integer({ min: 1, max: 1000 }), default: '3', rule: 'a whole number from 1 to 1000', example: '5' },
  prune: { description: 'after-success deletes what retention no longer keeps; dry-run prints it; never', schema: choice(['after-success', 'dry-run', 'never']), default: 'after-success', rule: 'one of: after-success, dry-run, never', example: 'dry-run' },
  'prune-role': { description: 'AWS role that may delete; the backup\'s own role should not', schema: text(), rule: 'the ARN of a role', example: 'arn:aws:iam::123456789012:role/backup-prune' },
  'confirm-prune': { description: 'Let one run delete more than half of the backups of this source', schema: boolean(), default: 'false', rule: 'true or false', example: 'true' },
  lifecycle: { description: 'check looks at the bucket\'s lifecycle rules; install writes ours; off does neither', schema: choice(['check', 'install', 'off']), default: 'check', rule: 'one of: check, install, off', example: 'install' },
  timeout: { description: 'Limit for the whole run', schema: duration(), default: '5h', rule: 'a duration', example: '2h' },
} as const;
