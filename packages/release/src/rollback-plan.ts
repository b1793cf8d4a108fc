import { UserError, type ReleaseId, type Sha } from '@ops/shared';
import { laravelScripts } from '@ops/laravel';
import type { RollbackConfig } from './config.ts';
import { restartSteps } from './deploy-plan.ts';
import { completeReleases, expectedFence, type HostFacts } from './facts.ts';
import { factsBatch } from './facts-plan.ts';
import { candidates, schemaAhead, withOrphans, type Candidate } from './history.ts';
import { healthBatch } from './health-adapter.ts';
import { sealPlan, type Plan, type PlannedBatch, type Step } from './plan.ts';
import { scripts } from './scripts.generated.ts';
import { baseValues, beaconValues } from './target-values.ts';

const MINUTE_MS = 60_000;

/** The release to return to, and what stands against it. */
export interface RollbackTarget {
  readonly id: ReleaseId;
  readonly sha: Sha;
  /** Migrations applied after it, newest first; the schema keeps them. */
  readonly ahead: readonly { readonly name: string; readonly classes: readonly string[]; readonly by: ReleaseId }[];
}

/**
 * Candidates that every host has, newest first; refused where any host refuses. When hosts differ, only the newest of
 * what is live counts as live: a rollback that reached some hosts can be run again and goes to the same release. Pure.
 */
export function fleetCandidates(facts: readonly HostFacts[]): readonly Candidate[] {
  const lives = facts.map((one) => (one.current.kind === 'link' ? one.current.id : undefined));
  const [first, ...others] = facts.map((one) => candidates(one.history, completeReleases(one), undefined));
  const order = (first ?? []).map((one) => one.id);
  return (first ?? []).map((candidate, at) => {
    const elsewhere = others.map((list, index) => list.find((one) => one.id === candidate.id) ?? { refused: `${facts[index + 1]?.host ?? ''} does not know it` });
    const live = lives.includes(candidate.id) && lives.every((id) => id === undefined || order.indexOf(id) >= at);
    return { id: candidate.id, sha: candidate.sha, at: candidate.at, refused: live ? 'it is live' : (candidate.refused ?? elsewhere.find((one) => one.refused !== undefined)?.refused) };
  });
}

/** Chooses the release to return to. Throws UserError `no-candidate` or `schema-ahead` with the list of what there is. */
export function chooseTarget(config: Pick<RollbackConfig, 'to' | 'allowSchemaAhead'>, facts: readonly HostFacts[]): RollbackTarget {
  const list = fleetCandidates(facts);
  const named = config.to === undefined ? list : list.filter((one) => matches(one, config.to ?? ''));
  if (config.to !== undefined && new Set(named.map((one) => one.sha)).size > 1) {
    throw new UserError({ reason: 'no-candidate', message: `"${config.to}" is the beginning of more than one commit: ${[...new Set(named.map((one) => one.sha))].join(', ')}.`, remedy: 'Set to: a release id, or more digits of the commit.' });
  }
  // A commit may have been deployed more than once.
  const wanted = named.find((one) => one.refused === undefined) ?? (config.to === undefined ? undefined : named[0]);
  const shown = list.length === 0 ? 'History knows no release on these hosts.' : `Known releases:\n${list.map((one) => `- ${one.id} (commit ${one.sha.slice(0, 7)}, ${one.at}): ${one.refused ?? 'good'}`).join('\n')}`;
  if (wanted === undefined) {
    throw new UserError({ reason: 'no-candidate', message: config.to === undefined ? 'There is no earlier good release to return to.' : `There is no release "${config.to}".`, remedy: `${shown}\nSet to: one of them, or deploy a fixed commit.` });
  }
  // A release that a rollback left may be asked for by name; one that is bad, live or gone may not.
  if (wanted.refused !== undefined && !(config.to !== undefined && wanted.refused.startsWith('a rollback'))) {
    throw new UserError({ reason: 'no-candidate', message: `${wanted.id} cannot be made live: ${wanted.refused}.`, remedy: shown });
  }
  const ahead = schemaAhead(withOrphans(facts[0]?.history ?? [], facts.flatMap((one) => one.migrated)), wanted.id);
  const destructive = ahead.filter((one) => one.classes.some((name) => name === 'breaks-old-code' || name === 'loses-data'));
  if (destructive.length > 0 && !config.allowSchemaAhead) {
    throw new UserError({
      reason: 'schema-ahead',
      message: `The schema is ahead of ${wanted.id} by ${ahead.length} ${ahead.length === 1 ? 'migration' : 'migrations'}, of which ${destructive.length} can break the old code: ${destructive.map((one) => one.name).join(', ')}.`,
      remedy: 'Deploy a fix forward, or set allow-schema-ahead: true if the old code can live with the new schema.',
    });
  }
  return { id: wanted.id, sha: wanted.sha, ahead };
}

function matches(candidate: Candidate, to: string): boolean {
  return candidate.id === to || (/^[0-9a-f]{7,64}$/i.test(to) && candidate.sha.startsWith(to.toLowerCase()));
}

