/** Whole backups for proofs: the package's own `backup`, with real clients, codecs and keys, into any store. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  backup, BackupFault, newBackupRecord, parseSigningKey, readCatalog, storeArtifact, type BackupConfig, type BackupRecord, type Catalog, type Place, type Signer, type Store,
} from '@ops/backup';
import { asError, realClock, realRandom, Secret, type Log } from '@ops/shared';
import { localPlace } from '../../packages/backup/src/testing.ts';
import { programOf } from '../../test/support/services.ts';

export const forever = new AbortController().signal;
export const SOURCE = 'proof-shop';
const DAY_MS = 86_400_000;
const TAP = pathToFileURL(join(import.meta.dirname, '../../packages/backup/src/pipeline/tap-worker.ts'));
const silent: Log = {
  info: () => undefined, debug: () => undefined, notice: () => undefined, warning: () => undefined, error: () => undefined, foreign: () => undefined, group: (_title, body) => body(),
};

export interface Keys {
  readonly recipients: readonly string[];
  /** Text of the identity file of the first recipient. */
  readonly identity: string;
  readonly signer: Signer;
  /** PEM of the signer's key. */
  readonly signingKey: string;
  /** Of somebody else. */
  readonly foreign: Signer;
}

/** A folder for one proof. */
export function proofDir(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'ops-proof-backup-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function makeKeys(dir: string): Keys {
  const files = ['operations', 'break-glass'].map((name) => join(dir, `${name}.key`));
  for (const file of files) execFileSync(programOf('age-keygen') ?? 'age-keygen', ['-o', file], { stdio: 'ignore' });
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  const pem = (): string => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signingKey = pem();
  return { recipients: texts.map((text) => /public key: (\S+)/.exec(text)?.[1] ?? ''), identity: texts[0] ?? '', signingKey, signer: parseSigningKey(new Secret(signingKey)), foreign: parseSigningKey(new Secret(pem())) };
}

export interface Source {
  readonly url: string;
  /** Environment of the clients: the server's programs first on the PATH. */
  readonly env: Readonly<Record<string, string>>;
}

/** A decided backup as the action would make it, signed, encrypted and read back. */
export function configOf(source: Source, store: Store, keys: Omit<Keys, 'signingKey' | 'foreign'>, change: Partial<BackupConfig> = {}): BackupConfig {
  const place: Place = localPlace(source.env);
  return {
    environment: 'proof', place, runner: place, source: SOURCE, stores: [store], tier: 'daily',
    database: { url: new Secret(source.url), envFile: undefined, appDir: undefined, database: undefined, engine: 'auto', tls: 'auto', ca: undefined },
    compression: 'zstd', level: 3, adapt: false, encryption: 'age', recipients: keys.recipients, allowPlainHost: false, options: { excludeData: [], parallel: 1 }, allowPartial: false,
    depth: { kind: 'read-back' }, size: { minBytes: 1024, maxShrink: 0.5, accept: false },
    retention: { ages: { frequent: 7 * DAY_MS, daily: 30 * DAY_MS, 'pre-deploy': 7 * DAY_MS, monthly: 365 * DAY_MS }, minVerified: 3 },
    prune: 'never', confirmPrune: false, pruneStores: [], lifecycle: 'off', signer: keys.signer, trusted: new Set([keys.signer.key]), identity: keys.identity,
    run: { action: 'db-backup', runId: '1', runAttempt: '1', actor: 'proof', sha: '0'.repeat(40), runUrl: 'https://github.com/acme/shop/actions/runs/1' },
    toolVersion: '0.1.0', workers: { tap: TAP }, spoolFolder: undefined, ...change,
  };
}

export interface Attempt {
  readonly record: BackupRecord;
  /** Reason code; `bug` for anything that is no BackupFault; undefined when it went well. */
  readonly reason: string | undefined;
  readonly message: string;
}

/** One run. Whatever happens is an answer. */
export async function attempt(config: BackupConfig, signal: AbortSignal = forever): Promise<Attempt> {
  const record = newBackupRecord(Date.now());
  try {
    await backup(config, { deps: { clock: realClock, random: realRandom, log: silent, mask: () => undefined, signal }, store: storeArtifact, onUpload: () => undefined }, record, signal);
    return { record, reason: undefined, message: '' };
  } catch (thrown) {
    return { record, reason: thrown instanceof BackupFault ? thrown.reason : 'bug', message: asError(thrown).message };
  }
}

/** What a store knows of the source of these proofs. */
export async function catalogOf(store: Store, keys: Pick<Keys, 'signer'> | undefined, source = SOURCE): Promise<Catalog> {
  return await readCatalog(store, { source, trusted: keys === undefined ? undefined : new Set([keys.signer.key]), nowMs: Date.now(), signal: forever });
}

/** Keys of manifests in a store, of any source. */
export async function manifestsIn(store: Store): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list('', forever)) if (/\/manifests\/[^/]+\.json$/.test(key)) found.push(key);
  return found;
}
