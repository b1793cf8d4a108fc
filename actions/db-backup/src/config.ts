import { join } from 'node:path';
import { BackupFault, openStores, parseDepth, parseRecipients, parseRetention, parseSigningKey, parseTrustedSigners, type BackupConfig, type Place, type RetentionAges, type Store, type StoreSettings, type Workers } from '@ops/backup';
import { localTarget, openStream, parseHosts, prepareSsh, type HostTarget, type SshAccess } from '@ops/remote';
import { inputsError, Secret, UserError, type Deps } from '@ops/shared';
import type { BackupInputs } from './inputs.ts';

/** Says what is wrong between inputs, all of it at once. */
class Problems {
  readonly list: string[] = [];

  /** The value, or undefined when reading it throws a user error, which is noted. */
  try<T>(name: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      this.list.push(`${thrown.message.startsWith(name) ? '' : `${name}: `}${thrown.sentence()}`);
      return undefined;
    }
  }
}

/** Turns the inputs of db-backup into a decided backup. Throws ONE UserError that lists everything wrong. */
export async function backupConfig(inputs: BackupInputs, deps: Deps, workers: Workers): Promise<BackupConfig> {
  const problems = new Problems();
  const targets = hostTargets(inputs, problems);
  const [first] = targets;
  const via = inputs.via ?? (first === undefined ? 'runner' : 'host');
  if (via === 'host' && first === undefined) problems.list.push('via: host needs hosts. Example: hosts: deploy@app1.example.com');
  if (first === undefined && inputs['database-url'] === undefined && inputs['env-file'] === undefined) problems.list.push('database-url: is needed, or env-file, or hosts, from whose app dir the login is read. Example: database-url: ${{ secrets.DATABASE_URL }}');
  const recipients = await recipientsOf(inputs, problems);
  const level = levelOf(inputs, problems);
  const ages = agesOf(inputs, problems);
  const depth = problems.try('verify', () => parseDepth(inputs.verify));
  const signingKey = inputs['signing-key'];
  const signer = signingKey === undefined ? undefined : problems.try('signing-key', () => parseSigningKey(signingKey));
  const signers = inputs['trusted-signers'];
  const trusted = signers === undefined || signers.length === 0 ? undefined : problems.try('trusted-signers', () => parseTrustedSigners(signers));
  if (inputs.engine !== 'postgres' && inputs.engine !== 'auto' && inputs.parallel > 1) problems.list.push(`parallel: works with PostgreSQL only; ${inputs.engine} has no snapshot that several dumpers could share. Example: parallel: 1`);
  const settings = storeSettings(inputs, targets, ages, depth?.kind === 'head');
  const ssh = targets.some((target) => target.address.kind === 'ssh') ? await accessOf(inputs, deps, problems) : undefined;
  const place = (target: HostTarget | undefined): Place => placeOf(target, ssh, deps);
  const open = (purpose: StoreSettings['purpose']): readonly Store[] => problems.try('stores', () => openStores(inputs.stores, { ...settings, purpose }, storesDeps(targets, place, deps))) ?? [];
  const stores = open('backup');
  if (problems.list.length > 0 || depth === undefined || ages === undefined) throw inputsError([...new Set(problems.list)]);
  const { context } = deps;
  return {
    environment: inputs.environment,
    place: via === 'host' ? place(first) : place(undefined),
    runner: place(undefined),
    database: {
      url: inputs['database-url'], envFile: inputs['env-file'] === undefined ? undefined : via === 'runner' ? absolute(inputs['env-file'], context.workspace) : inputs['env-file'],
      appDir: via === 'host' ? first?.path : undefined,
      database: inputs.database, engine: inputs.engine, tls: inputs['db-tls'] ?? 'auto', ca: inputs['db-ca'],
    },
    source: inputs.source, stores, tier: inputs.tier,
    compression: inputs.compression, level: level.level, adapt: level.adapt, encryption: inputs.encryption, recipients,
    options: { excludeData: inputs['exclude-data'] ?? [], parallel: inputs.parallel },
    allowPartial: inputs['allow-partial'], depth,
    size: { minBytes: inputs['min-size'], maxShrink: inputs['max-shrink'], accept: inputs['accept-size'] },
    retention: { ages, minVerified: inputs['min-verified'] }, prune: inputs.prune, confirmPrune: inputs['confirm-prune'],
    pruneStores: inputs['prune-role'] === undefined ? stores : open('prune'),
    lifecycle: inputs.lifecycle, signer, trusted, identity: inputs.identity?.reveal(), pingUrl: inputs['ping-url']?.reveal(),
    run: { action: 'db-backup', runId: context.runId, runAttempt: context.runAttempt, actor: context.actor, sha: context.sha, runUrl: context.runUrl },
    toolVersion: TOOL_VERSION, workers,
  };
}

