import { join } from 'node:path';
import { openStream, localTarget, type HostTarget, type SshAccess } from '@ops/remote';
import { UserError, type Deps, type InputsOf } from '@ops/shared';
import { parseSigningKey, parseTrustedSigners } from '../catalog/sign.ts';
import { parseRecipients } from '../codecs/recipients.ts';
import { BackupFault } from '../fault.ts';
import type { backupInputs, databaseInputs, storeInputs, writeInputs } from '../inputs.ts';
import type { Workers } from '../pipeline/artifact.ts';
import type { Place } from '../place.ts';
import { parseRetention, type RetentionAges } from '../retention/ages.ts';
import { openStores } from '../stores/open.ts';
import type { StoreSettings } from '../stores/settings.ts';
import type { Store } from '../stores/store.ts';
import { parseDepth } from '../verify/sample.ts';
import type { BackupConfig, BackupRun } from './config.ts';

/** The inputs a backup is made of, however an action came by them. */
export type BackupWishes = InputsOf<typeof storeInputs> & InputsOf<typeof writeInputs> & InputsOf<typeof databaseInputs> & InputsOf<typeof backupInputs> & { readonly environment: string };

/** Where a backup can run. */
export interface BackupPlaces {
  /** In the order of the input: the dump runs on the first. */
  readonly targets: readonly HostTarget[];
  readonly ssh: SshAccess | undefined;
  readonly action: BackupRun['action'];
  readonly workers: Workers;
}

/** Says what is wrong between inputs, all of it at once. */
export class Problems {
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

/**
 * Turns inputs into a decided backup; undefined when `problems` has grown. Connects to nothing.
 */
export async function decideBackup(inputs: BackupWishes, places: BackupPlaces, deps: Deps, problems: Problems): Promise<BackupConfig | undefined> {
  const { targets, ssh, workers } = places;
  const [first] = targets;
  const via = inputs.via ?? (first === undefined ? 'runner' : 'host');
  if (via === 'host' && first === undefined) problems.list.push('via: host needs hosts. Example: hosts: deploy@app1.example.com');
  if (first === undefined && inputs['database-url'] === undefined && inputs['env-file'] === undefined && !(onlyStores(inputs) && inputs.source !== undefined)) problems.list.push('database-url: is needed, or env-file, or hosts, from whose app dir the login is read. Example: database-url: ${{ secrets.DATABASE_URL }}');
  const recipients = await recipientsOf(inputs, problems);
  const level = levelOf(inputs, problems);
  const ages = agesOf(inputs, problems);
  const depth = problems.try('verify', () => parseDepth(inputs.verify));
  const signingKey = inputs['signing-key'];
  const signer = signingKey === undefined ? undefined : problems.try('signing-key', () => parseSigningKey(signingKey));
  const signers = inputs['trusted-signers'];
  const trusted = signers === undefined || signers.length === 0 ? undefined : problems.try('trusted-signers', () => parseTrustedSigners(signers));
  if (inputs.engine !== 'postgres' && inputs.engine !== 'auto' && inputs.parallel > 1) problems.list.push(`parallel: works with PostgreSQL only; ${inputs.engine} has no snapshot that several dumpers could share. Example: parallel: 1`);
  if (inputs.mode === 'prune' && inputs.prune === 'never') problems.list.push('prune: is never, and mode is prune; one of them is not meant. Example: prune: dry-run');
  const settings = storeSettings(inputs, targets, ages, depth?.kind === 'head');
  const place = (target: HostTarget | undefined): Place => placeOf(target, ssh, deps);
  const open = (purpose: StoreSettings['purpose']): readonly Store[] => problems.try('stores', () => openStores(inputs.stores ?? [], { ...settings, purpose }, storesDeps(targets, place, deps))) ?? [];
  const stores = open('backup');
  if (problems.list.length > 0 || depth === undefined || ages === undefined) return undefined;
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
    compression: inputs.compression, level: level.level, adapt: level.adapt, encryption: inputs.encryption, recipients, allowPlainHost: inputs['allow-plain-host'],
    options: { excludeData: inputs['exclude-data'] ?? [], parallel: inputs.parallel },
    allowPartial: inputs['allow-partial'], depth,
    size: { minBytes: inputs['min-size'], maxShrink: inputs['max-shrink'], accept: inputs['accept-size'] },
    retention: { ages, minVerified: inputs['min-verified'] }, prune: inputs.prune, confirmPrune: inputs['confirm-prune'],
    pruneStores: inputs['prune-role'] === undefined ? stores : open('prune'),
    lifecycle: inputs.lifecycle, signer, trusted, identity: inputs.identity?.reveal(),
    run: { action: places.action, runId: context.runId, runAttempt: context.runAttempt, actor: context.actor, sha: context.sha, runUrl: context.runUrl },
    toolVersion: TOOL_VERSION, workers, spoolFolder: context.tempDir,
  };
}

