import { runBatch } from './executor.ts';
import { onEach } from './fleet.ts';
import { tidy, type DeployRun } from './deploy-run.ts';
import { batchOf } from './plan.ts';

/** One line of history.ndjson for a deploy of this run. */
function historyLine(run: DeployRun, host: string, kind: 'deploy' | 'bad', verdict: string): string {
  const { config, record, plan } = run;
  const before = record.hosts.get(host)?.before ?? null;
  return JSON.stringify({
    kind,
    id: plan.releaseId,
    sha: plan.sha,
    actor: config.run.actor,
    run: `${config.run.runId}.${config.run.attempt}`,
    runUrl: config.run.runUrl,
    at: new Date(run.io.deps.clock.now()).toISOString(),
    previous: before,
    migrations: record.migrated.map((name) => ({ name, classes: record.migrationClasses.get(name) ?? [] })),
    backup: record.backupId ?? null,
    verdict,
    plan: plan.hash,
    artifact: run.artifact?.key ?? null,
  });
}

/** Records the release as good on every host and prunes. A host that cannot record it fails the run: its rollback would not know of it. */
export async function commitDeploy(run: DeployRun): Promise<void> {
  await onEach(run.fleet.sessions, batchOf(run.plan, 'commit'), run.context, (session) => ({
    runtime: { HISTORY_LINE: historyLine(run, session.target.name, 'deploy', run.record.verdict?.verdict ?? 'off') },
  }));
}

/** Records that the release failed, so that no rollback ever returns to it. */
export async function markBad(run: DeployRun, why: string): Promise<void> {
  await tidy(run, 'marking the release bad', (session) => runBatch(session, batchOf(run.plan, 'mark-bad'), run.context, { runtime: { HISTORY_LINE: historyLine(run, session.target.name, 'bad', why.slice(0, 500)) } }));
}
