import { createHash, randomBytes, type Hash } from 'node:crypto';
import type { RemoteStream } from '@ops/remote';
import { asError } from '@ops/shared';
import { AgeEncryptor } from '../codecs/age.ts';
import type { Compression } from '../codecs/codec.ts';
import type { Scan } from '../engines/engine.ts';
import { BackupFault } from '../fault.ts';
import type { TableData } from '../inventory.ts';
import { shownSize } from '../size.ts';
import type { ArtifactRequest, StoreArtifact, StoredArtifact } from './artifact.ts';
import { dumpScript } from './dump-script.ts';
import { emptyTap, judgeTap, type TapResult } from './gate.ts';
import { copiesOf, HostSink, parseCopyEnd, type CopyEnd } from './host-copy.ts';
import { Meter } from './progress.ts';
import { redactor } from './redaction.ts';
import { SegmentWriter, type Sink } from './segments.ts';
import { Spool, type SpoolPlan } from './spool.ts';
import { judgeStages, parseStages, type StageReport, type StageWords } from './stages.ts';
import { decoderFor, TapThread } from './tap.ts';
import type { Decoder } from './tap-protocol.ts';

const SAID_LINES = 20;
/** What engines/sqlite/snapshot.sh says of each table of its copy. */
const COUNTED = /^ops-rows ((?:[0-9A-F]{2})+) (\d+)$/;
/** Enough to tell zstd from gzip. */
const MAGIC_BYTES = 4;
/** Of the server's patience: what the buffers before the spool hold is read at leisure. */
const SPOOL_AFTER = 0.2;

export const storeArtifact: StoreArtifact = async (request) => {
  const run = new ArtifactRun(request);
  try {
    return await run.store();
  } catch (thrown) {
    throw await run.undo(asError(thrown));
  } finally {
    run.meter.stop();
  }
};

/** One artifact on its way: the script near the database, the tap, the store, and the gate between them. */
class ArtifactRun {
  readonly meter: Meter;
  readonly #request: ArtifactRequest;
  readonly #nonce = randomBytes(16).toString('hex');
  readonly #startedMs = Date.now();
  readonly #said: string[] = [];
  /** Rows that the place itself counted, of a format that no scanner can read. */
  readonly #rows: Record<string, TableData> = {};
  readonly #writer: Sink;
  readonly #spool: Spool;
  readonly #onHost: HostSink | undefined;
  /** How the writing of each file on the host ended, by its place among them, from 1. */
  readonly #copies = new Map<number, CopyEnd>();
  /** Of what the copies on the host must hold. */
  readonly #compressed: Hash | undefined;
  #compressedBytes = 0;
  #report: StageReport | undefined;
  #stream: RemoteStream | undefined;
  #tap: TapThread | undefined;
  #encryptor: AgeEncryptor | undefined;
  #tapFailure: TapResult | undefined;
  /** The gate's verdict, once it spoke: nothing that happens later is the cause. */
  #verdict: Error | undefined;

  constructor(request: ArtifactRequest) {
    this.#request = request;
    const primary = request.onHost?.primary;
    this.#compressed = (request.onHost?.copies.length ?? 0) > 0 ? createHash('sha256') : undefined;
    this.#onHost = primary === undefined ? undefined : new HostSink(primary, () => this.#copies.get(1));
    this.#writer = this.#onHost ?? new SegmentWriter(request, () => { void this.#stream?.kill(); });
    // Behind the encryption, so that what lies on the disk is what will lie in the store.
    this.#spool = new Spool((bytes) => this.#writer.write(bytes), spoolPlan(request));
    this.meter = new Meter((progress) => request.onProgress({ artifact: request.plan.name, ...progress }), Date.now);
  }