const TOOL_VERSION = '0.1.0';

function absolute(path: string, workspace: string): string {
  return path.startsWith('/') ? path : join(workspace, path);
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

/** The runner, or a host over ssh. */
function placeOf(target: HostTarget | undefined, ssh: SshAccess | undefined, deps: Deps): Place {
  const where = target ?? localTarget();
  return { via: target === undefined ? 'runner' : 'host', name: target === undefined ? 'the runner' : target.name, open: (request) => openStream(where, where.address.kind === 'ssh' ? ssh : undefined, deps, request) };
}

function storesDeps(targets: readonly HostTarget[], place: (target: HostTarget | undefined) => Place, deps: Deps): Parameters<typeof openStores>[2] {
  const url = deps.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const token = deps.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  return {
    clock: deps.clock, random: deps.random, log: deps.log, mask: deps.mask, fetch, runId: deps.context.runId,
    host: (name) => place(targets.find((target) => target.name === name)),
    tokens: url === undefined || token === undefined ? undefined : { url, token: new Secret(token) },
  };
}

function storeSettings(inputs: BackupInputs, targets: readonly HostTarget[], ages: RetentionAges | undefined, verifyHead: boolean): Omit<StoreSettings, 'purpose'> {
  return {
    profile: inputs['s3-profile'], endpoint: inputs['s3-endpoint'], region: inputs['s3-region'], role: inputs['role-to-assume'], pruneRole: inputs['prune-role'],
    accessKeyIds: inputs['access-key-id'] ?? [], secretAccessKey: inputs['secret-access-key'], storageClass: inputs['storage-class'] ?? [],
    sse: inputs.sse, kmsKeyId: inputs['kms-key-id'], objectLock: inputs['object-lock'],
    ages: ages ?? { 'frequent': 0, 'daily': 0, 'pre-deploy': 0, 'monthly': 0 },
    verifyHead, hosts: targets.map((target) => target.name),
  };
}

async function recipientsOf(inputs: BackupInputs, problems: Problems): Promise<readonly string[]> {
  const given = inputs.recipients ?? [];
  if (inputs.encryption === 'none') {
    if (given.length > 0) problems.list.push('recipients: are given although encryption is none. Remove one of them. Example: encryption: age');
    return [];
  }
  const { recipients, problems: wrong } = await parseRecipients(given.join('\n'));
  problems.list.push(...wrong);
  return recipients;
}

function levelOf(inputs: BackupInputs, problems: Problems): { readonly level: number; readonly adapt: boolean } {
  const text = inputs['compression-level'].trim();
  if (text === 'auto') return { level: 3, adapt: true };
  const most = inputs.compression === 'gzip' ? 9 : 19;
  const level = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (level < 1 || level > most) problems.list.push(`compression-level: ${JSON.stringify(text.slice(0, 20))} must be auto or a whole number from 1 to ${most}. Example: compression-level: 3`);
  return { level, adapt: false };
}

function agesOf(inputs: BackupInputs, problems: Problems): RetentionAges | undefined {
  const parsed = parseRetention(inputs.retention.join('\n'));
  if ('ages' in parsed) return parsed.ages;
  problems.list.push(...parsed.problems);
  return undefined;
}

/** The fault of a run that took longer than `timeout`. */
export function timedOut(timeoutMs: number): BackupFault {
  return new BackupFault({ reason: 'timed-out', message: `The backup took longer than timeout (${Math.round(timeoutMs / 60_000)} min) and was ended.`, remedy: 'Set a longer timeout, or look at the progress lines for what was slow.' });
}
