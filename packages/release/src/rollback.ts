import { CancelledError, UserError, type Deps } from '@ops/shared';
import type { RollbackConfig } from './config.ts';
import { compileBatch } from './compile.ts';
import { scriptValues, StepFailure, type ExecutorContext } from './executor.ts';
import type { HostFacts } from './facts.ts';
import { factsBatch } from './facts-plan.ts';
import { FleetFailure, lockAll, lockHolder, onEach, openFleet, type Answers, type Connect, type Fleet } from './fleet.ts';
import { gather } from './gather.ts';
import { judgeFleet, judgeHosts, type JudgeIo } from './judge.ts';
import { batchOf, hasBatch, type Plan } from './plan.ts';
import { previewScripts, printPreview } from './preview.ts';
import { refusalError, type Refusal } from './preflight.ts';
import { hostRecord, type RunRecord } from './record.ts';
import { noteLive, notePartly, returnAll } from './rollback-return.ts';
import { CHECKLIST_STEP, chooseTarget, planRollback, type RollbackTarget } from './rollback-plan.ts';

export interface RollbackIo {
  readonly deps: Deps;
  readonly connect: Connect;
}

const TRIES = 3;

/**
 * Puts a known good release back. Reads nothing from GitHub, builds nothing, needs no free disk space.
 * Throws UserError `no-candidate`, `schema-ahead`, or why the old release is not healthy.
 */
export async function rollback(config: RollbackConfig, io: RollbackIo, record: RunRecord): Promise<void> {
  const { deps } = io;
  const began = deps.clock.monotonic();
  const mark = (what: string): void => void record.timeline.push({ what, atMs: deps.clock.monotonic() - began });
  const nonce = deps.random.hex(16);
  await using fleet = await openFleet(config.hosts, io.connect);
  const context: ExecutorContext = { log: deps.log, nonce, executed: record.executed, warnings: record.warnings };
  const { plan, facts, unreachable } = await lockAndSwitch(config, io, fleet, context, nonce, record);
  mark('switched');
  if (config.dryRun) return;
  const judgeIo: JudgeIo = {
    deps, context, batch: hasBatch(plan, 'health') ? batchOf(plan, 'health') : undefined,
    // A host whose own web server could not be asked for the beacon is judged from the runner only.
    reachable: new Set(facts.map((one) => one.host).filter((host) => !unreachable.has(host))),
  };
  const verdict = await judgeAll(config, fleet, plan, record, judgeIo);
  record.verdict = verdict;
  mark('judged');
  await commitRollback(config, fleet, plan, context, record, deps);
  mark('committed');
  if (verdict.verdict === 'fail') {
    throw new UserError({ reason: verdict.reason, message: `${plan.releaseId} is live again but not healthy: ${verdict.sentence}`, remedy: 'This looks like the infrastructure or the database, not the release: check database, disk and network of the hosts first.' });
  }
}

async function judgeAll(config: RollbackConfig, fleet: Fleet, plan: Plan, record: RunRecord, io: JudgeIo): Promise<NonNullable<RunRecord['verdict']>> {
  const onHosts = await judgeHosts(fleet.sessions, config, io);
  record.looks.push(...(onHosts?.evidence ?? []));
  if (onHosts !== undefined && onHosts.verdict !== 'pass') return onHosts;
  return judgeFleet(config, plan.releaseId, record, io);
}

/** Facts, target, plan, lock, switch; begins again when another run changed a host in between. */
async function lockAndSwitch(config: RollbackConfig, io: RollbackIo, fleet: Fleet, context: ExecutorContext, nonce: string, record: RunRecord): Promise<{ readonly plan: Plan; readonly facts: readonly HostFacts[]; readonly unreachable: ReadonlySet<string> }> {
  const { deps } = io;
  for (let attempt = 1; ; attempt += 1) {
    const facts = await gather(fleet.sessions, factsBatch(config, 'light', ''), context, { signal: deps.signal });
    const refused = refusalError(layoutRefusals(facts));
    if (refused !== undefined) throw refused;
    rememberHosts(record, facts);
    const target = chooseTarget(config, facts);
    const plan = planRollback(config, facts, target, nonce);
    remember(record, plan, target);
    if (config.dryRun) {
      record.preview = previewScripts(plan, nonce);
      await printPreview(record.preview, deps.log);
      return { plan, facts, unreachable: new Set() };
    }
    try {
      return { plan, facts, unreachable: await takeLocksAndSwitch(config, fleet, plan, context, deps, record) };
    } catch (thrown) {
      const changed = (thrown instanceof FleetFailure || thrown instanceof UserError) && thrown.reason === 'facts-changed';
      if (!changed || attempt === TRIES) throw thrown;
      deps.log.notice('Another run changed the hosts in between; reading them again.');
      await Promise.all(fleet.sessions.map((session) => session.unlock()));
    }
  }
}

