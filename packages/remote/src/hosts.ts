import { parseAbsolutePath, type AbsolutePath } from '@ops/shared';
import type { HostTarget, Role } from './session.ts';

const ROLES: readonly Role[] = ['web', 'worker', 'migrate'];
const EXAMPLE = 'Example: "deploy@app1.example.com:22 name=app1 path=/var/www/app roles=web,migrate", or "local path=/var/www/app".';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._$+@\\-]{0,63}$/;
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?\.?$/;
const IPV6 = /^[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._-]{1,16})?$/;

export type HostsResult =
  | { readonly ok: true; readonly targets: readonly HostTarget[] }
  | { readonly ok: false; readonly errors: readonly string[] };

/** Where to log in: `user@host[:port]`, an IPv6 address in brackets. */
export interface Login {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

/**
 * Parses the lines of the input `hosts`. Returns the targets sorted by name, or one sentence for each thing that is
 * wrong, with the number of its line. Blank lines and lines that begin with `#` are skipped.
 */
export function parseHosts(lines: readonly string[], defaultPath: AbsolutePath | undefined): HostsResult {
  const errors: string[] = [];
  const targets: HostTarget[] = [];
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const parsed = parseLine(line, defaultPath);
    if (typeof parsed === 'string') errors.push(`Line ${index + 1} of hosts, "${line}": ${parsed} ${EXAMPLE}`);
    else targets.push(parsed);
  }
  errors.push(...duplicates(targets));
  if (errors.length === 0 && targets.length === 0) errors.push(`The list of hosts is empty. ${EXAMPLE}`);
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, targets: targets.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Parses `user@host[:port]`; returns the sentence that says what is wrong with it. */
export function parseLogin(text: string): Login | string {
  if (text.startsWith('-')) return `"${text}" begins with a hyphen, which ssh would take for an option.`;
  const at = text.lastIndexOf('@');
  if (at < 1) return `"${text}" names no user; write user@host.`;
  const user = text.slice(0, at);
  if (!USER.test(user)) return `"${user}" cannot be a user name.`;
  const place = /^(?:\[(?<six>[^\]]*)\]|(?<name>[^:[\]]*))(?::(?<port>.*))?$/.exec(text.slice(at + 1))?.groups;
  if (place === undefined || place['port']?.includes(':') === true) return `"${text.slice(at + 1)}" is no host; put an IPv6 address in brackets, for example user@[2001:db8::1]:22.`;
  const { six, name, port: portText } = place;
  const host = six ?? name ?? '';
  if (six === undefined ? !HOST.test(host) : !(IPV6.test(host) && host.includes(':'))) return `"${host}" is no host name or address.`;
  if (portText === undefined) return { user, host, port: 22 };
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65_535) return `"${portText}" is no port; a port is a number from 1 to 65535.`;
  return { user, host, port };
}

function parseLine(line: string, defaultPath: AbsolutePath | undefined): HostTarget | string {
  const words = splitWords(line);
  if (words === undefined) return 'A quotation mark is not closed.';
  const [first = '', ...settings] = words;
  const login = first === 'local' ? undefined : parseLogin(first);
  if (typeof login === 'string') return login;
  const given = parseSettings(settings);
  if (typeof given === 'string') return given;
  const name = given.get('name') ?? login?.host ?? 'local';
  if (!NAME.test(name) && given.has('name')) return `"${name}" cannot be a name; use letters, digits, dots, hyphens and underscores, and begin with a letter or digit.`;
  const path = given.has('path') ? parseAbsolutePath(given.get('path') ?? '') : defaultPath;
  if (path === undefined) return given.has('path') ? `"${given.get('path') ?? ''}" is no absolute path.` : 'There is no path; add path=… or set the input path.';
  const roles = parseRoles(given.get('roles'));
  if (typeof roles === 'string') return roles;
  return { name, address: login === undefined ? { kind: 'local' } : { kind: 'ssh', ...login }, path, roles };
}

function parseSettings(words: readonly string[]): ReadonlyMap<string, string> | string {
  const given = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    const key = word.slice(0, Math.max(0, equals));
    if (key !== 'name' && key !== 'path' && key !== 'roles') return `"${word}" is not understood; after the host come name=…, path=… and roles=….`;
    const value = word.slice(equals + 1);
    if (given.has(key)) return `${key}= stands there twice.`;
    if (value === '') return `${key}= has no value.`;
    if (value.startsWith('-')) return `The value of ${key}= begins with a hyphen.`;
    given.set(key, value);
  }
  return given;
}

function parseRoles(text: string | undefined): readonly Role[] | string {
  if (text === undefined) return ROLES;
  const wanted = text.split(',').map((role) => role.trim());
  const unknown = wanted.find((role) => !ROLES.some((known) => known === role));
  if (unknown !== undefined) return `"${unknown}" is no role; roles are ${ROLES.join(', ')}.`;
  return ROLES.filter((role) => wanted.includes(role));
}

/** Splits at blanks; quotes keep blanks: path="/srv/my app". */
function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let rest = line;
  while (rest !== '') {
    const word = /^(?:[^\s"']|"[^"]*"|'[^']*')+/.exec(rest)?.[0];
    if (word === undefined) return undefined;
    words.push(word.replace(/"([^"]*)"|'([^']*)'/g, (_all, double?: string, single?: string) => double ?? single ?? ''));
    const after = rest.slice(word.length);
    rest = after.trimStart();
    if (rest !== '' && rest === after) return undefined;
  }
  return words;
}

function duplicates(targets: readonly HostTarget[]): string[] {
  const errors: string[] = [];
  const names = new Map<string, HostTarget>();
  const places = new Map<string, HostTarget>();
  for (const target of targets) {
    const { address, path } = target;
    const place = `${address.kind === 'local' ? 'local' : `${address.host.toLowerCase()}:${address.port}`} ${path}`;
    if (places.has(place)) errors.push(`The same app dir is listed twice: ${place}.`);
    else if (names.has(target.name)) errors.push(`Two hosts have the name ${target.name}; give one of them another with name=….`);
    names.set(target.name, target);
    places.set(place, target);
  }
  return errors;
}
