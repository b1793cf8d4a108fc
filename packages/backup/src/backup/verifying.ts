import { readCatalog, type Catalog, type CatalogEntry, type Oddity } from '../catalog/list.ts';
import type { Manifest } from '../catalog/manifest.ts';
import { markReading } from '../catalog/marks.ts';
import { requireOwnFolder } from '../catalog/owner.ts';
import type { Published } from '../catalog/publish.ts';
import { newRunName } from '../catalog/run-history.ts';
import { standingOf } from '../catalog/status.ts';
import { BackupFault } from '../fault.ts';
import { openPlaintext } from '../pipeline/plaintext.ts';
import type { Store } from '../stores/store.ts';
import { readingOrder, shareOf } from '../verify/sample.ts';
import { verifyBackup } from '../verify/verify.ts';
import type { ReadBackResult } from '../verify/read-back.ts';
import type { BackupConfig } from './config.ts';
import { degrade } from './copies.ts';
import type { BackupIo } from './io.ts';
import type { Folder } from './look.ts';
import { noteHistory, type BackupRecord } from './record.ts';

/** Reads the new backup back from the primary store, and from every copy that was made. */
export async function verifyEverywhere(config: BackupConfig, published: Published, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<void> {
  const began = io.deps.clock.monotonic();
  for (const [index, store] of config.stores.entries()) {
    if (record.missing[index] !== undefined) continue;
    const own = index === 0 ? published : await ownManifest(config, store, published, io, signal);
    if ('why' in own) {
      degrade(record, io, index, store.name, own.why);
      continue;
    }
    const result = await verifyOne(config, store, own.manifest, own.sha256, io, signal);
    const checks = index === 0 ? result.checks : result.checks.map((check) => ({ ...check, name: `${check.name} in ${store.name}` }));
    record.checks.push(...checks);
    if (index === 0) record.status = result.record === undefined ? 'complete' : standingOf(own.manifest, [result.record]).status;
  }
  record.timing['read-back'] = io.deps.clock.monotonic() - began;
  io.deps.log.info(`Backup ${published.manifest.id} is ${record.status ?? 'complete'}.`);
}

async function ownManifest(config: BackupConfig, store: Store, published: Published, io: BackupIo, signal: AbortSignal): Promise<{ readonly manifest: Manifest; readonly sha256: string } | { readonly why: string }> {
  const catalog = await readCatalog(store, { source: published.manifest.source, trusted: config.trusted, nowMs: io.deps.clock.now(), signal });
  const { id } = published.manifest;
  return catalog.entries.find(({ manifest }) => manifest.id === id) ?? { why: `its manifest ${catalog.oddities.find((one) => one.id === id && one.kind === 'manifest')?.why ?? 'is not there any more'}` };
}

async function verifyOne(config: BackupConfig, store: Store, manifest: Manifest, sha256: string, io: BackupIo, signal: AbortSignal): Promise<ReadBackResult & { readonly record: Awaited<ReturnType<typeof verifyBackup>>['record'] }> {
  return await verifyBackup({
    store, manifest, manifestSha256: sha256, runUrl: config.run.runUrl, signal,
    depth: config.depth.kind === 'head' ? 'head' : 'read-back',
    decode: { open: openPlaintext, identity: config.identity },
  }, { now: () => io.deps.clock.now(), random: io.deps.random, signer: config.signer });
}

/** `verify: sample n/t`: reads a share of the older backups, those first that were not read for the longest time. */
export async function verifySample(config: BackupConfig, catalog: Catalog, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<void> {
  const [primary] = config.stores;
  if (primary === undefined) return;
  for (const entry of await sampled(config, primary, catalog.entries, record, io, signal)) await verifyEntry(config, primary, entry, record, io, signal);
}

/** mode verify: looks at the newest backup in every store, and at what no longer passes for one; sample at its share of the older ones too. */
export async function verifyStored(config: BackupConfig, { source, owner }: Folder, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<void> {
  record.source = source;
  for (const [index, store] of config.stores.entries()) {
    const catalog = await readCatalog(store, { source, trusted: config.trusted, nowMs: io.deps.clock.now(), signal });
    requireOwnFolder(catalog.entries[0]?.manifest, owner, catalog);
    if (index === 0) noteHistory(record, catalog.entries);
    for (const oddity of catalog.oddities) noteOddity(oddity, store, record, io);
    if (catalog.entries.length === 0 && index === 0) record.missing[index] = 'there is none';
    else if (catalog.entries.length === 0) degrade(record, io, index, store.name, `there is no backup of ${source}`);
    const [newest, ...older] = catalog.entries;
    if (newest === undefined) continue;
    const chosen = [newest, ...await sampled(config, store, older, record, io, signal)];
    for (const entry of chosen) await verifyEntry(config, store, entry, record, io, signal);
  }
}

/** The share of the older backups whose turn it is. What lies in an archive would never give it up, so it is told and passed over. */
async function sampled(config: BackupConfig, store: Store, older: readonly CatalogEntry[], record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<readonly CatalogEntry[]> {
  if (config.depth.kind !== 'sample') return [];
  const share = shareOf(older.length, config.depth);
  const chosen: CatalogEntry[] = [];
  const archived: string[] = [];
  for (const entry of readingOrder(older)) {
    if (chosen.length === share) break;
    if (await liesInArchive(store, entry.manifest, signal)) archived.push(entry.manifest.id);
    else chosen.push(entry);
  }
  if (archived.length > 0) {
    const sentence = `Not read back, because the store keeps ${archived.length === 1 ? 'it' : 'them'} in an archive class until somebody thaws ${archived.length === 1 ? 'it' : 'them'}: ${archived.slice(0, 3).join(', ')}${archived.length > 3 ? ` and ${archived.length - 3} more` : ''} in ${store.name}.`;
    record.warnings.push(sentence);
    io.deps.log.notice(sentence, 'Backup');
  }
  return chosen;
}

async function liesInArchive(store: Store, manifest: Manifest, signal: AbortSignal): Promise<boolean> {
  for (const { key } of manifest.artifacts.flatMap(({ segments }) => segments)) {
    // A store that does not answer here will not answer the read either, and that one tells of it.
    const object = await store.head(key, signal).catch(() => undefined);
    signal.throwIfAborted();
    if (object?.archived === true) return true;
  }
  return false;
}

/** A manifest that can no longer be used is a backup that is lost, and not only a curiosity. */
function noteOddity(oddity: Oddity, store: Store, record: BackupRecord, io: BackupIo): void {
  if (oddity.kind !== 'manifest' || oddity.id === undefined) {
    record.warnings.push(`${oddity.key} in ${store.name}: ${oddity.why}`);
    return;
  }
  record.verified.push({ id: oddity.id, verdict: oddity.reason === 'unknown-version' ? 'inconclusive' : 'fail', why: `its manifest in ${store.name}: ${oddity.why}`, ...(oddity.reason === 'signature-bad' ? { reason: 'signature-bad' } : {}) });
  io.deps.log.error(`The manifest of backup ${oddity.id} in ${store.name} cannot be used: ${oddity.why}`, 'Backup');
}

async function verifyEntry(config: BackupConfig, store: Store, entry: CatalogEntry, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<void> {
  const { id } = entry.manifest;
  const done = await beginReading(config, store, entry.manifest, io, signal);
  if (done === undefined) {
    io.deps.log.info(`Backup ${id} was deleted from ${store.name} meanwhile.`);
    return;
  }
  try {
    const result = await verifyOne(config, store, entry.manifest, entry.sha256, io, signal);
    const why = result.checks.filter((check) => check.result !== 'pass').map((check) => check.why ?? check.name).join('; ');
    record.verified.push({ id, verdict: result.verdict, why });
    if (result.verdict === 'fail') io.deps.log.error(`Backup ${id} in ${store.name} does not read back: ${why}`, 'Backup');
    else if (result.verdict === 'inconclusive' && config.depth.kind !== 'head') io.deps.log.warning(`Backup ${id} in ${store.name} could not be read back: ${why}`, 'Backup');
    else io.deps.log.info(`Backup ${id} in ${store.name} read back: ${result.verdict}${why === '' ? '' : ` (${why})`}.`);
  } finally {
    await done();
  }
}

/** Keeps retention of another run from deleting it under our hands; undefined when that has happened already. */
async function beginReading(config: BackupConfig, store: Store, { source, id }: Manifest, io: BackupIo, signal: AbortSignal): Promise<(() => Promise<void>) | undefined> {
  const nowMs = io.deps.clock.now();
  try {
    return await markReading(store, source, id, newRunName(nowMs, config.run, io.deps.random), nowMs, signal);
  } catch (thrown) {
    if (thrown instanceof BackupFault && thrown.reason === 'missing') return undefined;
    throw thrown;
  }
}
