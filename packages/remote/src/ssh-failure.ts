import { UserError } from '@ops/shared';
import type { Login } from './hosts.ts';
import type { LinkEnd } from './link.ts';
import { keyscanLine, type SshAccess } from './ssh.ts';

/** Words for why a host could not be reached, from what ssh said (OpenSSH 7.6 to 10). Reason: host-key, auth or connect. */
export function connectFailure(name: string, login: Login, access: SshAccess, end: LinkEnd): UserError {
  const said = end.stderr;
  const place = `${login.host}${login.port === 22 ? '' : ` port ${login.port}`}`;
  return hostKeyFailure(name, login, access, said) ?? authFailure(name, login, access, said) ?? networkFailure(name, place, access, said) ?? unknownFailure(name, place, end);
}

/** The bastion that ssh complains about, or else the host itself. */
function accused(login: Login, access: SshAccess, text: string): Login {
  return access.bastions.find(({ host }) => text.includes(host)) ?? login;
}

function hostKeyFailure(name: string, login: Login, access: SshAccess, said: string): UserError | undefined {
  const changed = /Host key for (\S+) has changed/.exec(said);
  if (changed !== null) {
    const whom = accused(login, access, changed[1] ?? '');
    const fingerprint = /(SHA256:[A-Za-z0-9+/=]+)/.exec(said)?.[1];
    return new UserError({
      reason: 'host-key',
      message: `${name}: ${whom.host} shows another host key than known-hosts has${fingerprint === undefined ? '' : ` (it shows ${fingerprint})`}: the server was installed anew, or somebody sits in between.`,
      remedy: `Ask whoever runs the server; if its key was changed on purpose, run "${keyscanLine(whom)}" on a machine whose network you trust, compare the fingerprint, and replace the lines in known-hosts.`,
    });
  }
  const unknown = /No (?:\S+ )?host key is known for (\S+)/.exec(said);
  if (unknown === null && !/Host key verification failed/.test(said)) return undefined;
  const whom = accused(login, access, unknown?.[1] ?? '');
  return new UserError({
    reason: 'host-key',
    message: `${name}: known-hosts has no key for ${whom.host}${whom.port === 22 ? '' : ` port ${whom.port}`}, so nobody can tell whether it is the right server.`,
    remedy: `Run "${keyscanLine(whom)}" on a machine whose network you trust, compare the fingerprints with the server's, and add the lines to the input known-hosts.`,
  });
}

function authFailure(name: string, login: Login, access: SshAccess, said: string): UserError | undefined {
  const denied = /(\S+@\S+): Permission denied|Permission denied \(|Too many authentication failures/.exec(said);
  if (denied === null) return undefined;
  const whom = accused(login, access, denied[1] ?? '');
  return new UserError({
    reason: 'auth',
    message: `${name}: ${whom.host} refused the ssh key for the user ${whom.user}.`,
    remedy: `Add its public half to ~${whom.user}/.ssh/authorized_keys there, and check that neither the home nor .ssh is writable by others; sshd's log names the cause.`,
  });
}

const NETWORK: readonly { readonly pattern: RegExp; readonly why: string; readonly remedy: string }[] = [
  { pattern: /Could not resolve hostname/, why: 'its name cannot be resolved', remedy: 'Check the name in hosts, and whether the DNS of this runner knows it.' },
  { pattern: /Connection refused|connect failed: Connection refused/, why: 'it refuses the connection', remedy: 'Check the port, whether sshd runs, and whether a firewall rejects this runner.' },
  { pattern: /[Tt]imed out|Timeout, server/, why: 'it does not answer', remedy: 'Check the address and whether a firewall drops this runner’s packets; connect-timeout sets how long to wait.' },
  { pattern: /No route to host|Network is unreachable/, why: 'there is no route to it', remedy: 'Check the address and the network of this runner.' },
  { pattern: /no matching (?:host key type|key exchange method|cipher|mac)/i, why: 'it speaks no algorithm that this OpenSSH still accepts', remedy: 'Update the server’s OpenSSH.' },
  { pattern: /administratively prohibited/, why: 'the bastion does not allow forwarding to it', remedy: 'Set AllowTcpForwarding yes for this user on the bastion.' },
  { pattern: /Connection (?:closed|reset)|kex_exchange_identification|Broken pipe/, why: 'it closed the connection', remedy: 'Check that the port belongs to sshd; limits such as MaxStartups or fail2ban close connections too.' },
];

function networkFailure(name: string, place: string, access: SshAccess, said: string): UserError | undefined {
  const known = NETWORK.find(({ pattern }) => pattern.test(said));
  if (known === undefined) return undefined;
  const through = access.bastions.length === 0 ? '' : ` through ${access.bastions.map(({ host }) => host).join(', ')}`;
  return new UserError({ reason: 'connect', message: `${name}: no connection to ${place}${through}: ${known.why} (${lastLine(said)}).`, remedy: known.remedy });
}

function unknownFailure(name: string, place: string, end: LinkEnd): UserError {
  const heard = [...end.foreign, lastLine(end.stderr)].filter((line) => line !== '').join(' / ');
  return new UserError({
    reason: 'connect',
    message: `${name}: ${place} let us in but ran no command (exit ${end.exit})${heard === '' ? '' : `; it said: ${heard.slice(0, 300)}`}.`,
    remedy: 'The user needs a normal login shell: neither nologin, nor sftp only, nor a forced command.',
  });
}

function lastLine(text: string): string {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '').at(-1)?.slice(0, 300) ?? '';
}
