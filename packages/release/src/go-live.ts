import type { Session } from '@ops/remote';
import { asError, UserError } from '@ops/shared';
import { markBad } from './commit.ts';
import { checkpoint, type DeployRun } from './deploy-run.ts';
import { foreignLink } from './facts.ts';
import { judgeFleet, requireHealthyHosts, VerdictFailure, type JudgeIo } from './judge.ts';
import { endDowntime, maintenanceOff } from './migration.ts';
import { batchOf, hasBatch } from './plan.ts';
import { rollOut, switchBack, type Rollout } from './rollout.ts';
import { dropStage } from './stage.ts';
import type { HealthVerdict } from './verdict.ts';

/** Switches all hosts and keeps them only if the verdict is good; else every touched host goes back. */
export async function goLive(run: DeployRun): Promise<void> {
  const { config, plan, record, fleet, io } = run;
  const rollout: Rollout = { touched: [] };
  const judgeIo = judgeOf(run);
  try {
    checkpoint(run, 'switching');
    await rollOut(fleet.sessions, batchOf(plan, 'switch'), config, run.context, record, rollout, (wave) => judgeWave(run, wave, judgeIo), io.deps.signal);
    for (const session of fleet.sessions) session.disarm();
    endDowntime(run);
    record.verdict = await judgeFleet(config, plan.releaseId, record, judgeIo);
    if (record.verdict.verdict === 'fail' || (record.verdict.verdict === 'inconclusive' && config.whenInconclusive === 'rollback')) throw new VerdictFailure(record.verdict);
    checkpoint(run, 'committing');
  } catch (thrown) {
    if (thrown instanceof VerdictFailure) record.verdict = thrown.verdict;
    if (rollout.touched.length === 0) {
      await maintenanceOff(run);
      if (record.migrated.length > 0) await markBad(run, asError(thrown).message);
      await dropStage(run);
      throw thrown;
    }
    await takeBack(run, rollout, judgeIo, asError(thrown));
  }
}

async function judgeWave(run: DeployRun, wave: readonly Session[], judgeIo: JudgeIo): Promise<void> {
  await requireHealthyHosts(wave, run.config, run.record, judgeIo);
}

function judgeOf(run: DeployRun): JudgeIo {
  const reachable = new Set(run.facts.filter((one) => (one.raw.get('reach') ?? '').startsWith('ok')).map((one) => one.host));
  return { deps: run.io.deps, context: run.context, batch: hasBatch(run.plan, 'health') ? batchOf(run.plan, 'health') : undefined, reachable };
}

/** Switches back, marks the release bad, asks again, and says in one error what is live now and why. */
async function takeBack(run: DeployRun, rollout: Rollout, judgeIo: JudgeIo, cause: Error): Promise<never> {
  const { record, plan, io, config } = run;
  io.deps.log.info(`${cause.message} Switching back.`);
  const left = await switchBack(rollout, batchOf(plan, 'back'), run.context, record);
  // Hosts whose turn to switch never came are still in maintenance.
  await maintenanceOff(run);
  const cancelled = io.deps.signal.aborted;
  // A cancel says nothing of the release, but what was migrated must stand in history.
  if (!cancelled || record.migrated.length > 0) await markBad(run, cause.message);
  const reason = cause instanceof UserError ? cause.reason : 'switch';
  const remedy = cause instanceof UserError ? cause.remedy : undefined;
  if (left.length > 0) {
    throw new UserError({
      reason: 'host-behind',
      message: `${cause.message} ${left.map(({ host, why }) => (why === cause.message ? `So ${host} could not be switched back.` : `${host} could not be switched back: ${why}`)).join(' ')}`,
      remedy: `Look at ${left.map(({ host }) => host).join(', ')} now: it may serve the new release. The next deploy repairs it.`,
      cause,
    });
  }
  const nothing = record.previous === undefined;
  if (!cancelled && !nothing && config.health.kind === 'gate' && cause instanceof VerdictFailure) {
    record.verdictAfterBack = await askAgain(run, judgeIo);
    if (record.verdictAfterBack.verdict === 'fail') {
      throw new UserError({ reason, message: `${cause.message} The old release ${record.previous ?? ''} is live again and is not healthy either: ${record.verdictAfterBack.sentence}`, remedy: 'This looks like the infrastructure, not the release: check database, disk and network of the hosts first.', cause });
    }
  }
  const foreign = run.facts.map(foreignLink).find((link) => link !== undefined);
  const now = nothing ? (foreign === undefined ? 'This was the first deploy, so nothing is live now.' : `This was the first deploy; current points to ${foreign} again, as before.`) : `The old release ${record.previous ?? ''} is live again on ${rollout.touched.map((session) => session.target.name).join(', ')}.`;
  throw new UserError({ reason, message: `${cause.message} ${now}`, ...(remedy === undefined ? {} : { remedy }), cause });
}

async function askAgain(run: DeployRun, judgeIo: JudgeIo): Promise<HealthVerdict> {
  try {
    return await judgeFleet(run.config, run.record.previous ?? run.plan.releaseId, run.record, judgeIo);
  } catch (thrown) {
    return { verdict: 'inconclusive', reason: 'cancelled', sentence: asError(thrown).message, from: ['runner'], evidence: [] };
  }
}
