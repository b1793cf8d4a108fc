import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError, type Deps } from '@ops/shared';
import { parseLogin, type Login } from './hosts.ts';
import type { SshOptions } from './session.ts';
import { writeKey } from './ssh-key.ts';

const DEFAULT_SSH_PORT = 22;

/** How every ssh host of a run is reached, ready to use. Made by prepareSsh. */
export interface SshAccess {
  readonly configFile: string;
  readonly connectTimeoutMs: number;
  readonly bastions: readonly Login[];
  /** The whole environment of ssh. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

type PrepareDeps = Pick<Deps, 'exec' | 'env' | 'context' | 'random' | 'cleanup'>;

/**
 * Writes key, known hosts and a config of our own into a private directory that goes away with the run. The user's and
 * the machine's ssh configuration play no part. Throws UserError `auth` for a key that cannot work, `input` for a bastion.
 */
export async function prepareSsh(options: SshOptions, deps: PrepareDeps): Promise<SshAccess> {
  const bastions = parseBastions(options.bastion);
  const dir = await mkdtemp(join(deps.context.tempDir, 'ops-ssh-')); // 0700
  deps.cleanup.defer('remove the ssh key and configuration', () => rm(dir, { recursive: true, force: true }));
  const keyFile = options.key === undefined ? undefined : await writeKey(dir, options.key, deps);
  const knownHosts = join(dir, 'known_hosts');
  await writeFile(knownHosts, `${(options.knownHosts ?? '').replaceAll('\r', '').trim()}\n`, { mode: 0o600 });
  const configFile = join(dir, 'config');
  await writeFile(configFile, configText({ keyFile, knownHosts, connectTimeoutMs: options.connectTimeoutMs }), { mode: 0o600 });
  const agent = keyFile === undefined ? deps.env['SSH_AUTH_SOCK'] : undefined;
  return {
    configFile,
    connectTimeoutMs: options.connectTimeoutMs,
    bastions,
    env: { PATH: deps.env['PATH'], HOME: deps.env['HOME'], LC_ALL: 'C', ...(agent === undefined ? {} : { SSH_AUTH_SOCK: agent }) },
  };
}

/** Arguments of ssh for one remote command. The command is one word to the login shell's `-c`. */
export function sshArgs(access: SshAccess, login: Login, command: string): readonly string[] {
  // On the command line, because the ssh that ssh starts for a jump host reads the same config: it would jump for ever.
  const chain = access.bastions.map(({ user, host, port }) => `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');
  return ['-F', access.configFile, '-T', ...(chain === '' ? [] : ['-J', chain]), '-p', String(login.port), '-l', login.user, '--', login.host, command];
}

/** The line to run by hand, on a machine whose network you trust, to learn a host's keys. */
export function keyscanLine(login: Pick<Login, 'host' | 'port'>): string {
  return `ssh-keyscan${login.port === DEFAULT_SSH_PORT ? '' : ` -p ${login.port}`} ${login.host}`;
}

function parseBastions(text: string | undefined): readonly Login[] {
  if (text === undefined) return [];
  return text.split(',').map((part) => {
    const login = parseLogin(part.trim());
    if (typeof login === 'string') throw new UserError({ reason: 'input', message: `The input bastion is wrong: ${login}`, remedy: 'Example: jump@bastion.example.com:22' });
    return login;
  });
}

interface ConfigParts {
  readonly keyFile: string | undefined;
  readonly knownHosts: string;
  readonly connectTimeoutMs: number;
}

function configText(parts: ConfigParts): string {
  return [
    'Host *',
    'BatchMode yes',
    'StrictHostKeyChecking yes',
    `UserKnownHostsFile ${configWord(parts.knownHosts)}`,
    'GlobalKnownHostsFile none',
    'UpdateHostKeys no',
    'CheckHostIP no',
    'VerifyHostKeyDNS no',
    'PreferredAuthentications publickey',
    ...(parts.keyFile === undefined ? [] : [`IdentityFile ${configWord(parts.keyFile)}`, 'IdentitiesOnly yes', 'IdentityAgent none']),
    'ForwardAgent no',
    'ForwardX11 no',
    'PermitLocalCommand no',
    'ControlMaster no',
    'ControlPath none',
    'EscapeChar none',
    'RequestTTY no',
    'Compression no',
    `ConnectTimeout ${Math.max(1, Math.ceil(parts.connectTimeoutMs / 1000))}`,
    'ConnectionAttempts 1',
    'TCPKeepAlive yes',
    'ServerAliveInterval 10',
    'ServerAliveCountMax 3',
    // INFO is the lowest level at which ssh says why a connection was closed.
    'LogLevel INFO',
    '',
  ].join('\n');
}

/** A path in ssh_config: quoted, and without ssh's own %-tokens. */
function configWord(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}
