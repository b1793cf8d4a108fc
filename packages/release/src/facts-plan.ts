import { laravelScripts } from '@ops/laravel';
import type { PlannedBatch, Step } from './plan.ts';
import { beaconUrl, loopback } from './target-values.ts';
import { scripts } from './scripts.generated.ts';
import type { TargetConfig } from './config.ts';

/**
 * Steps that read facts. Under the lock everything that decides is read again; what the database has applied
 * is not, because it costs a start of the application and only warns.
 */
export function factSteps(config: Pick<TargetConfig, 'app'>, detail: 'full' | 'light' | 'locked'): readonly Step[] {
  const generic: Step = { id: 'facts', title: 'read what is on the host', script: scripts['facts.sh'] };
  if (detail === 'light') return [generic];
  return [
    generic,
    { id: 'reach', title: 'ask the own web server', script: scripts['reach.sh'] },
    ...(config.app === 'laravel'
      ? [
          { id: 'env', title: 'read key names of .env', script: laravelScripts['env-facts.sh'] },
          ...(detail === 'locked' ? [] : [{ id: 'applied', title: 'read applied migrations of the live release', script: laravelScripts['applied.sh'] }]),
        ]
      : []),
  ];
}

/** Values of the fact steps. */
export function factValues(config: TargetConfig, path: string, detail: 'full' | 'light', artifactKey: string): Record<string, string> {
  const url = config.health.kind === 'gate' ? config.health.hostUrl : undefined;
  return {
    APP: path,
    SHARED: `${path}/shared`,
    CURRENT_DIR: `${path}/current`,
    DETAIL: detail,
    ARTIFACT_KEY: artifactKey,
    PHP: config.app === 'laravel' ? config.php : '',
    RELOAD_COMMAND: config.reloadCommand ?? '',
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
    values: Object.fromEntries(config.hosts.map((target) => [target.name, factValues(config, target.path, detail, artifactKey)])),
    runtime: [],
    secrets: [],
    reason: 'preflight',
    critical: false,
    pointOfNoReturn: false,
    timeoutMs: 60_000,
    compensations: [],
  };
}