async function takeLocksAndSwitch(config: RollbackConfig, fleet: Fleet, plan: Plan, context: ExecutorContext, deps: Deps, record: RunRecord): Promise<ReadonlySet<string>> {
  const lock = { waitMs: config.lockWaitMs, holder: lockHolder(config, deps.clock), clock: deps.clock, signal: deps.signal };
  const answers = hasBatch(plan, 'lock') ? await switchAll(fleet, plan, context, deps, record, lock) : await switchOne(fleet, plan, context, record, lock);
  record.switched = true;
  for (const [host, answer] of answers) noteLive(record, plan, host, answer.marks);
  return new Set([...answers].filter(([, answer]) => answer.marks.facts.get('beacon') === 'unreachable').map(([host]) => host));
}

type Lock = Parameters<typeof lockAll>[3];

/** One host: lock and switch travel together. After a failure behind the switch it stays: there is no other host to agree with. */
async function switchOne(fleet: Fleet, plan: Plan, context: ExecutorContext, record: RunRecord, lock: Lock): Promise<Answers> {
  try {
    return await lockAll(fleet.sessions, batchOf(plan, 'switch'), context, lock);
  } catch (thrown) {
    if (thrown instanceof FleetFailure) notePartly(record, plan, thrown);
    throw thrown;
  }
}

/** Several hosts: all are locked before the first switches, and one that fails takes all of them back. */
async function switchAll(fleet: Fleet, plan: Plan, context: ExecutorContext, deps: Deps, record: RunRecord, lock: Lock): Promise<Answers> {
  await lockAll(fleet.sessions, batchOf(plan, 'lock'), context, lock);
  if (deps.signal.aborted) throw new CancelledError('switching');
  // A host that loses us in the middle of the switch ends it and then goes back by itself.
  const back = batchOf(plan, 'back');
  for (const session of fleet.sessions) session.arm('switch back', compileBatch(back, session.target.name), scriptValues(back.values[session.target.name] ?? {}, context.nonce));
  try {
    const answers = await onEach(fleet.sessions, batchOf(plan, 'switch'), context, () => ({ signal: deps.signal }));
    for (const session of fleet.sessions) session.disarm();
    return answers;
  } catch (thrown) {
    return returnAll(fleet, plan, context, deps, record, thrown);
  }
}

function layoutRefusals(facts: readonly HostFacts[]): readonly Refusal[] {
  return facts.flatMap((one) => (one.current.kind === 'directory' || one.current.kind === 'file'
    ? [{ host: one.host, reason: 'preflight' as const, message: `current is a real ${one.current.kind}, not a link.`, remedy: 'This app dir was not made by deploy with strategy atomic.' }]
    : []));
}

function remember(record: RunRecord, plan: Plan, target: RollbackTarget): void {
  record.plan = plan;
  record.releaseId = target.id;
  record.sha = target.sha;
}

/** Before anything is chosen, so that outputs say what is live also when nothing can be. */
function rememberHosts(record: RunRecord, facts: readonly HostFacts[]): void {
  record.facts = facts;
  for (const one of facts) {
    const entry = hostRecord(record, one.host);
    entry.before = one.current.kind === 'link' ? one.current.id : undefined;
    entry.live = entry.before;
    entry.state = 'as before';
  }
  record.previous = [...record.hosts.values()].map((entry) => entry.before).find((id) => id !== undefined);
}

function historyLine(config: RollbackConfig, plan: Plan, record: RunRecord, host: string, deps: Deps): string {
  return JSON.stringify({
    kind: 'rollback', id: plan.releaseId, sha: plan.sha, actor: config.run.actor, run: `${config.run.runId}.${config.run.attempt}`, runUrl: config.run.runUrl,
    at: new Date(deps.clock.now()).toISOString(), previous: record.hosts.get(host)?.before ?? null, migrations: [], backup: null, verdict: record.verdict?.verdict ?? 'off', plan: plan.hash, artifact: null,
  });
}

/**
 * Records the rollback, tidies up, and boots the old code once, as a person would check it: when that alone
 * fails it is a red item and a warning, and the release stays.
 */
async function commitRollback(config: RollbackConfig, fleet: Fleet, plan: Plan, context: ExecutorContext, record: RunRecord, deps: Deps): Promise<void> {
  const item = 'the old code boots on the command line';
  try {
    await onEach(fleet.sessions, batchOf(plan, 'commit'), context, (session) => ({ runtime: { HISTORY_LINE: historyLine(config, plan, record, session.target.name, deps) } }));
    if (config.app === 'laravel') record.checklist.push({ item, good: true });
  } catch (thrown) {
    const onlyChecklist = thrown instanceof FleetFailure && [...thrown.failed.values()].every((error) => error instanceof StepFailure && error.step === CHECKLIST_STEP);
    if (!onlyChecklist) throw thrown;
    record.checklist.push({ item: `${item}: ${thrown.message}`, good: false });
    record.warnings.push(thrown.message);
    deps.log.warning(thrown.message);
  }
}
