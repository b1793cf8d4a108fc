import { checkOf, gate, gateObservations, hostProbe, probe, type Check, type GatePolicy, type GateResult, type HostProbe } from '@ops/health';
import type { Clock, Deps, ReleaseId, Secret } from '@ops/shared';
import type { TargetConfig } from './config.ts';
import type { HostFacts } from './facts.ts';
import type { PlannedBatch } from './plan.ts';
import { askedUrl, beaconAnswer, beaconUrl } from './target-values.ts';
import type { HealthConfig, HealthVerdict } from './verdict.ts';

type Gate = Extract<HealthConfig, { readonly kind: 'gate' }>;

/** One loop on the host is at most this long; the caller asks again until the policy's own deadline. */
const HOST_LOOP_MS = 45_000;
const HOST_INTERVAL_MS = 500;
const BEACON_ASKS = 8;

/** What a host said of itself. */
export interface HostLook {
  readonly host: string;
  readonly pass: boolean;
  readonly reason: string;
  readonly sentence: string;
  readonly remedy?: string;
}

/** The first check, asked at the host's own address. */
function hostCheck(health: Gate, url: string): Check {
  const [first] = health.checks;
  return { ...(first ?? checkOf({ url })), url };
}

function hostProbeOf(health: Gate, url: string, host: string, php: string): HostProbe {
  const local = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
  return hostProbe(hostCheck(health, url), {
    from: host,
    successes: Math.max(1, health.policy.stable.rounds),
    intervalMs: Math.min(HOST_INTERVAL_MS, health.policy.intervalMs),
    deadlineMs: Math.min(HOST_LOOP_MS, health.policy.timeoutMs),
    php: php === '' ? 'php' : php,
    ...(local ? {} : { connectTo: '127.0.0.1' }),
  });
}

/** Hosts that could ask their own web server before the switch. */
export function canAskItself(facts: HostFacts): boolean {
  return (facts.raw.get('reach') ?? 'ok').startsWith('ok');
}

/** The batch in which hosts ask themselves; undefined when health is off or no host can. */
export function healthBatch(config: TargetConfig, facts: readonly HostFacts[]): PlannedBatch | undefined {
  const { health } = config;
  if (health.kind === 'none' || health.hostUrl === undefined) return undefined;
  const url = health.hostUrl;
  const able = facts.filter((one) => canAskItself(one) && config.hosts.some((target) => target.name === one.host && askedUrl(config, target) !== undefined));
  if (able.length === 0) return undefined;
  const probes = able.map((one) => [one.host, hostProbeOf(health, url, one.host, config.php)] as const);
  const [, first] = probes[0] ?? [];
  if (first === undefined) return undefined;
  return {
    id: 'health',
    title: 'health on the host',
    scope: 'host',
    steps: [{ id: 'health', title: 'ask the own web server until it is healthy', script: first.script }],
    values: Object.fromEntries(probes.map(([host, one]) => {
      const path = config.hosts.find((target) => target.name === host)?.path ?? '';
      return [host, { ...one.values, APP: path }];
    })),
    runtime: [],
    secrets: Object.keys(first.secrets),
    reason: 'status',
    critical: false,
    pointOfNoReturn: false,
    timeoutMs: HOST_LOOP_MS + 30_000,
    compensations: [],
    quiet: true,
  };
}

/** Credentials of the host's health request; they travel apart from the plan. */
export function healthSecrets(config: TargetConfig): Readonly<Record<string, Secret>> {
  const { health } = config;
  return health.kind === 'none' || health.hostUrl === undefined ? {} : hostProbeOf(health, health.hostUrl, '', config.php).secrets;
}

/** Judges what a host's probe loop printed, with the same code as the runner's gate. */
export function judgeOnHost(host: string, lines: readonly string[], config: TargetConfig, clock: Clock): HostLook {
  const { health } = config;
  if (health.kind === 'none' || health.hostUrl === undefined) return { host, pass: true, reason: '', sentence: 'not judged' };
  const observations = hostProbeOf(health, health.hostUrl, host, config.php).parse(lines.join('\n'));
  const check = hostCheck(health, health.hostUrl);
  // On the host only the streak at the end counts; the deadline is the caller's.
  const policy: GatePolicy = { ...health.policy, stable: { rounds: Math.max(1, health.policy.stable.rounds), ms: 0 }, failureLimit: 0, failFastOn: [] };
  if (observations.length === 0) return { host, pass: false, reason: 'timeout', sentence: `the host printed no answer of its own web server by ${new Date(clock.now()).toISOString()}.` };
  const result = gateObservations(check, observations, policy);
  return { host, pass: result.verdict === 'pass', reason: result.reason, sentence: result.sentence, ...(result.remedy === undefined ? {} : { remedy: result.remedy }) };
}

/** Asks the public address from the runner. */
export async function askFromRunner(health: Gate, deps: Pick<Deps, 'clock' | 'random' | 'env' | 'log' | 'signal'>): Promise<HealthVerdict> {
  const result: GateResult = await gate(health.checks, health.policy, deps, deps.signal);
  const verdict = result.verdict === 'pass' || result.verdict === 'inconclusive' ? result.verdict : 'fail';
  return {
    verdict,
    reason: verdict === 'pass' ? '' : result.reason,
    sentence: result.sentence,
    ...(result.remedy === undefined ? {} : { remedy: result.remedy }),
    from: ['runner'],
    evidence: [{ from: 'runner', sentence: result.sentence }],
  };
}

/**
 * Asks the beacon through the public address, for hosts that could not ask themselves. `stale`: another
 * release answered. With several hosts behind one address this proves the address, not each host.
 */
export async function identityFromRunner(config: TargetConfig, release: ReleaseId, nonce: string, deps: Pick<Deps, 'clock' | 'random' | 'env' | 'signal'>): Promise<'proven' | 'not-proven' | 'stale'> {
  const { health } = config;
  const [first] = health.kind === 'gate' ? health.checks : [];
  if (first === undefined || config.beacon === undefined) return 'not-proven';
  const expected = `ops-release ${beaconAnswer(release, nonce)}`;
  const check = checkOf({ url: beaconUrl(first.url, config.beacon, nonce), preset: 'status', transport: { ...first.transport, cacheBuster: true }, headers: first.headers });
  let good = 0;
  for (let asked = 0; asked < BEACON_ASKS; asked += 1) {
    const seen = await probe(check, deps, deps.signal);
    const body = seen.kind === 'answer' ? seen.body.trim() : '';
    if (body === expected) good += 1;
    else if (/^ops-release [0-9a-f]{64}$/.test(body)) return 'stale';
  }
  return good === BEACON_ASKS ? 'proven' : 'not-proven';
}
