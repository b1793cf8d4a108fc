import { runBatch } from './executor.ts';
import { onEach } from './fleet.ts';
import { batchOf } from './plan.ts';
import { checkpoint, tidy, type DeployRun } from './deploy-run.ts';

/**
 * Stages the release on every host at once. Nothing switches anywhere until all are staged and smoked; when
 * one fails the stages of all are dropped and every host is as it was.
 */
export async function stage(run: DeployRun): Promise<void> {
  checkpoint(run, 'staging');
  const { config, fleet, plan, context, artifact, facts } = run;
  const source = config.source;
  const secrets = source.kind === 'git' && source.deployKey !== undefined ? { DEPLOY_KEY: source.deployKey } : undefined;
  try {
    const answers = await onEach(fleet.sessions, batchOf(plan, 'stage'), context, (session) => {
      const present = facts.find((one) => one.host === session.target.name)?.raw.get('artifact') === 'present';
      return {
        signal: run.io.deps.signal,
        ...(artifact === undefined || present ? {} : { payload: { file: artifact.file, bytes: artifact.bytes } }),
        ...(secrets === undefined ? {} : { secrets }),
      };
    });
    const pending = answers.get(plan.once)?.marks.facts.get('migrations.pending') ?? '';
    run.record.pending = pending.split(/\s+/).filter((name) => name !== '');
  } catch (thrown) {
    await dropStage(run);
    throw thrown;
  }
}

/** Removes the staged release everywhere; for failures before the switch. */
export async function dropStage(run: DeployRun): Promise<void> {
  await tidy(run, 'removing the staged release', (session) => runBatch(session, batchOf(run.plan, 'drop'), run.context));
}
