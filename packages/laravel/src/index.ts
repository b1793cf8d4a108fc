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
