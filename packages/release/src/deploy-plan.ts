import { laravelScripts } from '@ops/laravel';
import type { HostTarget } from '@ops/remote';
import { UserError, type ReleaseId } from '@ops/shared';
import type { DeployConfig, TargetConfig } from './config.ts';
import { expectedFence, foreignLink, safeRelease, type HostFacts } from './facts.ts';
import { factSteps, factsBatch, factValues } from './facts-plan.ts';
import { healthBatch } from './health-adapter.ts';
import { planPrune } from './prune.ts';
import { sealPlan, type Plan, type PlannedBatch, type Step } from './plan.ts';
import { scripts } from './scripts.generated.ts';
import { baseValues, beaconPhp, beaconValues } from './target-values.ts';

/** What a plan is made from besides configuration and facts; none of it is decided later. */
export interface PlanSeed {
  readonly releaseId: ReleaseId;
  /** 32 hex digits. */
  readonly nonce: string;
  /** `undefined` for source git. */
  readonly artifactKey: string | undefined;
}

const MINUTE_MS = 60_000;

/** One step from our own scripts. */
function own(id: string, title: string, name: keyof typeof scripts, only?: readonly string[]): Step {
  return { id, title, script: scripts[name], ...(only === undefined ? {} : { only }) };
}

/**
 * Decides a whole deploy from configuration and facts. Pure: the same arguments give the same plan, and the
 * dry run prints what the real run executes.
 */
export function planDeploy(config: DeployConfig, facts: readonly HostFacts[], seed: PlanSeed): Plan {
  const migrateHost = onceHost(config, facts);
  const values = (host: string): Record<string, string> => hostValues(config, facts, seed, host);
  const perHost = Object.fromEntries(facts.map(({ host }) => [host, values(host)]));
  const batch = (given: Pick<PlannedBatch, 'id' | 'title' | 'steps' | 'reason'> & Partial<PlannedBatch>): PlannedBatch => ({
    scope: 'host', values: perHost, runtime: [], secrets: [], critical: false, pointOfNoReturn: false, timeoutMs: 5 * MINUTE_MS, compensations: [], ...given,
  });
  const laravel = config.app === 'laravel';
  const migrates = config.migrate === 'auto' && (laravel || config.migrateCommand !== undefined);
  const health = healthBatch(config, facts);
  const down = config.maintenance.kind === 'always' && laravel;
  return sealPlan(
    {
      kind: 'deploy',
      releaseId: seed.releaseId,
      sha: config.sha,
      runId: config.run.runId,
      hosts: facts.map(({ host }) => host),
      once: migrateHost,
      batches: [
        factsBatch(config, 'full', seed.artifactKey ?? ''),
        batch({
          id: 'recover', title: 'lock, recover, facts', reason: 'preflight',
          steps: [own('recover', 'remove what an ended run left behind', 'recover.sh'), ...(laravel ? [{ id: 'lift', title: 'lift the maintenance of an ended run', script: laravelScripts['maintenance-up.sh'] }] : []), ...factSteps(config, 'locked')],
          values: Object.fromEntries(facts.map((one) => [one.host, { ...factValues(config, targetOf(config, one.host), 'full', seed.artifactKey ?? ''), ...values(one.host), EXPECT_FENCE: expectedFence(one) }])),
        }),
        batch({ id: 'stage', title: 'stage', reason: 'stage', steps: stageSteps(config, migrateHost), timeoutMs: 30 * MINUTE_MS, secrets: config.source.kind === 'git' && config.source.deployKey !== undefined ? ['DEPLOY_KEY'] : [], compensations: ['drop'] }),
        ...(laravel && migrates && config.destructive !== 'allow' ? [batch({ id: 'pending-text', title: 'read pending migrations', scope: 'once', reason: 'migrate', quiet: true, runtime: ['PENDING'], condition: 'when migrations are pending whose files the job does not have', steps: [own('pending-text', 'read the text of pending migrations', 'pending-text.sh')] })] : []),
        ...(down ? [batch({ id: 'down', title: 'maintenance on', reason: 'migrate', steps: [{ id: 'down', title: 'maintenance on', script: laravelScripts['maintenance-down.sh'] }], compensations: ['up'], secrets: config.maintenance.kind === 'always' && config.maintenance.secret !== undefined ? ['MAINTENANCE_SECRET'] : [] })] : []),
        ...(migrates ? [batch({ id: 'migrate', title: 'migrate', scope: 'once', reason: 'migrate', critical: true, timeoutMs: 60 * MINUTE_MS, runtime: config.migrateCommand === undefined ? ['MIGRATED_AT', 'MIGRATION_CLASSES'] : [], condition: 'when migrations are pending', steps: migrateSteps(config) })] : []),
        batch({ id: 'switch', title: 'switch', reason: 'switch', critical: true, pointOfNoReturn: true, timeoutMs: 3 * MINUTE_MS, steps: switchSteps(config, down), compensations: ['back'] }),
        ...(health === undefined ? [] : [health]),
        batch({ id: 'commit', title: 'commit and prune', reason: 'no-room', critical: true, runtime: ['HISTORY_LINE'], steps: [own('commit', 'record the release', 'commit.sh'), own('prune', 'remove old releases', 'prune.sh')] }),
      ],
      compensations: [
        batch({ id: 'drop', title: 'drop the stage', reason: 'stage', steps: [own('drop', 'remove the staged release', 'drop.sh')] }),
        ...(down ? [batch({ id: 'up', title: 'maintenance off', reason: 'migrate', critical: true, steps: [{ id: 'up', title: 'maintenance off', script: laravelScripts['maintenance-up.sh'] }] })] : []),
        backBatch(config, facts, seed, batch, down),
        batch({ id: 'mark-bad', title: 'mark the release bad', reason: 'no-room', runtime: ['HISTORY_LINE'], critical: true, steps: [own('mark-bad', 'record that the release failed', 'commit.sh')] }),
      ],
      notes: notesOf(config, facts),
    },
    seed.nonce,
  );
}

