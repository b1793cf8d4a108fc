import { UserError } from '@ops/shared';
import type { Artifact } from './artifact.ts';
import type { DeployConfig } from './config.ts';
import { satisfies } from './constraint.ts';
import type { HostFacts } from './facts.ts';

/** One reason not to begin, with its way out. */
export interface Refusal {
  readonly host: string;
  readonly reason: 'preflight' | 'no-room' | 'input';
  readonly message: string;
  readonly remedy: string;
}

export interface Preflight {
  readonly refusals: readonly Refusal[];
  readonly warnings: readonly string[];
}

/** What the new code asks of PHP: `require.php` of its composer.json, when the runner can read it. */
export interface SourceFacts {
  readonly phpConstraint: string | undefined;
  readonly artifact: Artifact | undefined;
}

const MARGIN_KIB = 20 * 1024;
const MARGIN_INODES = 500;

/** Judges the facts before anything changes. Pure; collects everything that is wrong instead of stopping at the first. */
export function preflight(config: DeployConfig, facts: readonly HostFacts[], source: SourceFacts): Preflight {
  const refusals: Refusal[] = [...sameDirectory(facts)];
  const warnings: string[] = [];
  for (const one of facts) {
    refusals.push(...layout(one), ...room(one, source), ...tools(one, config));
    if (config.app === 'laravel') refusals.push(...laravel(one, config, source));
    warnings.push(...cautions(one, config));
  }
  return { refusals, warnings };
}

function sameDirectory(facts: readonly HostFacts[]): readonly Refusal[] {
  const seen = new Map<string, string>();
  return facts.flatMap((one) => {
    const identity = [one.raw.get('id'), one.raw.get('app.identity')].find((text) => text !== undefined && text !== '') ?? one.host;
    const other = seen.get(identity);
    seen.set(identity, one.host);
    if (other === undefined) return [];
    return [{ host: one.host, reason: 'input', message: `${other} and ${one.host} are the same app dir, listed twice in hosts (perhaps through a shared network disk).`, remedy: 'Remove one of the two lines.' } as const];
  });
}

function layout(one: HostFacts): readonly Refusal[] {
  const near = one.raw.get('app.near') ?? '';
  const refuse = (message: string, remedy: string): Refusal => ({ host: one.host, reason: 'preflight', message, remedy });
  const user = one.raw.get('user') ?? 'the deploy user';
  const list: Refusal[] = [];
  switch (one.raw.get('app')) {
    case 'unwritable':
      list.push(refuse(`The app dir is not writable for ${user}.`, `On the host: sudo chown ${user}: ${near}`));
      break;
    case 'not-a-directory':
      list.push(refuse('The path of the app dir is not a directory.', 'Set path to a directory, for example /var/www/app'));
      break;
    case 'missing':
      list.push(refuse(`The app dir does not exist and ${user} may not create it in ${near}.`, `On the host: sudo mkdir -p the path, then sudo chown ${user}: it`));
      break;
    default:
  }
  for (const [key, value] of one.raw) if (key.startsWith('unwritable.')) list.push(refuse(`${key.slice('unwritable.'.length)} in the app dir is not writable for ${user}: ${value}`, `On the host: sudo chown -R ${user}: that directory`));
  if (one.current.kind === 'directory' || one.current.kind === 'file') {
    list.push(refuse(`current is a real ${one.current.kind}, not a link, so it cannot be switched atomically. It is never deleted for you.`, 'On the host, once its content is safe: mv current current.old'));
  }
  return list;
}

function room(one: HostFacts, source: SourceFacts): readonly Refusal[] {
  const kib = Number(one.raw.get('room.kib'));
  const inodes = Number(one.raw.get('room.inodes'));
  const present = one.raw.get('artifact') === 'present';
  const need = Math.ceil(((source.artifact?.tarBytes ?? 0) + (present ? 0 : (source.artifact?.bytes ?? 0))) / 1024) + MARGIN_KIB;
  const needInodes = (source.artifact?.entries ?? 0) + MARGIN_INODES;
  const near = one.raw.get('app.near') ?? '';
  const list: Refusal[] = [];
  if (Number.isInteger(kib) && kib < need) list.push({ host: one.host, reason: 'no-room', message: `The disk of ${near} has ${kib} KiB free; this release needs about ${need} KiB.`, remedy: 'Free space or lower keep-releases; nothing was changed.' });
  // Some file systems (btrfs) count no inodes and say 0.
  if (Number.isInteger(inodes) && inodes > 0 && inodes < needInodes) list.push({ host: one.host, reason: 'no-room', message: `The disk of ${near} has ${inodes} inodes free; this release needs about ${needInodes}.`, remedy: 'Remove small files (old releases, sessions, caches); df -i shows the count.' });
  return list;
}

function tools(one: HostFacts, config: DeployConfig): readonly Refusal[] {
  const needed = config.source.kind === 'git' ? ['git', 'tar'] : ['gzip', 'tar', 'sha256sum'];
  const missing = needed.filter((tool) => !one.tools.has(tool));
  return missing.length === 0 ? [] : [{ host: one.host, reason: 'preflight', message: `The host lacks ${missing.join(', ')}.`, remedy: 'Install them, for example: sudo apt-get install coreutils gzip tar git' }];
}

