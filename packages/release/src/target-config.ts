import { checksFromInputs, healthPolicyFromInputs } from '@ops/health';
import { parseHosts, type SshOptions } from '@ops/remote';
import type { Deps, InputsOf } from '@ops/shared';
import type { TargetConfig } from './config.ts';
import type { targetInputs } from './target-inputs.ts';
import type { HealthConfig } from './verdict.ts';

export type TargetInputs = InputsOf<typeof targetInputs>;

/**
 * The part of the configuration that deploy and rollback share. What is wrong between inputs is added to
 * `problems` as sentences with an example; the result is undefined when no configuration can be made.
 */
export function targetConfig(inputs: TargetInputs, deps: Deps, problems: string[]): (TargetConfig & { readonly ssh: SshOptions }) | undefined {
  const parsed = parseHosts(inputs.hosts, inputs.path);
  if (!parsed.ok) problems.push(...parsed.errors);
  const targets = parsed.ok ? parsed.targets : [];
  const remote = targets.some((target) => target.address.kind === 'ssh');
  if (remote && inputs['ssh-key'] === undefined) problems.push('ssh-key: is needed for ssh hosts. Example: ssh-key: ${{ secrets.DEPLOY_KEY }}');
  if (inputs.beacon !== 'none' && !/^[A-Za-z0-9][\w.-]*\.php$/.test(inputs.beacon)) problems.push(`beacon: "${inputs.beacon}" must be the name of a .php file, or none. Example: ops-release.php`);
  const health = healthConfig(inputs, deps, problems);
  if (health === undefined) return undefined;
  const { context } = deps;
  return {
    environment: inputs.environment,
    app: inputs.app,
    hosts: targets,
    run: { runId: context.runId, attempt: context.runAttempt, actor: context.actor, runUrl: context.runUrl },
    php: inputs.php,
    restartCommand: inputs['restart-command'],
    reloadCommand: inputs['reload-command'],
    lockWaitMs: inputs['lock-timeout'],
    beacon: inputs.beacon === 'none' || inputs.app === 'generic' ? undefined : inputs.beacon,
    health,
    batch: inputs.batch,
    canary: inputs.canary,
    dryRun: inputs['dry-run'],
    ssh: { key: inputs['ssh-key'], knownHosts: inputs['known-hosts'], bastion: inputs.bastion, connectTimeoutMs: inputs['connect-timeout'] },
  };
}

function healthConfig(inputs: TargetInputs, deps: Deps, problems: string[]): HealthConfig | undefined {
  if (inputs.health === 'none') return { kind: 'none' };
  if (inputs['health-url'] === undefined && inputs.checks === undefined) {
    problems.push('health-url: is needed, or checks, or health: none if nobody shall look whether the release works. Example: health-url: https://www.example.com/api/health');
    return undefined;
  }
  const checks = checksFromInputs(inputs, deps, problems);
  const first = checks[0];
  if (first === undefined) return undefined;
  const wish = inputs['host-health-url'];
  if (wish !== undefined && wish !== 'none' && !/^https?:\/\//.test(wish)) problems.push(`host-health-url: "${wish}" must be an http or https address, or none. Example: http://127.0.0.1:8080/api/health`);
  const hostUrl = wish === 'none' ? undefined : (wish ?? first.url);
  return { kind: 'gate', checks, policy: healthPolicyFromInputs(inputs), hostUrl: hostUrl === undefined ? undefined : withPath(hostUrl, inputs.app) };
}

/** A bare origin gets the path where the application's health route usually lives. */
function withPath(url: string, app: 'laravel' | 'generic'): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.pathname === '/' && app === 'laravel') parsed.pathname = '/api/health';
  return parsed.href;
}
