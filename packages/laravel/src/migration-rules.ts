import type { MigrationClass } from './sql-scan.ts';

/** How a call is judged by its method name. */
export interface CallRule {
  readonly classes: readonly MigrationClass[];
  /** On which object: the schema builder or a table's blueprint, a query, or anything. */
  readonly on: 'table' | 'query' | 'any';
}

const GONE: readonly MigrationClass[] = ['breaks-old-code', 'loses-data'];
const BREAKS: readonly MigrationClass[] = ['breaks-old-code'];
const LOCKS: readonly MigrationClass[] = ['locks-table'];
const LOSES: readonly MigrationClass[] = ['loses-data'];

function rows(on: CallRule['on'], classes: readonly MigrationClass[], names: string): readonly (readonly [string, CallRule])[] {
  return names.split(' ').map((name) => [name.toLowerCase(), { classes, on }] as const);
}

/** Methods of Laravel's schema builder, blueprints and query builder, 8 to 13, in lower case as PHP compares them. */
export const CALL_RULES: ReadonlyMap<string, CallRule> = new Map([
  ...rows('any', GONE, 'dropIfExists dropColumn dropColumns dropAllTables dropDatabaseIfExists dropTimestamps dropTimestampsTz dropSoftDeletes dropSoftDeletesTz dropRememberToken dropMorphs dropConstrainedForeignId dropConstrainedForeignIdFor'),
  ...rows('any', BREAKS, 'renameColumn dropAllViews dropAllTypes'),
  ...rows('table', GONE, 'drop'),
  ...rows('table', BREAKS, 'rename'),
  // A changed type can cut values off, and a tightened one makes old code's inserts fail.
  ...rows('table', ['breaks-old-code', 'locks-table', 'loses-data'], 'change'),
  ...rows('any', LOCKS, 'dropIndex dropUnique dropPrimary dropForeign dropForeignIdFor dropFullText dropSpatialIndex'),
  ...rows('table', LOCKS, 'index unique primary fullText spatialIndex foreign constrained'),
  ...rows('any', LOSES, 'truncate forceDelete'),
  ...rows('query', LOSES, 'delete'),
]);

/** Calls that take SQL text. */
export const RAW_CALLS: ReadonlySet<string> = new Set(['statement', 'unprepared', 'affectingstatement', 'exec']);