/**
 * `once` runs on the first host of this run, by name, with the role migrate. Throws UserError `connect` when hosts
 * have the role and all of them were left out: the new code must not go live without its migrations.
 */
export function onceHost(config: Pick<DeployConfig, 'hosts'>, facts: readonly HostFacts[]): string {
  const here = config.hosts.filter((target) => facts.some((one) => one.host === target.name));
  const able = config.hosts.filter((target) => target.roles.includes('migrate'));
  const found = here.find((target) => able.includes(target)) ?? (able.length === 0 ? here[0] : undefined);
  if (found !== undefined) return found.name;
  throw new UserError({ reason: 'connect', message: `${able.map((target) => target.name).join(', ')} cannot be reached, and no other host has the role migrate, so migrations could not run; nothing was changed.`, remedy: 'Bring it back, or give the role migrate to another host.' });
}

function targetOf(config: DeployConfig, host: string): HostTarget {
  const target = config.hosts.find((one) => one.name === host);
  if (target === undefined) throw new Error(`No target is named ${host}.`);
  return target;
}

function hostValues(config: DeployConfig, facts: readonly HostFacts[], seed: PlanSeed, host: string): Record<string, string> {
  const target = config.hosts.find((one) => one.name === host);
  const own_ = facts.find((one) => one.host === host);
  if (target === undefined || own_ === undefined) throw new Error(`No target is named ${host}.`);
  const previous = safeRelease(own_);
  const reachable = (own_.raw.get('reach') ?? 'ok').startsWith('ok');
  const children = Number(own_.raw.get('fpm.max-children'));
  const prune = planPrune(own_, { id: seed.releaseId, artifact: seed.artifactKey }, previous, config.keepReleases);
  return {
    ...baseValues(target, config.run, { id: seed.releaseId, sha: config.sha }, previous, config.app === 'laravel' ? config.php : ''),
    ...beaconValues(config, target, seed.releaseId, seed.nonce, reachable, Number.isInteger(children) ? children : undefined),
    NEW_ID: `${seed.nonce}-${host}`,
    ARTIFACT_KEY: seed.artifactKey ?? '',
    ...(config.source.kind === 'git' ? { REPOSITORY: config.source.repository, GIT_KNOWN_HOSTS: config.source.knownHosts, APP_ROOT: config.appRoot, EXCLUDE: config.exclude.join('\n') } : {}),
    SHARED_PATHS: config.shared.join('\n'),
    STORAGE_LINK: config.app === 'laravel' && config.shared.includes('storage') ? 'yes' : 'no',
    COMPOSER: config.composer,
    COMPOSER_FLAGS: config.composerFlags.join('\n'),
    BUILD_COMMAND: config.buildCommand ?? '',
    SMOKE_COMMAND: config.smokeCommand ?? '',
    MIGRATE_COMMAND: config.migrateCommand ?? '',
    RESTART_COMMAND: config.restartCommand ?? '',
    DB_LOCK_WAIT_SECONDS: String(config.databaseLockWaitSeconds),
    ...(config.maintenance.kind === 'always' ? { MAINTENANCE_RENDER: config.maintenance.render ?? '', MAINTENANCE_RETRY: String(config.maintenance.retrySeconds), ...(config.maintenance.secret === undefined ? { MAINTENANCE_SECRET: '' } : {}) } : {}),
    BEACON: config.beacon ?? '',
    BEACON_PHP: config.beacon === undefined ? '' : beaconPhp(seed.releaseId),
    COMPLETE_JSON: JSON.stringify({ id: seed.releaseId, sha: config.sha, artifact: seed.artifactKey ?? null, run: `${config.run.runId}.${config.run.attempt}` }),
    PRUNE_RELEASES: prune.releases.join('\n'),
    KEEP_ARTIFACTS: prune.keepArtifacts.join('\n'),
    BALLAST: 'yes',
    BEFORE_LINK: foreignLink(own_) ?? '',
  };
}

