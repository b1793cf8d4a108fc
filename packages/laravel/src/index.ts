import { compose } from './embedded.ts';

/** Steps that run on a host, each one self-contained text; what values it takes stands at its top. */
export const laravelScripts = {
  'applied.sh': compose('applied.sh'),
  'caches.sh': compose('caches.sh'),
  'composer.sh': compose('composer.sh'),
  'env-facts.sh': compose('env-facts.sh'),
  'maintenance-down.sh': compose('maintenance-down.sh'),
  'maintenance-up.sh': compose('maintenance-up.sh'),
  'migrate-pretend.sh': compose('migrate-pretend.sh'),
  'migrate.sh': compose('migrate.sh'),
  'pending.sh': compose('pending.sh'),
  'smoke.sh': compose('smoke.sh'),
  'workers.sh': compose('workers.sh'),
} as const;

export { scanMigrations, type MigrationFinding } from './migration-scan.ts';
export { scanPretended } from './pretended.ts';
export { scanSql, type MigrationClass, type SqlFinding } from './sql-scan.ts';
export { castEnv, type EnvScalar } from './dotenv/cast.ts';
export type { LaravelMajor } from './dotenv/database/connections.ts';
export { databaseFacts, type DatabaseFacts, type Fact, type FactSource, type MysqlFacts, type PostgresFacts, type SqliteFacts } from './dotenv/database/facts.ts';
export { dotenvError, parseDotenv, readDotenv, type Dotenv, type DotenvOptions, type DotenvResult } from './dotenv/dotenv.ts';
export type { DotenvEntry, DotenvFailure, Span } from './dotenv/entries.ts';
export type { AppliedWrite, EnvValue } from './dotenv/repository.ts';
