import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scanMigrations, type MigrationFinding } from '@ops/laravel';
import { UserError } from '@ops/shared';
import type { DeployRun } from './deploy-run.ts';
import { runBatch } from './executor.ts';
import { batchOf, hasBatch } from './plan.ts';

/** What to do about findings: nothing, say it, or stop. Pure. */
export function judgeMigrations(findings: readonly MigrationFinding[], policy: 'block' | 'warn' | 'allow'): { readonly warnings: readonly string[]; readonly refusal: UserError | undefined } {
  const open = findings.filter((finding) => finding.safeReason === undefined);
  const harmful = open.filter((finding) => finding.classes.some((name) => name === 'breaks-old-code' || name === 'loses-data'));
  const said = open.map((finding) => `${finding.migration}.php line ${finding.line}: ${finding.call} (${finding.classes.join(', ')})`);
  const waived = findings.flatMap((finding) => (finding.safeReason === undefined ? [] : [`${finding.migration}.php line ${finding.line}: ${finding.call} is marked safe: ${finding.safeReason}`]));
  if (policy === 'allow') return { warnings: waived, refusal: undefined };
  if (harmful.length === 0 || policy === 'warn') return { warnings: [...waived, ...said], refusal: undefined };
  return {
    warnings: waived,
    refusal: new UserError({
      reason: 'destructive',
      message: `The pending migrations can break the code that is live while they run, or lose data:\n${harmful.map((finding) => `- ${finding.migration}.php line ${finding.line}: ${finding.call} (${finding.classes.join(', ')})`).join('\n')}`,
      remedy: 'Nothing was migrated and the old release serves. Split the change (first deploy code that needs the column no more, then drop it), or write `// ops: safe <reason>` on that line, or set destructive-migrations: warn',
    }),
  };
}

/** Scans what is pending before it runs, and remembers the classes for later rollbacks. Throws UserError `destructive`. */
export async function gateMigrations(run: DeployRun): Promise<void> {
  const { record, config, io } = run;
  if (config.app !== 'laravel' || config.migrateCommand !== undefined || record.pending.length === 0) return;
  const findings = scanMigrations(await texts(run));
  for (const finding of findings) {
    const known = record.migrationClasses.get(finding.migration) ?? [];
    record.migrationClasses.set(finding.migration, [...new Set([...known, ...finding.classes])]);
  }
  const { warnings, refusal } = judgeMigrations(findings, config.destructive);
  for (const warning of warnings) {
    record.warnings.push(warning);
    io.deps.log.warning(warning);
  }
  if (refusal !== undefined) throw refusal;
}

/** The texts come from the job's files where they are; only what is not there is asked of the host. */
async function texts(run: DeployRun): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const found = new Map<string, string>();
  const folder = run.artifact?.folder;
  for (const name of folder === undefined ? [] : run.record.pending) {
    const text = await readFile(join(folder ?? '', 'database', 'migrations', `${name}.php`), 'utf8').catch(() => undefined);
    if (text !== undefined) found.set(name, text);
  }
  const missing = run.record.pending.filter((name) => !found.has(name));
  const session = run.fleet.sessions.find((one) => one.target.name === run.plan.once);
  if (missing.length > 0 && session !== undefined && hasBatch(run.plan, 'pending-text')) {
    const { marks } = await runBatch(session, batchOf(run.plan, 'pending-text'), run.context, { runtime: { PENDING: missing.join('\n') }, signal: run.io.deps.signal });
    for (const [key, value] of marks.facts) if (key.startsWith('text:')) found.set(key.slice('text:'.length), value);
  }
  return [...found].map(([name, text]) => ({ name, text }));
}
