import { PROFILES, profiles, type Profile, type ProfileName } from './s3/profiles.ts';
import type { S3Access, S3Target, StoreSettings } from './settings.ts';
import { TIERS, type Tier } from './store.ts';

const PARAMETERS = ['region', 'endpoint', 'profile', 'class', 'role'] as const;
const LINE = /^s3:\/\/(?<bucket>[^/?#]*)(?:\/(?<prefix>[^?#]*))?(?:\?(?<query>[^#]*))?$/;
const BUCKET = /^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/;
const PREFIX_BYTES = 500;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const EXAMPLE = 'Example: s3://acme-backups/shop?region=eu-central-1';

/** What is wrong with a line, or what it means. `keys` is the pair of this store's line of static keys. */
export function parseS3Line(line: string, settings: StoreSettings, keys: () => S3Access | string): S3Target | readonly string[] {
  const parts = LINE.exec(line)?.groups;
  if (parts === undefined) return [`is no s3 address. ${EXAMPLE}`];
  const problems: string[] = [];
  const bucket = parts['bucket'] ?? '';
  if (!BUCKET.test(bucket)) problems.push(`${JSON.stringify(bucket)} is no bucket name: 3 to 63 of a-z, 0-9, dot and hyphen. ${EXAMPLE}`);
  const prefix = (parts['prefix'] ?? '').replace(/\/$/, '');
  if (!prefixOk(prefix)) problems.push(`the prefix ${JSON.stringify(prefix)} must be a plain path: letters, digits and ._=+@- between single slashes, no . or .. alone, at most ${PREFIX_BYTES} bytes. ${EXAMPLE}`);
  const query = parseQuery(parts['query'] ?? '', problems);
  const profile = profileOf(query.get('profile') ?? settings.profile, problems);
  const region = query.get('region') ?? settings.region ?? profile.region ?? (query.has('endpoint') || settings.endpoint !== undefined ? 'us-east-1' : '');
  if (!/^[a-z0-9-]{2,40}$/.test(region)) problems.push(region === '' ? `has no region; add ?region=… or set s3-region. ${EXAMPLE}` : `${JSON.stringify(region)} is no region. ${EXAMPLE}`);
  const endpoint = query.get('endpoint') ?? settings.endpoint ?? profile.endpoint(region);
  if (endpoint === undefined && profile.name !== 'aws') problems.push(`profile ${profile.name} needs the server's address. Example: s3://acme-backups/shop?endpoint=https://s3.example.com`);
  if (endpoint !== undefined) problems.push(...endpointProblems(endpoint));
  const classes = { ...profile.classOf, ...parseClasses(settings.storageClass, problems), ...classesOf(query.get('class'), problems) };
  problems.push(...abilityProblems(profile, classes, settings));
  const access = accessOf(query.get('role'), settings, keys);
  if (typeof access === 'string') problems.push(access);
  if (problems.length > 0 || typeof access === 'string') return problems;
  return { kind: 's3', name: `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`, bucket, prefix, profile: profile.name, region, endpoint: endpoint?.replace(/\/$/, ''), access, classes };
}

function prefixOk(prefix: string): boolean {
  if (prefix === '') return true;
  return prefix.length <= PREFIX_BYTES && prefix.split('/').every((part) => /^[A-Za-z0-9._=+@-]+$/.test(part) && part !== '.' && part !== '..');
}

function parseQuery(text: string, problems: string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    // The value of an unknown parameter may be a secret: it is not repeated.
    if (!PARAMETERS.some((known) => known === name)) problems.push(`does not know the parameter ${JSON.stringify(name)}; there are ${PARAMETERS.join(', ')}. Keys go into access-key-id and secret-access-key. ${EXAMPLE}`);
    else if (values.has(name)) problems.push(`gives ${name} twice. ${EXAMPLE}`);
    else if (value === '') problems.push(`gives ${name} no value. ${EXAMPLE}`);
    else values.set(name, value);
  }
  return values;
}

function profileOf(name: string, problems: string[]): Profile {
  const known: ProfileName | undefined = PROFILES.find((one) => one === name);
  if (known === undefined) problems.push(`${JSON.stringify(name)} is no profile; there are ${PROFILES.join(', ')}. Example: s3://acme-backups/shop?profile=minio&endpoint=https://s3.example.com`);
  return profiles[known ?? 'aws'];
}

function endpointProblems(endpoint: string): readonly string[] {
  const example = 'Example: endpoint=https://s3.example.com';
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined) return [`the endpoint is no address. ${example}`];
  if (url.username !== '' || url.password !== '') return [`credentials stand in the endpoint; they belong in access-key-id and secret-access-key. ${example}`];
  const problems: string[] = [];
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname))) problems.push(`the endpoint ${url.origin} is not https: everything sent to it could be read on the way. ${example}`);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') problems.push(`the endpoint has more than a host and a port; the bucket stands in front of the question mark. ${example}`);
  return problems;
}

