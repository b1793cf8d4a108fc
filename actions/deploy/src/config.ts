import { isAbsolute, join } from 'node:path';
import { inputError, targetConfig, type DeployConfig, type Source } from '@ops/release';
import type { SshOptions } from '@ops/remote';
import type { Deps } from '@ops/shared';
import type { DeployInputs } from './inputs.ts';
import { resolveRef } from './ref.ts';

export type ActionConfig = DeployConfig & { readonly ssh: SshOptions };

/** Turns the inputs into the configuration of a deploy. Rules that join several inputs are checked here, all at once. */
export async function deployConfig(inputs: DeployInputs, deps: Deps): Promise<ActionConfig> {
  const problems: string[] = [];
  const target = targetConfig(inputs, deps, problems);
  const source = sourceOf(inputs, deps, problems);
  if (inputs.backup === 'never' && inputs['backup-reason'] === undefined) problems.push('backup-reason: is needed with backup: never. Example: backup-reason: dumped by the step before');
  if (inputs['backup-id'] !== undefined && (inputs.stores ?? []).length === 0) problems.push('stores: is needed with backup-id, to look whether that backup is there and proven. Example: stores: s3://acme-backups/shop');
  const shared = inputs.shared ?? (inputs.app === 'laravel' ? ['.env', 'storage'] : []);
  for (const path of [...shared, inputs['app-root']]) if (isAbsolute(path) || path.split('/').includes('..')) problems.push(`${shared.includes(path) ? 'shared' : 'app-root'}: "${path}" must be a relative path without .. inside the application. Example: storage`);
  for (const name of inputs.exclude) if (name.startsWith('-')) problems.push(`exclude: "${name}" must not begin with a hyphen. Example: tests`);
  if (problems.length > 0 || target === undefined || source === undefined) throw inputError(problems);
  return {
    ...target,
    source,
    appRoot: inputs['app-root'],
    sha: await resolveRef(inputs.ref ?? deps.context.sha, source, deps),
    exclude: inputs.exclude,
    shared,
    keepReleases: inputs['keep-releases'],
    composer: inputs.composer,
    composerFlags: inputs['composer-flags'].split(/\s+/).filter((flag) => flag !== ''),
    buildCommand: inputs['build-command'],
    migrateCommand: inputs['migrate-command'],
    smokeCommand: inputs['smoke-command'],
    migrate: inputs.migrate,
    destructive: inputs['destructive-migrations'],
    databaseLockWaitSeconds: Math.ceil(inputs['lock-wait-timeout'] / 1000),
    backup: inputs.backup === 'never' ? { kind: 'never', reason: inputs['backup-reason'] ?? '' }
      : inputs['backup-id'] === undefined ? { kind: 'auto' } : { kind: 'id', id: inputs['backup-id'], maxAgeMs: inputs['backup-max-age'] },
    maintenance: inputs.maintenance === 'always'
      ? { kind: 'always', render: inputs['maintenance-render'], retrySeconds: inputs['maintenance-retry'], secret: inputs['maintenance-secret'] }
      : { kind: 'never' },
    maxUnavailable: inputs['max-unavailable'],
    whenInconclusive: inputs['when-inconclusive'],
  };
}

function sourceOf(inputs: DeployInputs, deps: Deps, problems: string[]): Source | undefined {
  if (inputs.source !== 'git') {
    for (const name of ['repository', 'deploy-key'] as const) if (inputs[name] !== undefined) problems.push(`${name}: is only used with source: git. Remove it, or set source: git. Example: source: git`);
    return { kind: 'artifact', path: isAbsolute(inputs.source) ? inputs.source : join(deps.context.workspace, inputs.source) };
  }
  const repository = inputs.repository ?? (deps.context.serverUrl === '' ? undefined : `${deps.context.serverUrl}/${deps.context.repository}.git`);
  if (repository === undefined || repository.startsWith('-') || !/^(?:https:\/\/|ssh:\/\/|file:\/\/|\/|[\w.-]+@[\w.-]+:)/.test(repository)) {
    problems.push('repository: must be an https, ssh or git@host: address. Example: git@github.com:acme/shop.git');
    return undefined;
  }
  if (URL.canParse(repository) && new URL(repository).password !== '') {
    problems.push('repository: must not carry a password or token, because addresses show in logs and process lists; give deploy-key. Example: git@github.com:acme/shop.git');
    return undefined;
  }
  return { kind: 'git', repository, deployKey: inputs['deploy-key'], knownHosts: inputs['known-hosts'] ?? '' };
}
