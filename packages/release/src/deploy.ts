import { randomUUID } from 'node:crypto';
import { parseReleaseId, type Deps, type ReleaseId } from '@ops/shared';
import { commitTime, makeArtifact, type Artifact } from './artifact.ts';
import type { DeployConfig } from './config.ts';
import { commitDeploy } from './commit.ts';
import type { DeployIo, DeployRun } from './deploy-run.ts';
import { planDeploy, type PlanSeed } from './deploy-plan.ts';
import type { ExecutorContext } from './executor.ts';
import { safeRelease, type HostFacts } from './facts.ts';
import { factsBatch } from './facts-plan.ts';
import { lockAll, lockHolder, lookFirst, openFleet, type FirstLook } from './fleet.ts';
import { factsOf, withFirstLook } from './gather.ts';
import { goLive } from './go-live.ts';
import { unfinished } from './journal.ts';
import { migrate } from './migration.ts';
import { batchOf } from './plan.ts';
import { previewScripts, printPreview } from './preview.ts';
import { preflight, refusalError, type SourceFacts } from './preflight.ts';
import { readPhpConstraint } from './source-facts.ts';
import { hostRecord, type RunRecord } from './record.ts';
import { stage } from './stage.ts';

/**
 * Puts one exact commit live on every host, or leaves every host as it was. Fills `record` while it goes;
 * throws UserError with the reason when the commit is not live at the end.
 */
export async function deploy(config: DeployConfig, io: DeployIo, record: RunRecord): Promise<void> {
  const { clock, log, signal } = io.deps;
  const began = clock.monotonic();
  const mark = (what: string): void => void record.timeline.push({ what, atMs: clock.monotonic() - began });
  record.sha = config.sha;
  // The connections are made while the files are packed.
  await using all = await openFleet(config.hosts, io.connect);
  const source = await prepareSource(config, io.deps);
  const seed = newSeed(config, io.deps, source.artifact);
  record.releaseId = seed.releaseId;
  mark('source packed');

  const context: ExecutorContext = { log, nonce: seed.nonce, executed: record.executed, warnings: record.warnings };
  const fleet = await lookFirst(all, factsBatch(config, 'full', seed.artifactKey ?? ''), context, config.maxUnavailable, signal);
  noteUnreachable(fleet, record, log);
  const before = factsOf(fleet.sessions, fleet.answers);
  judge(config, before, source, record, log);
  mark('facts read');

  const draft = planDeploy(config, before, seed);
  record.plan = draft;
  record.facts = before;
  for (const one of before) hostRecord(record, one.host).before = safeRelease(one);
  if (config.dryRun) {
    record.preview = previewScripts(draft, seed.nonce);
    await printPreview(record.preview, log);
    return;
  }

  const answers = await lockAll(fleet.sessions, batchOf(draft, 'recover'), context, { waitMs: config.lockWaitMs, holder: lockHolder(config, clock), clock, signal });
  const facts = withFirstLook(before, factsOf(fleet.sessions, answers));
  sayRecovered(facts, config, log);
  judge(config, facts, source, record, log);
  const plan = planDeploy(config, facts, seed);
  const run: DeployRun = { config, io, fleet, plan, facts, context, record, artifact: source.artifact, downSince: { at: undefined } };
  remember(run);
  mark('locked');

  await stage(run);
  mark('staged');
  await migrate(run);
  if (record.migrated.length > 0 || config.migrateCommand !== undefined) mark('migrated');
  await goLive(run);
  mark('live and judged');
  await commitDeploy(run);
  mark('committed');
}

interface PreparedSource extends SourceFacts {
  readonly artifact: Artifact | undefined;
}

async function prepareSource(config: DeployConfig, deps: Deps): Promise<PreparedSource> {
  if (config.source.kind === 'git') return { artifact: undefined, phpConstraint: undefined };
  const mtime = await commitTime(config.sha, deps.context.workspace, deps);
  const artifact = await makeArtifact({ path: config.source.path, appRoot: config.appRoot, exclude: config.exclude, mtime }, deps);
  deps.log.info(`The release is ${(artifact.tarBytes / 1024).toFixed(0)} KiB unpacked, ${(artifact.bytes / 1024).toFixed(0)} KiB to send; artifact ${artifact.key.slice(0, 12)}.`);
  return { artifact, phpConstraint: await readPhpConstraint(config) };
}

/** A release id: the time in UTC, the run, the commit; `releases/<id>` stays below 60 bytes so that its link needs no data block. */
export function newReleaseId(now: number, runId: string, attempt: string, sha: string): ReleaseId {
  const utc = new Date(now).toISOString().replace(/[-:]/g, '').replace(/\.\d+Z$/, 'Z');
  const run = `${runId}.${attempt}`.replace(/[^0-9A-Za-z.]/g, '').slice(-24) || randomUUID().slice(0, 8);
  const id = parseReleaseId(`${utc}-${run}-${sha.slice(0, 7)}`);
  if (id === undefined) throw new Error(`No release id can be made from run ${runId} and commit ${sha}.`);
  return id;
}

function newSeed(config: DeployConfig, deps: Deps, artifact: Artifact | undefined): PlanSeed {
  return { releaseId: newReleaseId(deps.clock.now(), config.run.runId, config.run.attempt, config.sha), nonce: deps.random.hex(16), artifactKey: artifact?.key };
}

function judge(config: DeployConfig, facts: readonly HostFacts[], source: SourceFacts, record: RunRecord, log: Deps['log']): void {
  const { refusals, warnings } = preflight(config, facts, source);
  for (const warning of warnings) {
    if (record.warnings.includes(warning)) continue;
    record.warnings.push(warning);
    log.warning(warning);
  }
  const refused = refusalError(refusals);
  if (refused !== undefined) throw refused;
}

function noteUnreachable(fleet: FirstLook, record: RunRecord, log: Deps['log']): void {
  for (const { host, why } of fleet.unreachable) {
    hostRecord(record, host).state = 'behind: not reachable';
    const warning = `${host} is left out (max-unavailable): ${why} It keeps its old release until the next deploy.`;
    record.warnings.push(warning);
    log.warning(warning);
  }
}

function sayRecovered(facts: readonly HostFacts[], config: DeployConfig, log: Deps['log']): void {
  for (const one of facts) {
    const story = unfinished(one.journal, `${config.run.runId}.${config.run.attempt}`);
    if (story !== undefined) log.notice(`${one.host}: ${story} This run goes on from a clean state.`);
    const removed = one.raw.get('recovered');
    if (removed !== undefined && removed !== '') log.info(`${one.host}: removed unfinished releases: ${removed}`);
  }
}

function remember(run: DeployRun): void {
  run.record.plan = run.plan;
  run.record.facts = run.facts;
  for (const one of run.facts) hostRecord(run.record, one.host).before = safeRelease(one);
  run.record.previous = run.facts.map(safeRelease).find((id) => id !== undefined);
  for (const one of run.facts) {
    const entry = hostRecord(run.record, one.host);
    entry.live = one.current.kind === 'link' ? one.current.id : undefined;
    entry.state = 'as before';
  }
}