const TOOL_VERSION = '0.1.0';

function absolute(path: string, workspace: string): string {
  return path.startsWith('/') ? path : join(workspace, path);
}

/** The runner, or a host over ssh. */
function placeOf(target: HostTarget | undefined, ssh: SshAccess | undefined, deps: Deps): Place {
  const where = target ?? localTarget();
  return { via: target === undefined ? 'runner' : 'host', name: target === undefined ? 'the runner' : target.name, open: (request) => openStream(where, where.address.kind === 'ssh' ? ssh : undefined, deps, request) };
}

function storesDeps(targets: readonly HostTarget[], place: (target: HostTarget | undefined) => Place, deps: Deps): Parameters<typeof openStores>[2] {
  return {
    clock: deps.clock, random: deps.random, log: deps.log, mask: deps.mask, fetch, runId: deps.context.runId,
    host: (name) => place(targets.find((target) => target.name === name)),
    tokens: deps.context.idTokens,
  };
}

function storeSettings(inputs: BackupWishes, targets: readonly HostTarget[], ages: RetentionAges | undefined, verifyHead: boolean): Omit<StoreSettings, 'purpose'> {
  return {
    profile: inputs['s3-profile'], endpoint: inputs['s3-endpoint'], region: inputs['s3-region'], role: inputs['role-to-assume'], pruneRole: inputs['prune-role'],
    accessKeyIds: inputs['access-key-id'] ?? [], secretAccessKey: inputs['secret-access-key'], storageClass: inputs['storage-class'] ?? [],
    sse: inputs.sse, kmsKeyId: inputs['kms-key-id'], objectLock: inputs['object-lock'],
    ages: ages ?? { 'frequent': 0, 'daily': 0, 'pre-deploy': 0, 'monthly': 0 },
    verifyHead, hosts: targets.map((target) => target.name),
  };
}

/** Modes that read and delete stored backups: they encrypt nothing, and where the source is named they need no database. */
function onlyStores({ mode }: BackupWishes): boolean {
  return mode === 'verify' || mode === 'prune';
}

async function recipientsOf(inputs: BackupWishes, problems: Problems): Promise<readonly string[]> {
  const given = inputs.recipients ?? [];
  if (inputs.encryption === 'none') {
    if (given.length > 0) problems.list.push('recipients: are given although encryption is none. Remove one of them. Example: encryption: age');
    return [];
  }
  // What is given all the same is checked, because the next backup needs it.
  if (given.length === 0 && onlyStores(inputs)) return [];
  const { recipients, problems: wrong } = await parseRecipients(given.join('\n'));
  problems.list.push(...wrong);
  return recipients;
}

function levelOf(inputs: BackupWishes, problems: Problems): { readonly level: number; readonly adapt: boolean } {
  const text = inputs['compression-level'].trim();
  if (text === 'auto') return { level: 3, adapt: true };
  const most = inputs.compression === 'gzip' ? 9 : 19;
  const level = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (level < 1 || level > most) problems.list.push(`compression-level: ${JSON.stringify(text.slice(0, 20))} must be auto or a whole number from 1 to ${most}. Example: compression-level: 3`);
  return { level, adapt: false };
}

function agesOf(inputs: BackupWishes, problems: Problems): RetentionAges | undefined {
  const parsed = parseRetention(inputs.retention.join('\n'));
  if ('ages' in parsed) return parsed.ages;
  problems.list.push(...parsed.problems.map((problem) => `retention: ${problem}. Example: monthly=365d`));
  return undefined;
}

/** The fault of a run that took longer than `timeout`. */
export function timedOut(timeoutMs: number): BackupFault {
  return new BackupFault({ reason: 'timed-out', message: `The backup took longer than timeout (${Math.round(timeoutMs / 60_000)} min) and was ended.`, remedy: 'Set a longer timeout, or look at the progress lines for what was slow.' });
}
