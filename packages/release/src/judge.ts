import type { Session } from '@ops/remote';
import { UserError, type Deps, type ReleaseId } from '@ops/shared';
import type { TargetConfig } from './config.ts';
import type { ExecutorContext } from './executor.ts';
import { onEach, type Answers } from './fleet.ts';
import { askFromRunner, healthSecrets, identityFromRunner, judgeOnHost, type HostLook } from './health-adapter.ts';
import type { PlannedBatch } from './plan.ts';
import type { RunRecord } from './record.ts';
import type { HealthVerdict } from './verdict.ts';

const HOST_RETRY_MS = 2_000;

/** What judging needs of a run. */
export interface JudgeIo {
  readonly deps: Pick<Deps, 'clock' | 'random' | 'env' | 'log' | 'signal'>;
  readonly context: ExecutorContext;
  /** The planned health batch, or undefined when no host can ask itself. */
  readonly batch: PlannedBatch | undefined;
  /** Hosts whose own web server answered before the switch. */
  readonly reachable: ReadonlySet<string>;
}

/** A verdict that is not good enough to stay live. */
export class VerdictFailure extends UserError {
  readonly verdict: HealthVerdict;

  constructor(verdict: HealthVerdict) {
    super({ reason: verdict.reason, message: verdict.sentence, ...(verdict.remedy === undefined ? {} : { remedy: verdict.remedy }) });
    this.name = 'VerdictFailure';
    this.verdict = verdict;
  }
}

/**
 * Judges hosts by what their own web server answers. Looks again until the policy's deadline: a probe loop on
 * the host counts good status codes, and a body that contradicts its code is asked for again.
 */
export async function judgeHosts(sessions: readonly Session[], config: TargetConfig, io: JudgeIo): Promise<HealthVerdict | undefined> {
  const { health } = config;
  const { batch } = io;
  if (health.kind === 'none' || batch === undefined) return undefined;
  const deadline = io.deps.clock.monotonic() + health.policy.timeoutMs;
  let waiting = sessions.filter((session) => io.reachable.has(session.target.name) && batch.values[session.target.name] !== undefined);
  if (waiting.length === 0) return undefined;
  const asked = waiting.map((session) => session.target.name);
  const good: HostLook[] = [];
  for (;;) {
    const answers: Answers = await onEach(waiting, batch, io.context, () => ({ signal: io.deps.signal, secrets: healthSecrets(config) }));
    const looks = waiting.map((session) => judgeOnHost(session.target.name, answers.get(session.target.name)?.marks.foreign ?? [], config, io.deps.clock));
    good.push(...looks.filter((look) => look.pass));
    const bad = looks.filter((look) => !look.pass);
    if (bad.length === 0) {
      return { verdict: 'pass', reason: '', sentence: `${asked.join(', ')}: ${good[0]?.sentence ?? 'healthy'}`, from: asked, evidence: good.map((look) => ({ from: look.host, sentence: look.sentence })) };
    }
    const [worst] = bad;
    if (worst !== undefined && io.deps.clock.monotonic() + HOST_RETRY_MS >= deadline) {
      return { verdict: 'fail', reason: worst.reason, sentence: `${worst.host}: ${worst.sentence}`, ...(worst.remedy === undefined ? {} : { remedy: worst.remedy }), from: bad.map((look) => look.host), evidence: [...bad, ...good].map((look) => ({ from: look.host, sentence: look.sentence })) };
    }
    waiting = waiting.filter((session) => bad.some((look) => look.host === session.target.name));
    await io.deps.clock.sleep(HOST_RETRY_MS, io.deps.signal);
  }
}

/** Judges a wave of hosts and throws VerdictFailure when it is not good. */
export async function requireHealthyHosts(sessions: readonly Session[], config: TargetConfig, record: RunRecord, io: JudgeIo): Promise<void> {
  const verdict = await judgeHosts(sessions, config, io);
  record.looks.push(...(verdict?.evidence ?? []));
  if (verdict !== undefined && verdict.verdict !== 'pass') throw new VerdictFailure(verdict);
}

/**
 * The verdict on the whole fleet through the public address, after all hosts were judged. Identity that no
 * host could prove by itself is asked for there as well.
 */
export async function judgeFleet(config: TargetConfig, release: ReleaseId, record: RunRecord, io: JudgeIo): Promise<HealthVerdict> {
  if (config.health.kind === 'none') {
    return { verdict: 'off', reason: '', sentence: 'Health was not judged: health is none.', from: [], evidence: [] };
  }
  const verdict = await askFromRunner(config.health, io.deps);
  const unproven = [...record.hosts.values()].filter((host) => host.live === release && host.identity === 'not-proven' && !io.reachable.has(host.host));
  // A host that was left out may still serve the old release behind the same address.
  const behind = [...record.hosts.values()].some((host) => host.state.startsWith('behind'));
  if (verdict.verdict !== 'pass' || unproven.length === 0 || behind) return verdict;
  const identity = await identityFromRunner(config, release, io.context.nonce, io.deps);
  if (identity === 'stale') {
    return { ...verdict, verdict: 'fail', reason: 'stale-code', sentence: 'After the switch the public address still answers with the old code, from a stale opcache or from a host that was not switched.' };
  }
  if (identity === 'proven') for (const host of unproven) host.identity = 'proven';
  return verdict;
}