/** `CLASS` for every tier, or `tier:CLASS,tier:CLASS`. */
function classesOf(text: string | undefined, problems: string[]): Partial<Record<Tier, string>> {
  if (text === undefined) return {};
  if (/^[A-Z_]+$/.test(text)) return Object.fromEntries(TIERS.map((tier) => [tier, text]));
  return parseClasses(text.split(',').map((pair) => pair.replace(':', '=')), problems);
}

function parseClasses(lines: readonly string[], problems: string[]): Partial<Record<Tier, string>> {
  const classes: Partial<Record<Tier, string>> = {};
  for (const line of lines) {
    const [name = '', value = ''] = line.split('=').map((part) => part.trim());
    const tier = TIERS.find((one) => one === name);
    if (tier === undefined || !/^[A-Z_]+$/.test(value)) problems.push(`${JSON.stringify(line)} is no storage class of a tier (${TIERS.join(', ')}). Example: storage-class: monthly=GLACIER_IR`);
    else classes[tier] = value;
  }
  return classes;
}

function abilityProblems(profile: Profile, classes: Readonly<Partial<Record<Tier, string>>>, settings: StoreSettings): string[] {
  const problems = [...new Set(Object.values(classes))].filter((name) => !profile.classes.includes(name)).map((name) => (/^(?:GLACIER|DEEP_ARCHIVE)$/.test(name)
    ? `storage class ${name} cannot be read back after the upload, so nothing could be verified; use GLACIER_IR, or lifecycle: install, which moves backups later. Example: storage-class: monthly=GLACIER_IR`
    : `profile ${profile.name} has no storage class ${name}; it has ${profile.classes.join(', ')}. Example: storage-class: monthly=${profile.classes[0] ?? 'STANDARD'}`));
  if (settings.sse === 'aws:kms' && !profile.kms) problems.push(`profile ${profile.name} has no encryption by KMS keys. Example: sse: none`);
  if (settings.objectLock !== 'none' && !profile.objectLock) problems.push(`profile ${profile.name} has no Object Lock by upload. Example: object-lock: none`);
  if (settings.verifyHead && !profile.checksums) problems.push(`verify: head needs checksums that the store computed, and profile ${profile.name} gives none. Example: verify: read-back`);
  return problems;
}

function accessOf(own: string | undefined, settings: StoreSettings, keys: () => S3Access | string): S3Access | string {
  const arn = settings.purpose === 'prune' && settings.pruneRole !== undefined ? settings.pruneRole : (own ?? settings.role);
  if (arn === undefined) return keys();
  return /^arn:[a-z-]+:iam::(?:\d{12}:)?role\/[\w+=,.@/-]+$/.test(arn) ? { kind: 'role', arn } : `${JSON.stringify(arn)} is no role. Example: role-to-assume: arn:aws:iam::123456789012:role/backup`;
}