function laravel(one: HostFacts, config: DeployConfig, source: SourceFacts): readonly Refusal[] {
  const refuse = (message: string, remedy: string): Refusal => ({ host: one.host, reason: 'preflight', message, remedy });
  const list: Refusal[] = [];
  const php = one.raw.get('php') ?? 'missing';
  if (php === 'missing' || php === 'broken') {
    list.push(refuse(`The PHP binary "${config.php}" ${php === 'missing' ? 'was not found' : 'does not run'}.`, 'Install PHP, or set php to its name or path, for example php: php8.4'));
  } else if (source.phpConstraint !== undefined && satisfies(php, source.phpConstraint) === false) {
    list.push(refuse(`PHP ${php} does not meet "${source.phpConstraint}" of composer.json.`, 'Update PHP on the host, or set php to a newer binary, for example php: php8.4'));
  }
  if (config.shared.includes('.env')) list.push(...environmentFile(one, config, refuse));
  return list;
}

function environmentFile(one: HostFacts, config: DeployConfig, refuse: (message: string, remedy: string) => Refusal): readonly Refusal[] {
  const file = `${config.hosts.find((target) => target.name === one.host)?.path ?? ''}/shared/.env`;
  const state = one.raw.get('env.state');
  if (state === undefined) return [];
  const byHand = 'It is written only by hand: put the settings of this environment there, owned by the deploy user, mode 640.';
  if (state === 'missing') return [refuse(`${file} does not exist.`, byHand)];
  if (state === 'empty') return [refuse(`${file} is empty.`, byHand)];
  if (state === 'directory') return [refuse(`${file} is a directory, not a file.`, `Remove it (rmdir) and create the file. ${byHand}`)];
  if (state === 'unreadable') return [refuse(`${file} is not readable for the deploy user.`, 'On the host: sudo chown the file to the deploy user, mode 640.')];
  if (state.startsWith('invalid')) return [refuse(`${file} cannot be parsed (${state.replace(':', ', ')}).`, 'Fix that line; values with spaces need double quotes.')];
  const list: Refusal[] = [];
  const name = one.raw.get('env.APP_ENV') ?? '';
  if (name !== config.environment) list.push(refuse(`APP_ENV in ${file} is "${name}", but this deploys to environment "${config.environment}".`, 'Deploy to the right host, or set environment to what APP_ENV says.'));
  if (config.environment === 'production' && one.raw.get('env.debug-effective') === 'true') list.push(refuse(`APP_DEBUG in ${file} is "${one.raw.get('env.APP_DEBUG') ?? ''}", which is true: errors would show secrets to visitors.`, 'Set APP_DEBUG=false there.'));
  if (one.raw.get('env.APP_KEY') !== 'present') list.push(refuse(`APP_KEY in ${file} is missing or a placeholder.`, 'Make one by hand: php artisan key:generate --show, and put it there; a deploy never makes keys.'));
  return list;
}

function cautions(one: HostFacts, config: DeployConfig): readonly string[] {
  const list: string[] = [];
  const reach = one.raw.get('reach') ?? 'off';
  if (reach.startsWith('no ')) list.push(`${one.host}: the host cannot ask its own web server (${reach.slice(3)}), so health and identity are judged from the runner only. Set host-health-url if it answers elsewhere.`);
  if (one.raw.get('sudo')?.startsWith('unproven') === true) list.push(`${one.host}: sudo may ask for a password for reload-command. Add to sudoers: ${one.raw.get('user') ?? 'deploy'} ALL=(root) NOPASSWD: ${one.raw.get('sudo')?.slice('unproven '.length) ?? ''}`);
  if (config.reloadCommand !== undefined && /^0s?$/.test(one.raw.get('fpm.process-control-timeout') ?? '')) list.push(`${one.host}: process_control_timeout is 0, so a reload of php-fpm drops requests in flight. Set it to 10s in php-fpm.conf.`);
  if (one.raw.get('logind') === 'kills') list.push(`${one.host}: logind ends a user's processes at logout (KillUserProcesses), so a lost runner stops migrations too. Run: loginctl enable-linger ${one.raw.get('user') ?? 'deploy'}`);
  if (!one.tools.has('flock')) list.push(`${one.host}: flock is missing; a lock directory is used instead. Install util-linux for a lock that cannot be left behind.`);
  if (one.raw.get('live.database')?.startsWith('unreachable') === true) list.push(`${one.host}: the live release cannot reach its database (${one.raw.get('live.database')?.slice('unreachable'.length).replace(/^[: ]+/, '') ?? ''}); if that stays, migrations will fail.`);
  if (one.raw.get('maintenance') === 'down') list.push(`${one.host}: the site is in maintenance mode, and not by this run; it stays as it is. To lift it: php artisan up`);
  return list;
}

/** One error for all refusals of all hosts; undefined when there are none. */
export function refusalError(refusals: readonly Refusal[]): UserError | undefined {
  const [first] = refusals;
  if (first === undefined) return undefined;
  if (refusals.length === 1) return new UserError({ reason: first.reason, message: `${first.host}: ${first.message}`, remedy: first.remedy });
  return new UserError({
    reason: first.reason,
    message: `${refusals.length} things stand against this deploy; nothing was changed:\n${refusals.map((one) => `- ${one.host}: ${one.message} ${one.remedy}`).join('\n')}`,
  });
}
