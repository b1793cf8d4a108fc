import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { asError, type Child, type Clock } from '@ops/shared';
import { FrameReader, type StreamName } from './frames.ts';

const STDERR_KEEP_CHARS = 16_384;
const FOREIGN_KEEP_LINES = 20;
const DRAIN_MS = 500;

/** How a link ended, for whoever words the error. */
export interface LinkEnd {
  readonly exit: number;
  /** What ssh itself said, newest 16 KiB. */
  readonly stderr: string;
  /** Whether the supervisor ever answered. */
  readonly greeted: boolean;
  /** Lines on stdout that were not the supervisor's. */
  readonly foreign: readonly string[];
}

export interface Message {
  readonly word: string;
  readonly rest: string;
}

/** The pipe to one supervisor: verbs out, frames in, a heartbeat while nothing else is written. */
export class Link {
  readonly #child: Child;
  readonly #messages: Message[] = [];
  readonly #foreign: string[] = [];
  readonly #stopBeats = new AbortController();
  #stderr = '';
  #greeted = false;
  #silent = false;
  #end: LinkEnd | undefined;
  #wake: (() => void) | undefined;
  /** Gets the bytes of the running batch. */
  onData: (stream: StreamName, bytes: Buffer) => void = () => {};
  /** Resolves when the child has ended and all that it said was read. */
  readonly ended: Promise<LinkEnd>;

  constructor(child: Child, sentinel: string, clock: Clock, beatMs: number) {
    this.#child = child;
    const reader = new FrameReader(sentinel);
    child.stdin.on('error', () => {}); // the end of the child tells more than EPIPE
    child.stdout.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (frame.kind === 'data') this.onData(frame.stream, frame.bytes);
        else if (frame.kind === 'message') this.#take(frame);
        else if (this.#foreign.length < FOREIGN_KEEP_LINES) this.#foreign.push(frame.text);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_KEEP_CHARS);
    });
    this.ended = this.#watchEnd(clock);
    void this.#beat(clock, beatMs);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Set once the child has ended. */
  get end(): LinkEnd | undefined {
    return this.#end;
  }

  get greeted(): boolean {
    return this.#greeted;
  }

  write(text: string): void {
    if (this.#end === undefined) this.#child.stdin.write(text);
  }

  /** Streams exactly `bytes` bytes of a file; no heartbeat comes between them. Ends early when the child ends. */
  async send(file: string, bytes: number): Promise<void> {
    if (bytes === 0) return;
    this.#silent = true;
    try {
      let sent = 0;
      for await (const chunk of createReadStream(file, { end: bytes - 1, highWaterMark: 262_144 })) {
        if (!Buffer.isBuffer(chunk) || this.#end !== undefined) return;
        sent += chunk.length;
        if (!this.#child.stdin.write(chunk)) await Promise.race([once(this.#child.stdin, 'drain').catch(() => {}), this.ended]);
      }
      if (sent !== bytes) throw new Error(`${file} has ${sent} bytes, ${bytes} were announced`);
    } catch (thrown) {
      this.kill(); // the host waits for the rest, which will not come
      throw asError(thrown);
    } finally {
      this.#silent = false;
    }
  }

  /** The next message, or undefined when the link has ended or `until` resolved first. */
  async next(until?: Promise<unknown>): Promise<Message | undefined> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined || this.#end !== undefined) return message;
      const arrival = new Promise<'message'>((resolve) => {
        this.#wake = () => resolve('message');
      });
      const won = await Promise.race(until === undefined ? [arrival] : [arrival, until.then(() => 'until' as const)]);
      if (won === 'until') return this.#messages.shift();
    }
  }

  /** No more verbs: the supervisor takes it for the loss of the runner, unless `quit` came before. */
  hangUp(): void {
    this.#stopBeats.abort();
    this.#child.stdin.end();
  }

  /** Ends the local end at once. */
  kill(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): void {
    this.hangUp();
    if (this.#end === undefined) this.#child.kill(signal);
  }

  /** Lets go of a supervisor that goes on alone: nothing of it keeps this process alive. */
  release(): void {
    this.hangUp();
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
    }
  }

  #take(message: Message): void {
    if (message.word === 'hi') this.#greeted = true;
    this.#messages.push(message);
    this.#wake?.();
  }

  async #watchEnd(clock: Clock): Promise<LinkEnd> {
    const drained = once(this.#child.stdout, 'close').catch(() => {});
    const exit = await this.#child.ended;
    // The pipe may still hold what was said last; a supervisor that goes on alone keeps it open.
    const patience = new AbortController();
    await Promise.race([drained, clock.sleep(DRAIN_MS, patience.signal).catch(() => {})]);
    patience.abort(); // a timer left behind would keep node alive
    this.#end = { exit, stderr: this.#stderr, greeted: this.#greeted, foreign: this.#foreign };
    this.#stopBeats.abort();
    this.#wake?.();
    return this.#end;
  }

  async #beat(clock: Clock, beatMs: number): Promise<void> {
    try {
      for (;;) {
        await clock.sleep(beatMs, this.#stopBeats.signal);
        if (!this.#silent) this.write('beat\n');
      }
    } catch {
      // aborted: the link has ended
    }
  }
}
