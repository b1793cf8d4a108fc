import { asError, CancelledError } from '@ops/shared';
import { newStampedId } from '../catalog/backup-id.ts';
import { readCatalog, type Catalog } from '../catalog/list.ts';
import { requireOwnFolder } from '../catalog/owner.ts';
import { publishManifest, type Published } from '../catalog/publish.ts';
import { openSource } from '../engines/open.ts';
import { BackupFault, DDL_WAITS } from '../fault.ts';
import { findLeftovers } from '../retention/orphans.ts';
import { shownSize } from '../size.ts';
import type { LifecycleReport } from '../stores/s3/lifecycle-plan.ts';
import type { Store, StoreFacts } from '../stores/store.ts';
import { judgeSize } from '../verify/judge.ts';
import type { BackupConfig } from './config.ts';
import type { BackupIo } from './io.ts';
import { makeCopies, type Made } from './copies.ts';
import { dumpAll, type Dumped } from './dump.ts';
import { HostDrafts } from './host-drafts.ts';
import { look, requireNoRefusal, type Looked } from './look.ts';
import { manifestOf } from './manifest-of.ts';
import { planLines } from './plan-lines.ts';
import { noteRetention, pruneAll } from './pruning.ts';
import { shownSeconds } from './progress.ts';
import { historyEntry, noteHistory, storedBytesOf, type BackupRecord } from './record.ts';
import { verifyEverywhere, verifySample } from './verifying.ts';

const TRIES = 2;

/**
 * Makes one backup: look, dump into the primary store, publish the manifest, copy, read back, prune. Fills `record` as it
 * goes. Throws BackupFault; whatever it says, older backups are untouched and nothing unproven is called a backup.
 */
export async function backup(config: BackupConfig, io: BackupIo, record: BackupRecord, signal: AbortSignal): Promise<void> {
  const { log, mask } = io.deps;
  const looked = await look(config, mask, signal, (source) => { record.source = source; });
  try {
    await using drafts = new HostDrafts();
    note(record, config, looked);
    log.info(`${record.database ?? ''}, ${shownSize(looked.facts.bytes)} of data, login from ${looked.from}.`);
    const partial = requireNoRefusal(looked.refusals, config.allowPartial);
    for (const why of partial) {
      record.warnings.push(`Partial: ${why}`);
      log.warning(`Partial: ${why}`, 'Backup');
    }
    const { catalog, facts } = await openPrimary(config, looked, record, io, signal);
    const made = await make(config, looked, catalog, partial, drafts, record, io, signal);
    await looked.query.close();
    await makeCopies(config, looked, made, drafts, record, io, signal);
    await verifyEverywhere(config, made.published, record, io, signal);
    await verifySample(config, catalog, record, io, signal);
    await pruneAll(config, looked, made.published.manifest.id, facts, record, io, signal);
  } finally {
    await looked.query.close();
  }
  conclude(config, record);
}

/** mode plan: looks at everything and changes nothing, neither in the database nor in a store. */
export async function planBackup(config: BackupConfig, io: BackupIo, record: BackupRecord, signal: AbortSignal): Promise<void> {
  const looked = await look(config, io.deps.mask, signal);
  try {
    note(record, config, looked);
    record.plan.push(...await planLines(config, looked, signal));
    for (const refusal of looked.refusals) record.warnings.push(`${refusal.message} ${refusal.remedy}`);
    const [primary] = config.stores;
    if (primary !== undefined) {
      const catalog = await readCatalog(primary, { source: looked.source, trusted: config.trusted, nowMs: io.deps.clock.now(), signal });
      requireOwnFolder(catalog.entries[0]?.manifest, looked.owner, catalog);
      noteHistory(record, catalog.entries);
      await noteRetention({ ...config, prune: 'dry-run' }, looked, undefined, { checksums: false, conditional: true, versioning: false }, record, io, signal);
    }
    for (const line of record.plan) io.deps.log.info(line);
    requireNoRefusal(looked.refusals, config.allowPartial);
  } finally {
    await looked.query.close();
  }
}

function note(record: BackupRecord, config: BackupConfig, looked: Looked): void {
  record.source = looked.source;
  record.place = config.place.name;
  record.database = `${looked.facts.engine} ${looked.facts.server.version}, database ${looked.facts.database}`;
}