/** Decides a rollback from facts. Pure. One host locks, switches and answers in one batch; several lock first, so that none switches alone. */
export function planRollback(config: RollbackConfig, facts: readonly HostFacts[], target: RollbackTarget, nonce: string): Plan {
  const values = Object.fromEntries(facts.map((one) => [one.host, rollbackValues(config, one, target, nonce)]));
  const batch = (given: Pick<PlannedBatch, 'id' | 'title' | 'steps' | 'reason'> & Partial<PlannedBatch>): PlannedBatch => ({
    scope: 'host', values, runtime: [], secrets: [], critical: true, pointOfNoReturn: false, timeoutMs: 3 * MINUTE_MS, compensations: [], ...given,
  });
  const own = (id: string, title: string, name: keyof typeof scripts): Step => ({ id, title, script: scripts[name] });
  const guard = own('guard', 'compare with the facts', 'guard.sh');
  const go: readonly Step[] = [own('warm', 'meet the new code once', 'warm.sh'), own('switch', 'switch current', 'switch.sh'), own('beacon', 'ask who answers', 'beacon.sh'), ...restartSteps(config)];
  const alone = facts.length === 1;
  const health = healthBatch(config, facts);
  return sealPlan(
    {
      kind: 'rollback',
      releaseId: target.id,
      sha: target.sha,
      runId: config.run.runId,
      hosts: facts.map((one) => one.host),
      once: facts[0]?.host ?? '',
      batches: [
        factsBatch(config, 'light', ''),
        ...(alone ? [] : [batch({ id: 'lock', title: 'lock', reason: 'switch', critical: false, steps: [guard] })]),
        batch({ id: 'switch', title: 'switch', reason: 'switch', pointOfNoReturn: true, steps: alone ? [guard, ...go] : go, compensations: alone ? [] : ['back'] }),
        ...(health === undefined ? [] : [health]),
        batch({ id: 'commit', title: 'commit and tidy', reason: 'no-room', runtime: ['HISTORY_LINE'], steps: [own('commit', 'record the rollback', 'commit.sh'), own('recover', 'remove what an ended run left behind', 'recover.sh'), ...(config.app === 'laravel' ? [{ id: 'lift', title: 'lift the maintenance of an ended run', script: laravelScripts['maintenance-up.sh'] }] : []), ...checklistSteps(config)] }),
      ],
      compensations: alone ? [] : [batch({ id: 'back', title: 'switch back', reason: 'switch', steps: backSteps(config, facts), values: Object.fromEntries(facts.map((one) => [one.host, backValues(config, one, target, nonce)])) })],
      notes: target.ahead.length === 0 ? [] : [`The schema is ahead of this release by ${target.ahead.length}: ${target.ahead.map((one) => one.name).join(', ')}. It stays as it is.`],
    },
    nonce,
  );
}

/** The release that this host served before, if its files can be served again. */
function baseOf(one: HostFacts): ReleaseId | undefined {
  const id = one.current.kind === 'link' ? one.current.id : undefined;
  return id !== undefined && completeReleases(one).has(id) ? id : undefined;
}

/** All hosts or none: when one fails at the switch, each goes back to what it served before. */
function backSteps(config: RollbackConfig, facts: readonly HostFacts[]): readonly Step[] {
  const withBase = facts.filter((one) => baseOf(one) !== undefined).map((one) => one.host);
  const without = facts.filter((one) => baseOf(one) === undefined).map((one) => one.host);
  const onBase: readonly Step[] = [
    { id: 'switch-back', title: 'switch current back', script: scripts['switch.sh'] },
    { id: 'beacon-back', title: 'ask who answers', script: scripts['beacon.sh'] },
    ...restartSteps(config),
  ];
  return [
    ...(withBase.length === 0 ? [] : onBase.map((step) => ({ ...step, only: withBase }))),
    ...(without.length === 0 ? [] : [{ id: 'unpublish', title: 'put back what current was', script: scripts['unpublish.sh'], only: without }]),
  ];
}

function backValues(config: RollbackConfig, one: HostFacts, target: RollbackTarget, nonce: string): Record<string, string> {
  const host = config.hosts.find((candidate) => candidate.name === one.host);
  const base = baseOf(one);
  const values = { ...rollbackValues(config, one, target, nonce), BEFORE_LINK: one.current.kind === 'link' ? one.current.target : '' };
  if (host === undefined || base === undefined) return values;
  return { ...values, ...beaconValues(config, host, base, nonce, true, undefined), BEACON_TRIES: '8', RELEASE_ID: base, RELEASE_DIR: `${host.path}/releases/${base}` };
}

/** The last step of the commit batch; when it fails, the rollback itself is already recorded. */
export const CHECKLIST_STEP = 'smoke';

function checklistSteps(config: RollbackConfig): readonly Step[] {
  return config.app === 'laravel' ? [{ id: CHECKLIST_STEP, title: 'boot the old code', script: laravelScripts['smoke.sh'] }] : [];
}

function rollbackValues(config: RollbackConfig, one: HostFacts, target: RollbackTarget, nonce: string): Record<string, string> {
  const host = config.hosts.find((candidate) => candidate.name === one.host);
  if (host === undefined) throw new Error(`No target is named ${one.host}.`);
  const live = one.current.kind === 'link' ? one.current.id : undefined;
  const beacon = beaconValues(config, host, target.id, nonce, true, undefined);
  return {
    ...baseValues(host, config.run, target, live, config.app === 'laravel' ? config.php : ''),
    ...beacon,
    WARM_URLS: beacon['BEACON_URL'] ?? '',
    BEACON_TRIES: '8',
    RESTART_COMMAND: config.restartCommand ?? '',
    EXPECT_CURRENT: one.current.kind === 'link' ? one.current.target : '',
    EXPECT_FENCE: expectedFence(one),
    JOURNAL_REQUIRED: 'no',
    NEW_ID: `${nonce}-${one.host}`,
    BALLAST: 'yes',
  };
}