/** A command of the user as a step; its text comes from the value `<NAME>_COMMAND`. */
function commandStep(id: 'build' | 'smoke' | 'migrate' | 'restart'): Step {
  const title = { build: 'run build-command', smoke: 'run smoke-command', migrate: 'run migrate-command', restart: 'run restart-command' }[id];
  const reason = { build: 'stage', smoke: 'smoke', migrate: 'migrate', restart: 'switch' }[id];
  return { id: `${id}-command`, title, script: `COMMAND=$${id.toUpperCase()}_COMMAND COMMAND_NAME=${id}-command COMMAND_REASON=${reason}\n${scripts['command.sh']}` };
}

function stageSteps(config: DeployConfig, migrateHost: string): readonly Step[] {
  const laravel = config.app === 'laravel';
  const layer = (id: string, title: string, name: keyof typeof laravelScripts, only?: readonly string[]): Step => ({ id, title, script: laravelScripts[name], ...(only === undefined ? {} : { only }) });
  return [
    ...(config.source.kind === 'git'
      ? [own('git-stage', 'fetch and unpack the commit', 'git-stage.sh')]
      : [own('artifact', 'check and keep the artifact', 'artifact.sh'), own('extract', 'unpack the artifact', 'extract.sh')]),
    own('link', 'link shared paths', 'link.sh'),
    ...(laravel ? [layer('composer', 'composer install when there is no vendor', 'composer.sh')] : []),
    ...(config.buildCommand === undefined ? [] : [commandStep('build')]),
    ...(laravel ? [layer('caches', 'build caches', 'caches.sh'), { ...layer('smoke', 'boot the new code', 'smoke.sh'), group: 'check' }] : []),
    ...(laravel && config.migrate === 'auto' ? [{ ...layer('pending', 'read pending migrations', 'pending.sh', [migrateHost]), group: 'check' }] : []),
    ...(config.smokeCommand === undefined ? [] : [commandStep('smoke')]),
    own('complete', 'mark the release complete', 'complete.sh'),
  ];
}