async function openPrimary(config: BackupConfig, looked: Looked, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<{ readonly catalog: Catalog; readonly facts: ReadonlyMap<Store, StoreFacts> }> {
  const facts = new Map<Store, StoreFacts>();
  const [primary] = config.stores;
  if (primary === undefined) throw new Error('there is no store');
  facts.set(primary, await primary.probe(signal));
  await checkLifecycle(config, looked.source, record, io, signal);
  const catalog = await readCatalog(primary, { source: looked.source, trusted: config.trusted, nowMs: io.deps.clock.now(), signal });
  requireOwnFolder(catalog.entries[0]?.manifest, looked.owner, catalog);
  noteHistory(record, catalog.entries);
  await reportLeftovers(primary, looked.source, catalog, record, io, signal);
  for (const oddity of catalog.oddities.slice(0, 10)) record.warnings.push(`${oddity.key}: ${oddity.why}`);
  const odd = catalog.oddities.filter(({ kind }) => kind === 'manifest');
  if (odd.length > 0) io.deps.log.warning(`${odd.length} earlier ${odd.length === 1 ? 'backup does' : 'backups do'} not count any more, because the manifest cannot be used: ${odd.slice(0, 3).map(({ key, why }) => `${key}: ${why}`).join('; ')}`, 'Backup');
  const last = catalog.entries[0]?.manifest.server.identity;
  if (last !== undefined && looked.facts.server.identity !== undefined && last !== looked.facts.server.identity) {
    const sentence = `This is another server than the one of the last backup (${looked.facts.server.identity}, before ${last}).`;
    record.warnings.push(sentence);
    io.deps.log.warning(sentence, 'Backup');
  }
  return { catalog, facts };
}

/** What runs that ended early left behind: told by the next run, collected by retention when it is a week old. */
async function reportLeftovers(store: Store, source: string, catalog: Catalog, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<void> {
  const { orphans, unfinished } = await findLeftovers(store, source, () => Promise.resolve(catalog.ids), io.deps.clock.now(), signal);
  for (const { id, bytes, ageMs } of orphans) record.orphans.push(`Data of ${id} in ${store.name} has no manifest (${shownSize(bytes)}, ${shownSeconds(ageMs / 1000)} old): a run ended before it was a backup, or one is at work now.`);
  for (const { key, ageMs } of unfinished) record.orphans.push(`The upload of ${key} to ${store.name} was never finished (${shownSeconds(ageMs / 1000)} old).`);
  for (const orphan of record.orphans) io.deps.log.notice(orphan, 'Backup');
}

async function checkLifecycle(config: BackupConfig, source: string, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<void> {
  if (config.lifecycle === 'off') return;
  for (const store of config.stores) {
    if (store.lifecycle === undefined) continue;
    const report = await lifecycleOf(store.lifecycle({ mode: config.lifecycle, sources: [source] }, signal), config, signal);
    if (typeof report === 'string') {
      record.warnings.push(report);
      io.deps.log.notice(report, 'Backup');
      continue;
    }
    if (report.errors.length > 0) throw new BackupFault({ reason: 'store-refused', message: `A lifecycle rule of ${store.name} would delete backups by age alone: ${report.errors.join('; ')}`, remedy: 'Remove its expiration of current objects: retention decides here, and never deletes the last good backup.' });
    if (report.installed) io.deps.log.info(`Lifecycle rules of ${store.name} written:\n${report.diff.join('\n')}`);
    else if (report.diff.length > 0) {
      const sentence = `${store.name} lacks our lifecycle rules (unfinished uploads would stay for ever); set lifecycle: install, or add them: ${report.diff.join('; ')}`;
      record.warnings.push(sentence);
      io.deps.log.notice(sentence, 'Backup');
    }
  }
}

/** A look that is not allowed, or that the server does not know, is no reason to have no backup: why, as a sentence. */
async function lifecycleOf(asked: Promise<LifecycleReport>, config: BackupConfig, signal: AbortSignal): Promise<LifecycleReport | string> {
  try {
    return await asked;
  } catch (thrown) {
    if (config.lifecycle !== 'check' || signal.aborted || !(thrown instanceof BackupFault) || thrown.reason !== 'store-refused') throw thrown;
    return `Whether a lifecycle rule deletes backups was not looked at. ${thrown.message} Allow s3:GetLifecycleConfiguration, or set lifecycle: off.`;
  }
}

/** Dump and publish; once more under a new id when a lock race or a taken key ended it. */
async function make(config: BackupConfig, looked: Looked, catalog: Catalog, partial: readonly string[], drafts: HostDrafts, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<Made> {
  const { clock, random, log } = io.deps;
  let query = looked.query;
  for (let attempt = 1; ; attempt += 1) {
    const startedMs = clock.now();
    const began = clock.monotonic();
    const id = io.newId?.() ?? newStampedId(startedMs, random);
    record.backupId = id;
    try {
      const dumped = await dumpAll(config, { ...looked, query }, id, catalog, { store: io.store, clock, log, onUpload: io.onUpload, drafts }, signal);
      record.timing['dump'] = clock.monotonic() - began;
      if (query !== looked.query) await query.close();
      return { artifacts: dumped.artifacts, published: await publish(config, looked, catalog, { id, dumped, partial, startedMs, endedMs: clock.now() }, record, io, signal) };
    } catch (thrown) {
      const error = asError(thrown);
      await drafts.discard();
      if (signal.aborted || attempt === TRIES || !worthAnotherTry(error)) {
        delete record.backupId;
        await query.close();
        throw signal.aborted && !(error instanceof BackupFault) ? new CancelledError('the backup ran') : error;
      }
      log.notice(`${error.message} Trying once more under a new id.`, 'Backup');
      // The session that held the locks went with them.
      await query.close();
      query = (await openSource(config.place, looked.connection, signal)).query;
    }
  }
}

function worthAnotherTry(error: Error): boolean {
  return error instanceof BackupFault && (error.reason === 'store-conflict' || (error.reason === 'dump-failed' && error.message.includes(DDL_WAITS)));
}

async function publish(config: BackupConfig, looked: Looked, catalog: Catalog, parts: { readonly id: string; readonly dumped: Dumped; readonly partial: readonly string[]; readonly startedMs: number; readonly endedMs: number }, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<Published> {
  const [primary] = config.stores;
  if (primary === undefined) throw new Error('there is no store');
  const plainBytes = parts.dumped.artifacts.reduce((sum, artifact) => sum + artifact.scan.plainBytes, 0);
  const size = judgeSize({ plainBytes, database: parts.dumped.facts.database }, catalog.entries, config.size);
  const manifest = manifestOf(config, looked, primary, { ...parts, sizeCheck: size.check, suspect: size.suspect });
  const published = await publishManifest(primary, manifest, config.signer, signal);
  io.onPublished?.(manifest.id);
  record.manifest = published.manifest;
  record.status = 'complete';
  record.rawBytes = plainBytes;
  record.storedBytes = storedBytesOf(published.manifest);
  record.checks.push(...parts.dumped.checks, size.check);
  record.history.push(historyEntry(published.manifest, false));
  io.deps.log.info(`Backup ${manifest.id} is complete: ${shownSize(plainBytes)} read, ${shownSize(record.storedBytes)} stored in ${primary.name}.`);
  return published;
}

/** The verdicts that make a run red although a backup was published. */
function conclude(config: BackupConfig, record: BackupRecord): void {
  const { manifest } = record;
  if (manifest === undefined) return;
  const failed = record.checks.find((check) => check.result === 'fail' && check.name !== 'size');
  if (failed !== undefined) throw new BackupFault({ reason: 'checksum-differs', message: `Backup ${manifest.id} was stored, and reading it back failed: ${failed.why ?? failed.name}`, remedy: 'It is never called verified. Look at the store, and run the backup again now.' });
  const unread = config.depth.kind === 'head' ? undefined : record.checks.find((check) => check.result === 'not-run' && /^(?:read-back|stored)(?: in |$)/.test(check.name));
  if (unread !== undefined) throw new BackupFault({ reason: 'check-not-run', message: `Backup ${manifest.id} is stored, and could not be read back: ${unread.why ?? unread.name}`, remedy: 'Nothing is proven either way. Look at the store, then run with mode: verify, or make a new backup.' });
  if (manifest.suspect !== null) throw new BackupFault({ reason: 'size-shrank', message: `Backup ${manifest.id} is kept as suspect: ${manifest.suspect.replace(/^size-shrank: /, '')}.`, remedy: 'Look at the database: was something deleted? If the size is right, run once with accept-size: true.' });
  if (record.degraded.length > 0) throw new BackupFault({ reason: 'copy-missing', message: `Backup ${manifest.id} stands in ${manifest.store}, and ${record.degraded.length === 1 ? 'a copy is' : 'copies are'} missing: ${record.degraded.join('; ')}`, remedy: 'Bring that store back and run the backup again; copies of older backups are not made up for.' });
}
