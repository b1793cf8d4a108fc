import { Worker } from 'node:worker_threads';
import type { TapResult } from './gate.ts';
import type { Decoder, TapInput, TapOutput, TapSetup } from './tap-protocol.ts';

/** Stored bytes that may wait for the tap before the pipeline waits for it. */
const AHEAD_BYTES = 4 * 1024 * 1024;
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Who can decode a stream that begins so. The place may have had no zstd, so the bytes decide, not the wish. */
export function decoderFor(first: Buffer): Decoder {
  if (first.subarray(0, ZSTD_MAGIC.length).equals(ZSTD_MAGIC)) return 'zstd';
  return first.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC) ? 'gzip' : 'none';
}

/** The worker thread that proves what is stored, as the pipeline sees it. It loads while the dumper starts. */
export class TapThread {
  plainBytes = 0;
  /** Of the decoder program; for tests and messages. */
  decoderPid: number | undefined;
  readonly result: Promise<TapResult>;
  readonly #worker: Worker;
  #begun = false;
  #ahead = 0;
  #wake: () => void = () => undefined;
  #over = false;

  constructor(entry: URL, setup: TapSetup) {
    this.#worker = new Worker(entry, { workerData: setup });
    this.result = new Promise((resolve) => {
      const done = (result: TapResult): void => { this.#over = true; this.#wake(); resolve(result); };
      this.#worker.on('message', (output: TapOutput) => {
        switch (output.kind) {
          case 'taken': this.#ahead -= output.bytes; this.plainBytes = output.plainBytes; this.#wake(); return;
          case 'pid': this.decoderPid = output.pid; return;
          case 'scan': return done({ ok: true, scan: output.scan });
          case 'failed': return done({ ok: false, why: output.why, killed: output.killed });
          default: throw new Error(`The tap said something unknown: ${JSON.stringify(output satisfies never)}`);
        }
      });
      this.#worker.on('error', (error) => done({ ok: false, why: `its thread failed (${error.message})`, killed: true }));
      this.#worker.on('exit', (code) => done({ ok: false, why: `its thread ended with ${code}`, killed: true }));
    });
  }

  /** Whether it was given anything. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Gives it a copy of the bytes, `magic` first among them; resolves when more may come. A tap that has failed takes anything: `result` tells. */
  async write(chunk: Buffer, decoder: (magic: Buffer) => Decoder): Promise<void> {
    if (this.#over) return;
    if (!this.#begun) this.#send({ kind: 'begin', decoder: decoder(chunk) }, []);
    this.#begun = true;
    const bytes = Uint8Array.from(chunk);
    this.#ahead += bytes.length;
    this.#send({ kind: 'chunk', bytes }, [bytes.buffer]);
    while (this.#ahead > AHEAD_BYTES && !this.#over) await new Promise<void>((resolve) => { this.#wake = resolve; });
  }

  get waiting(): boolean {
    return this.#ahead > AHEAD_BYTES;
  }

  /** Tells it that nothing more comes. */
  async finish(): Promise<TapResult> {
    if (!this.#over) this.#send({ kind: 'end' }, []);
    return await this.result;
  }

  /** Ends thread and programs at once; idempotent. */
  async close(): Promise<void> {
    if (!this.#over) this.#worker.postMessage('close');
    this.#over = true;
    this.#wake();
    await this.#worker.terminate();
  }

  #send(input: TapInput, transfer: ArrayBuffer[]): void {
    this.#worker.postMessage(input, transfer);
  }
}