  async store(): Promise<StoredArtifact> {
    const { codec, signal, place } = this.#request;
    this.#encryptor = codec.encryption === 'age' ? await AgeEncryptor.to(codec.recipients) : undefined;
    signal.throwIfAborted();
    this.#tap = this.#startTap();
    this.#stream = place.open({ title: this.#title, ...dumpScript(this.#request, this.#nonce), onStderrLine: this.#listener(), signal });
    await this.#pump(this.#stream, this.#tap);
    const scan = await this.#gate(this.#stream, this.#tap);
    this.meter.waitFor('store');
    await this.#keep(this.#encryptor?.final() ?? []);
    await this.#spool.end();
    const { segments, sha256 } = await this.#writer.finish();
    this.meter.moved(scan.plainBytes, this.#writer.bytes);
    this.meter.waitFor('nobody');
    const { onHost } = this.#request;
    const hostCopies = onHost === undefined || this.#compressed === undefined ? [] : copiesOf(onHost, this.#copies, { bytes: this.#compressedBytes, sha256: this.#compressed.digest('hex') });
    const compression = this.#compression();
    const notices = compression === codec.compression ? [] : [`${place.name} has no zstd, so the backup was compressed with ${compression}: slower and larger. Install zstd there.`];
    if (this.#spool.mostBytes > 0) notices.push(`The store took nothing for a while; up to ${shownSize(this.#spool.mostBytes)} of the ${this.#title} waited for it in a temporary file of the runner.`);
    return { name: this.#request.plan.name, segments, storedBytes: this.#writer.bytes, storedSha256: sha256, scan, compression, notices, hostCopies, startedMs: this.#startedMs, endedMs: Date.now() };
  }

  /** Ends everything that runs, waits for the upload to be gone, and says what the cause was. */
  async undo(thrown: Error): Promise<Error> {
    const cause = await this.#cause(thrown);
    await Promise.all([this.#stream?.kill(), this.#tap?.close(), this.#writer.fail(cause), this.#spool.close()]);
    return cause;
  }

  get #title(): string {
    const { plan, place } = this.#request;
    return `${plan.name === 'dump' ? 'dump' : `${plan.name} dump`} on ${place.name}`;
  }

  #listener(): (line: string) => void {
    const redact = redactor(this.#request.login);
    return (line) => {
      const report = parseStages(line, this.#nonce);
      const copy = parseCopyEnd(line, this.#nonce);
      if (copy !== undefined) { this.#copies.set(copy.place, copy.end); return; }
      const [, name, rows] = COUNTED.exec(line) ?? [];
      if (name !== undefined) { this.#rows[Buffer.from(name, 'hex').toString('utf8')] = { rows: Number(rows) }; return; }
      if (report !== undefined) this.#report = report;
      else if (line.trim() !== '') {
        this.#said.push(redact(line));
        if (this.#said.length > SAID_LINES) this.#said.shift();
      }
    };
  }

  /** Every compressed byte to tap and store, until the script has ended. */
  async #pump(stream: RemoteStream, tap: TapThread): Promise<void> {
    let held: Buffer[] = [];
    for await (const piece of stream.stdout) {
      let chunk: Buffer = Buffer.from(piece);
      if (!tap.begun) {
        held.push(chunk);
        chunk = Buffer.concat(held);
        if (chunk.length < MAGIC_BYTES) continue;
        held = [];
      }
      await this.#take(chunk, tap);
      this.meter.waitFor('dumper');
    }
    if (held.length > 0) await this.#take(Buffer.concat(held), tap);
  }

  async #take(chunk: Buffer, tap: TapThread): Promise<void> {
    this.#compressedBytes += chunk.length;
    this.#compressed?.update(chunk);
    this.meter.waitFor('tap');
    await tap.write(chunk, (magic) => this.#decoder(magic));
    this.meter.waitFor('store');
    await this.#keep(this.#encryptor?.update(chunk) ?? [chunk]);
    this.meter.moved(tap.plainBytes, this.#writer.bytes);
  }

  async #keep(pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) await this.#spool.write(piece);
  }

  #decoder(magic: Buffer): Decoder {
    if (this.#request.codec.compression === 'none') return 'none';
    return decoderFor(magic) === 'gzip' ? 'gzip' : 'zstd';
  }

  #startTap(): TapThread {
    const { workers, plan, pgRestore } = this.#request;
    const tap = new TapThread(workers.tap, { scan: plan.scan, pgRestore, programs: { zstd: 'zstd', gzip: 'gzip' } });
    // A tap that fails while the dumper still works: nothing more can come of it.
    void tap.result.then((result) => { if (!result.ok) { this.#tapFailure ??= result; void this.#stream?.kill(); } });
    return tap;
  }

  /** Throws unless every stage said 0, the tap ended well and the caller agrees. */
  async #gate(stream: RemoteStream, tap: TapThread): Promise<Scan> {
    this.meter.waitFor('tap');
    const exit = await stream.exit;
    const stages = (exit.lost ? undefined : this.#onHost?.fault()) ?? judgeStages(this.#report, exit, this.#words());
    if (stages !== undefined) throw this.#say(stages);
    const result: TapResult = tap.begun ? await tap.finish() : emptyTap();
    const proof = judgeTap(result, this.#request.plan, this.#title);
    if (proof !== undefined) throw this.#say(proof);
    if (!result.ok) throw new Error('the tap failed without a fault');
    const scan: Scan = this.#request.plan.scan === 'sqlite' ? { ...result.scan, tables: this.#rows } : result.scan;
    this.meter.waitFor('nobody');
    try {
      await this.#request.approve(scan);
    } catch (thrown) {
      throw this.#say(asError(thrown));
    }
    return scan;
  }

  #say(verdict: Error): Error {
    this.#verdict = verdict;
    return verdict;
  }

  /** The first cause: the gate's word, a cancel, a failed upload, a failed tap, and only then a stream that broke off. */
  async #cause(thrown: Error): Promise<Error> {
    if (this.#verdict !== undefined) return this.#verdict;
    if (this.#request.signal.aborted) return cancelled(this.#title, this.#request.signal);
    if (this.#writer.failure !== undefined) return this.#writer.failure;
    const tap = this.#tapFailure === undefined ? undefined : judgeTap(this.#tapFailure, this.#request.plan, this.#title);
    if (tap !== undefined) return tap;
    if (thrown instanceof BackupFault || this.#stream === undefined) return thrown;
    await this.#stream.kill();
    return judgeStages(this.#report, await this.#stream.exit, this.#words()) ?? thrown;
  }

  #words(): StageWords {
    const { plan, place, onHost } = this.#request;
    const all = [...(plan.before === undefined ? [] : [plan.before]), ...plan.commands];
    return { title: this.#title, place: place.name, commands: all.map(({ id }) => id), tee: onHost !== undefined, programs: new Map(all.map(({ id, program }) => [id, program])), said: this.#said, ...(plan.patienceMs !== undefined && { pause: { patienceMs: plan.patienceMs, longestMs: this.#spool.longestWaitMs } }) };
  }

  #compression(): Compression {
    const codec = this.#report?.codec;
    return codec === 'zstd' || codec === 'gzip' ? codec : 'none';
  }
}

function spoolPlan({ spoolFolder, plan: { patienceMs } }: ArtifactRequest): SpoolPlan | undefined {
  return spoolFolder === undefined || patienceMs === undefined ? undefined : { folder: spoolFolder, afterMs: patienceMs * SPOOL_AFTER };
}

function cancelled(title: string, signal: AbortSignal): BackupFault {
  const reason: unknown = signal.reason;
  const timedOut = typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError';
  return timedOut
    ? new BackupFault({ reason: 'timed-out', message: `The ${title} took longer than it may.`, remedy: 'Raise `timeout`, or find out what it waited for.' })
    : new BackupFault({ reason: 'cancelled', message: `Cancelled during the ${title}.` });
}
