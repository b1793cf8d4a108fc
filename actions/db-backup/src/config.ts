import { decideBackup, notifyFromInputs, Problems, type BackupConfig, type NotifyConfig, type Workers } from '@ops/backup';
import { parseHosts, prepareSsh, type HostTarget, type SshAccess } from '@ops/remote';
import { inputsError, UserError, type Deps } from '@ops/shared';
import type { BackupInputs } from './inputs.ts';

export interface RunConfig {
  readonly config: BackupConfig;
  readonly notify: NotifyConfig;
}

/** Turns the inputs of db-backup into a decided backup and whoever hears of it. Throws ONE UserError that lists everything wrong. */
export async function runConfig(inputs: BackupInputs, deps: Deps, workers: Workers): Promise<RunConfig> {
  const problems = new Problems();
  const targets = hostTargets(inputs, problems);
  const ssh = targets.some((target) => target.address.kind === 'ssh') ? await accessOf(inputs, deps, problems) : undefined;
  const config = await decideBackup(inputs, { targets, ssh, action: 'db-backup', workers }, deps, problems);
  const notify = notifyFromInputs(inputs, deps, problems.list);
  if (config === undefined || problems.list.length > 0) throw inputsError([...new Set(problems.list)]);
  return { config, notify };
}

function hostTargets(inputs: BackupInputs, problems: Problems): readonly HostTarget[] {
  if (inputs.hosts === undefined || inputs.hosts.length === 0) return [];
  const parsed = parseHosts(inputs.hosts, inputs.path);
  if (parsed.ok) return listOrder(inputs.hosts, parsed.targets, inputs.path);
  problems.list.push(...parsed.errors);
  return [];
}

/** The dump runs on the host that is written first, not on the one whose name sorts first. */
function listOrder(lines: readonly string[], targets: readonly HostTarget[], path: BackupInputs['path']): readonly HostTarget[] {
  const names = lines.flatMap((line) => {
    const alone = parseHosts([line], path);
    return alone.ok ? alone.targets.map((target) => target.name) : [];
  });
  return targets.toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
}

async function accessOf(inputs: BackupInputs, deps: Deps, problems: Problems): Promise<SshAccess | undefined> {
  if (inputs['ssh-key'] === undefined) {
    problems.list.push('ssh-key: is needed for ssh hosts. Example: ssh-key: ${{ secrets.DEPLOY_KEY }}');
    return undefined;
  }
  try {
    return await prepareSsh({ key: inputs['ssh-key'], knownHosts: inputs['known-hosts'], bastion: inputs.bastion, connectTimeoutMs: inputs['connect-timeout'] }, deps);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    problems.list.push(thrown.sentence());
    return undefined;
  }
}
