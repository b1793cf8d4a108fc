import { runBatch } from './executor.ts';
import { onEach } from './fleet.ts';
import { tidy, type DeployRun } from './deploy-run.ts';
import { orphans } from './history.ts';
import { batchOf } from './plan.ts';

/** The line of history.ndjson for this run; before it what lost runs of earlier releases migrated and could not write there. */
function historyLine(run: DeployRun, host: string, kind: 'deploy' | 'bad', verdict: string): string {
  const { config, record, plan } = run;
  const before = record.hosts.get(host)?.before ?? null;
  const lost = orphans(run.facts.find((one) => one.host === host)?.history ?? [], run.facts.flatMap((one) => one.migrated));
  const own = JSON.stringify({
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
  return [...lost.map((entry) => JSON.stringify(entry)), own].join('\n');
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
