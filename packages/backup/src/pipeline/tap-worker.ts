import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { messageOf } from './message.ts';
import { roomIn } from './room.ts';
import { createScanner } from './scanners/registry.ts';
import type { Scanner } from './scanners/scanner.ts';
import type { Decoder, TapInput, TapOutput, TapSetup } from './tap-protocol.ts';

/**
 * The tap: decodes what is stored by the `zstd` program, then hashes and reads the plaintext. The program and not node:zlib,
 * because that takes half a frame or garbage behind it for success (node#64592, #64741). The decoder is a child of this
 * thread, so plaintext never crosses threads.
 */
class Tap {
  readonly #say: (output: TapOutput) => void;
  readonly #scanner: Scanner;
  readonly #hash = createHash('sha256');
  readonly #child: ChildProcessWithoutNullStreams | undefined;
  readonly #drained: Promise<string | undefined>;
  #plainBytes = 0;
  #inputOver = false;
  #killed = false;
  /** It did not take all it was given, whatever its exit code says. */
  #refused = false;

  constructor(setup: TapSetup, decoder: Decoder, say: (output: TapOutput) => void) {
    this.#say = say;
    this.#scanner = createScanner(setup.scan, { pgRestore: setup.pgRestore });
    if (decoder === 'none') { this.#drained = Promise.resolve(undefined); return; }
    const child = decoder === 'zstd' ? spawn(setup.programs.zstd, ['-d', '-q', '-c']) : spawn(setup.programs.gzip, ['-d', '-c']);
    this.#child = child;
    child.stdin.on('error', () => { this.#inputOver = this.#refused = true; });
    if (child.pid !== undefined) say({ kind: 'pid', pid: child.pid });
    this.#drained = this.#decode(child);
    // Told at once: a dumper may go on for hours.
    void this.#drained.then((failure) => { if (failure !== undefined) this.#fail(failure); });
  }

  #fail(why: string): void {
    this.#scanner.close?.();
    this.#say({ kind: 'failed', why, killed: this.#killed });
  }

  /** Undefined when the decoder ended well. Never rejects. */
  async #decode(child: ChildProcessWithoutNullStreams): Promise<string | undefined> {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-2048); });
    const closed = once(child, 'close');
    closed.catch(() => undefined);
    try {
      for await (const chunk of child.stdout) if (Buffer.isBuffer(chunk)) await this.#plain(chunk);
      const [code, signal] = await closed;
      this.#inputOver = true;
      if (code === 0) return undefined;
      this.#killed = signal !== null;
      return `the decoder was ended by ${signal === null ? `exit code ${String(code)}` : String(signal)}${said.trim() === '' ? '' : ` (${said.trim().split('\n').at(-1) ?? ''})`}`;
    } catch (thrown) {
      child.kill('SIGKILL');
      this.#inputOver = true;
      this.#killed = true;
      return messageOf(thrown);
    }
  }

  async #plain(chunk: Buffer): Promise<void> {
    this.#plainBytes += chunk.length;
    this.#hash.update(chunk);
    const busy = this.#scanner.push(chunk);
    if (busy !== undefined) await busy;
  }

  /** One chunk of stored bytes; resolves when more may come. */
  async take(bytes: Buffer): Promise<void> {
    if (this.#child === undefined) await this.#plain(bytes);
    else if (this.#inputOver) this.#refused = true;
    else if (!this.#child.stdin.write(bytes)) await roomIn(this.#child.stdin);
    this.#say({ kind: 'taken', bytes: bytes.length, plainBytes: this.#plainBytes });
  }

  async end(): Promise<void> {
    this.#child?.stdin.end();
    const failure = await this.#drained;
    if (failure !== undefined) return;
    if (this.#refused) return this.#fail('the decoder ended before its input did');
    const findings = await this.#scanner.end();
    this.#say({ kind: 'scan', scan: { plainBytes: this.#plainBytes, plainSha256: this.#hash.digest('hex'), ...findings } });
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#scanner.close?.();
  }
}

/** Serves one artifact. Chunks are taken one after another, whatever the speed at which they come. */
function serve(setup: TapSetup, port: { postMessage(output: TapOutput): void; on(event: 'message', listener: (input: TapInput | 'close') => void): unknown; close(): void }): void {
  const say = (output: TapOutput): void => port.postMessage(output);
  const failed = (thrown: unknown): void => { say({ kind: 'failed', why: messageOf(thrown), killed: true }); };
  let tap: Tap | undefined;
  let turn: Promise<void> = Promise.resolve();
  port.on('message', (input) => {
    if (input === 'close') { tap?.close(); port.close(); return; }
    turn = turn.then(async () => {
      switch (input.kind) {
        case 'begin': tap = new Tap(setup, input.decoder, say); return;
        case 'chunk': return await tap?.take(Buffer.from(input.bytes.buffer, input.bytes.byteOffset, input.bytes.byteLength));
        case 'end': await tap?.end(); port.close();
      }
    }).catch(failed);
  });
}

if (!isMainThread && parentPort !== null) serve(workerData, parentPort);
