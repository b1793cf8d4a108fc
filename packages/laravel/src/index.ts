import { compose } from './embedded.ts';

/** Steps that run on a host, each one self-contained text, composed when it is asked for; what values it takes stands at its top. */
export const laravelScripts = {
  get 'applied.sh'() { return compose('applied.sh'); },
  get 'caches.sh'() { return compose('caches.sh'); },
  get 'composer.sh'() { return compose('composer.sh'); },
  get 'env-facts.sh'() { return compose('env-facts.sh'); },
  get 'maintenance-down.sh'() { return compose('maintenance-down.sh'); },
  get 'maintenance-up.sh'() { return compose('maintenance-up.sh'); },
  get 'migrate-pretend.sh'() { return compose('migrate-pretend.sh'); },
  get 'migrate.sh'() { return compose('migrate.sh'); },
  get 'pending.sh'() { return compose('pending.sh'); },
  get 'smoke.sh'() { return compose('smoke.sh'); },
  get 'workers.sh'() { return compose('workers.sh'); },
};

export { scanMigrations, type MigrationFinding } from './migration-scan.ts';
export { scanPretended } from './pretended.ts';
export { scanSql, type MigrationClass, type SqlFinding } from './sql-scan.ts';
export { castEnv, type EnvScalar } from './dotenv/cast.ts';
export type { LaravelMajor } from './dotenv/database/connections.ts';
export { databaseFacts, type DatabaseFacts, type Fact, type FactSource, type MysqlFacts, type PostgresFacts, type SqliteFacts } from './dotenv/database/facts.ts';
export { dotenvError, parseDotenv, readDotenv, type Dotenv, type DotenvOptions, type DotenvResult } from './dotenv/dotenv.ts';
export type { DotenvEntry, DotenvFailure, Span } from './dotenv/entries.ts';
export type { AppliedWrite, EnvValue } from './dotenv/repository.ts';
export type { ConfigArray, ConfigValue, Known, OneOf, SecretShape, SecretValue, Symbolic, Trace, TraceStep, Unknown, UnknownReason, Unset } from './value.ts';
