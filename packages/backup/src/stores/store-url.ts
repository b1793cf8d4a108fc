import { parseAbsolutePath, Secret } from '@ops/shared';
import { parseS3Line } from './s3-line.ts';
import type { S3Access, StoreSettings, StoreTarget } from './settings.ts';

export type StoresResult =
  | { readonly ok: true; readonly targets: readonly StoreTarget[] }
  /** One sentence for each thing that is wrong, with the number of its line and an example. */
  | { readonly ok: false; readonly errors: readonly string[] };

const HOST_LINE = /^(?<host>[A-Za-z0-9][A-Za-z0-9._-]{0,63}):(?<path>\/(?!\/).*)$/;
const EXAMPLES = 'Example: s3://acme-backups/shop?region=eu-central-1, file:///var/backups/shop or app1:/var/backups/shop';

/** Reads the lines of the input `stores`, the first of which is the primary. Pure. */
export function parseStores(lines: readonly string[], settings: StoreSettings): StoresResult {
  const errors: string[] = [];
  const targets: StoreTarget[] = [];
  const keys = new KeyLines(settings);
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const parsed = parseLine(line, settings, () => keys.next());
    const at = `stores, line ${index + 1}, ${shown(line)}`;
    if (!('kind' in parsed)) {
      errors.push(...parsed.map((problem) => `${at}: ${problem}`));
      continue;
    }
    const place = parsed.kind === 's3' ? `${parsed.name} ${parsed.endpoint ?? parsed.region}` : parsed.name;
    if (seen.has(place)) errors.push(`${at}: is listed twice; a copy in the same place is none. ${EXAMPLES}`);
    seen.add(place);
    targets.push(parsed);
  }
  if (lines.length === 0) errors.push(`stores: is empty; without one there is nowhere to put a backup. ${EXAMPLES}`);
  // Which keys are too many can only be told once every line was understood. A workflow that sometimes writes to a folder has its keys all the same.
  if (errors.length === 0 && targets.some(({ kind }) => kind === 's3')) errors.push(...keys.problems());
  return errors.length > 0 ? { ok: false, errors } : { ok: true, targets };
}

/** The line for a message: without query, and without anything that stands where a login would. */
function shown(line: string): string {
  const plain = line.replace(/[?#].*$/, '').replace(/^([a-z0-9+]+:\/\/)[^/]*@/i, '$1…@').replace(/^[^/]*@(?=[^/]*:\/)/, '…@');
  return JSON.stringify(plain.length > 80 ? `${plain.slice(0, 80).toWellFormed()}…` : plain);
}

function parseLine(line: string, settings: StoreSettings, keys: () => S3Access | string): StoreTarget | readonly string[] {
  if (/^[a-z0-9+]+:\/\/[^/]*@/i.test(line)) return ['credentials stand in the address, where logs and manifests would show them; put them into access-key-id and secret-access-key, or use role-to-assume. Example: s3://acme-backups/shop'];
  if (line.startsWith('s3://')) return parseS3Line(line, settings, keys);
  if (line.startsWith('file:')) return parseFileLine(line);
  const host = HOST_LINE.exec(line)?.groups;
  if (host !== undefined) return parseHostLine(host['host'] ?? '', host['path'] ?? '', settings);
  if (/^[^/\s]+@[^/\s]+:\//.test(line)) return [`names a login; write the name of a host of the input hosts. Example: ${settings.hosts[0] ?? 'app1'}:/var/backups/shop`];
  return [`is none of s3://bucket/prefix, file:///folder and host:/folder. ${EXAMPLES}`];
}

function parseFileLine(line: string): StoreTarget | readonly string[] {
  const text = /^file:\/\/(\/[^?#]*)$/.exec(line)?.[1];
  const path = text === undefined ? undefined : parseAbsolutePath(text);
  return path === undefined
    ? ['is no folder: after file:// comes an absolute path without . or .., without query. Example: file:///var/backups/shop']
    : { kind: 'fs', name: `file://${path}`, path };
}

function parseHostLine(host: string, text: string, settings: StoreSettings): StoreTarget | readonly string[] {
  const path = parseAbsolutePath(text);
  const problems: string[] = [];
  if (path === undefined) problems.push(`${JSON.stringify(text)} is no absolute path without . or ... Example: ${host}:/var/backups/shop`);
  if (!settings.hosts.includes(host)) problems.push(settings.hosts.length === 0 ? `${host} is unknown, because the input hosts is not given. Example: hosts: deploy@${host}.example.com name=${host}` : `${host} is no host of the input hosts, which has ${settings.hosts.join(', ')}. Example: ${settings.hosts[0] ?? ''}:/var/backups/shop`);
  return path === undefined || problems.length > 0 ? problems : { kind: 'host', name: `${host}:${path}`, host, path };
}

/** The lines of access-key-id and secret-access-key, one for each s3 store without a role. */
class KeyLines {
  readonly #ids: readonly string[];
  readonly #secrets: readonly string[];
  #taken = 0;

  constructor(settings: StoreSettings) {
    this.#ids = settings.accessKeyIds;
    this.#secrets = settings.secretAccessKey === undefined ? [] : settings.secretAccessKey.reveal().split('\n').map((line) => line.trim()).filter((line) => line !== '');
  }

  next(): S3Access | string {
    const index = this.#taken;
    this.#taken += 1;
    const id = this.#ids[index];
    const secret = this.#secrets[index];
    if (id !== undefined && secret !== undefined) return { kind: 'keys', accessKeyId: id, secretAccessKey: new Secret(secret) };
    const lacks = [...(id === undefined ? ['access-key-id'] : []), ...(secret === undefined ? ['secret-access-key'] : [])].join(' and ');
    return `has no keys: line ${index + 1} of ${lacks} is missing (one line for each s3 store without a role, in order), and no role is given. Example: role-to-assume: arn:aws:iam::123456789012:role/backup`;
  }

  problems(): readonly string[] {
    const count = Math.max(this.#ids.length, this.#secrets.length);
    // With roles only, keys that are left over belong to nobody: perhaps the role was set by mistake.
    return count > this.#taken ? [`access-key-id, secret-access-key: have ${count} line(s) for ${this.#taken} s3 store(s) without a role. Example: one line for each`] : [];
  }
}