function migrateSteps(config: DeployConfig): readonly Step[] {
  return config.migrateCommand === undefined ? [{ id: 'migrate', title: 'run migrations', script: laravelScripts['migrate.sh'] }] : [commandStep('migrate')];
}

function switchSteps(config: DeployConfig, down: boolean): readonly Step[] {
  return [
    own('warm', 'meet the old code once', 'warm.sh'),
    own('switch', 'switch current', 'switch.sh'),
    ...(down ? [{ id: 'up', title: 'maintenance off', script: laravelScripts['maintenance-up.sh'] }] : []),
    ...restartSteps(config),
    own('beacon', 'ask who answers', 'beacon.sh'),
  ];
}

/** How workers learn of the new code. */
export function restartSteps(config: Pick<TargetConfig, 'app' | 'restartCommand'>): readonly Step[] {
  if (config.restartCommand !== undefined) return [commandStep('restart')];
  return config.app === 'laravel' ? [{ id: 'workers', title: 'restart workers', script: laravelScripts['workers.sh'] }] : [];
}

function backBatch(config: DeployConfig, facts: readonly HostFacts[], seed: PlanSeed, batch: (given: Pick<PlannedBatch, 'id' | 'title' | 'steps' | 'reason'> & Partial<PlannedBatch>) => PlannedBatch, down: boolean): PlannedBatch {
  const withBase = facts.filter((one) => safeRelease(one) !== undefined).map(({ host }) => host);
  const without = facts.filter((one) => safeRelease(one) === undefined).map(({ host }) => host);
  const values = Object.fromEntries(facts.map((one) => {
    const previous = safeRelease(one);
    const all = hostValues(config, facts, seed, one.host);
    if (previous === undefined) return [one.host, all];
    return [one.host, { ...all, ...beaconValues(config, targetOf(config, one.host), previous, seed.nonce, (one.raw.get('reach') ?? 'ok').startsWith('ok'), undefined), RELEASE_ID: previous, RELEASE_DIR: `${targetOf(config, one.host).path}/releases/${previous}` }];
  }));
  return batch({
    id: 'back', title: 'switch back', reason: 'switch', critical: true, timeoutMs: 3 * MINUTE_MS, values,
    steps: [
      ...(withBase.length === 0 ? [] : [own('switch-back', 'switch current back', 'switch.sh', withBase)]),
      ...(without.length === 0 ? [] : [own('unpublish', 'take the first release off', 'unpublish.sh', without)]),
      ...(down ? [{ id: 'up', title: 'maintenance off', script: laravelScripts['maintenance-up.sh'] }] : []),
      ...(withBase.length === 0 ? [] : restartSteps(config).map((step) => ({ ...step, only: withBase }))),
      ...(withBase.length === 0 ? [] : [own('beacon-back', 'ask who answers', 'beacon.sh', withBase)]),
    ],
  });
}

function notesOf(config: DeployConfig, facts: readonly HostFacts[]): readonly string[] {
  const driver = facts.find((one) => one.host === onceHost(config, facts))?.raw.get('live.driver');
  return [
    config.app === 'laravel' && config.migrate === 'auto' ? 'Migrations: unknown until staged.' : 'Migrations: not part of this deploy.',
    ...(driver === 'mysql' || driver === 'mariadb' || driver === 'sqlite' ? [`A failed migration is not undone by ${driver}: statements before the failure stay.`] : []),
    ...facts.flatMap((one) => (safeRelease(one) === undefined ? [`${one.host}: first deploy; if it is not healthy ${foreignLink(one) === undefined ? 'nothing will be live' : `current will point to ${foreignLink(one) ?? ''} again`}.`] : [])),
    ...facts.flatMap((one) => (one.unverified ? [`${one.host}: the live release was never judged (its run died); a switch back goes to ${safeRelease(one) ?? 'nothing'}.`] : [])),
  ];
}
