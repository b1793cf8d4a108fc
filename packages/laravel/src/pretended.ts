import { z } from 'zod';
import type { MigrationFinding } from './migration-scan.ts';
import { scanSql } from './sql-scan.ts';

const row = z.object({ migration: z.string(), sql: z.string() });

/** Judges the SQL that `migrate-pretend.sh` reported (its fact `rows`: one JSON object a line). Throws on a line that is none. */
export function scanPretended(rows: string): readonly MigrationFinding[] {
  const statements = new Map<string, string[]>();
  for (const line of rows.split('\n')) {
    if (line.trim() === '') continue;
    const { migration, sql } = row.parse(JSON.parse(line));
    statements.set(migration, [...(statements.get(migration) ?? []), sql.replaceAll(/\s+/g, ' ')]);
  }
  // One statement a line, so the line is its number.
  return [...statements].flatMap(([migration, list]) => scanSql(list.map((sql) => sql.replace(/;?\s*$/, ';')).join('\n')).map((found) => ({ migration, line: found.line, call: found.statement, classes: found.classes })));
}
