import { laravelScripts } from '@ops/laravel';
import type { HostTarget } from '@ops/remote';
import type { PlannedBatch, Step } from './plan.ts';
import { askedUrl, beaconUrl, loopback } from './target-values.ts';
import { scripts } from './scripts.generated.ts';
import type { TargetConfig } from './config.ts';

/** Under the lock the steps answer nothing when no other run came in between: then the first look still holds. */
const UNLESS_UNCHANGED = '[ "${FENCE:-0}" != "$EXPECT_FENCE" ] || exit 0\n';

/**
 * Steps that read facts. The second look, under the lock, reads again only when the journal's counter says
 * that another run came in between. What the database has applied is read once, beside the rest, because it
 * starts the application and only warns.
 */
export function factSteps(config: Pick<TargetConfig, 'app'>, detail: 'full' | 'light' | 'locked'): readonly Step[] {
  const step = (id: string, title: string, script: string): Step => ({ id, title, script: detail === 'locked' ? `${UNLESS_UNCHANGED}${script}` : script, ...(detail === 'full' ? { group: 'look' } : {}) });
  const generic = step('facts', 'read what is on the host', scripts['facts.sh']);
  if (detail === 'light') return [generic];
  return [
    ...(detail === 'full' && config.app === 'laravel' ? [step('applied', 'read applied migrations of the live release', laravelScripts['applied.sh'])] : []),
    generic,
    step('reach', 'ask the own web server', scripts['reach.sh']),
    ...(config.app === 'laravel' ? [step('env', 'read key names of .env', laravelScripts['env-facts.sh'])] : []),
  ];
}

/** Values of the fact steps. */
export function factValues(config: TargetConfig, target: HostTarget, detail: 'full' | 'light', artifactKey: string): Record<string, string> {
  const { path } = target;
  const url = askedUrl(config, target);
  return {
    APP: path,
    SHARED: `${path}/shared`,
    CURRENT_DIR: `${path}/current`,
    DETAIL: detail,
    ARTIFACT_KEY: artifactKey,
    PHP: config.app === 'laravel' ? config.php : '',
    RELOAD_COMMAND: target.roles.includes('web') ? (config.reloadCommand ?? '') : '',
    // The beacon runs no code of the application, so asking it writes nothing, not even a cache entry.
    HOST_URL: url === undefined ? '' : config.beacon === undefined ? url : beaconUrl(url, config.beacon, 'reach'),
    HOST_RESOLVE: loopback(url),
  };
}

/** The first look: no lock, nothing written, so it is also what a dry run executes. */
export function factsBatch(config: TargetConfig, detail: 'full' | 'light', artifactKey: string): PlannedBatch {
  return {
    id: 'facts',
    title: 'facts',
    scope: 'host',
    steps: factSteps(config, detail),
    values: Object.fromEntries(config.hosts.map((target) => [target.name, factValues(config, target, detail, artifactKey)])),
    runtime: [],
    secrets: [],
    reason: 'preflight',
    critical: false,
    pointOfNoReturn: false,
    timeoutMs: 60_000,
    compensations: [],
  };
}
