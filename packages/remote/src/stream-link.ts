import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { CancelledError, UserError, type Clock } from '@ops/shared';
import type { HostShell } from './host-shell.ts';
import { lostError } from './lost.ts';
import { StreamStderr, StreamStdout, type FrameWord } from './stream-output.ts';
import { StreamStdin } from './stream-stdin.ts';
import type { RemoteStream, StreamExit, StreamRequest, StreamTarget } from './stream.ts';

/** How long a killed stream may take to say that the host has ended it, before the connection is cut. */
const KILL_ANSWER_MS = 2_500;
/** Beyond the grace of the host, before a local shell that does not end is killed. */
const KILL_EXTRA_MS = 5_000;
/** Whatever holds stderr open after ssh has ended; what was said is in the pipe long before. */
const DRAIN_MS = 2_000;

interface HostStreamParts extends HostShell {
  readonly target: StreamTarget;
  readonly request: StreamRequest;
  readonly nonce: string;
  readonly clock: Clock;
  readonly beatMs: number;
  readonly graceS: number;
  readonly silenceS: number;
  readonly greetingMs: number;
}

/** The runner's side of a stream: heartbeats out, the frame's words in, and what the end of both means. */
export class HostStream implements RemoteStream {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly exit: Promise<StreamExit>;
  readonly #parts: HostStreamParts;
  readonly #out: StreamStdout;
  readonly #err: StreamStderr;
  readonly #timers = new AbortController();
  readonly #greeting = new AbortController();
  #greeted = false;
  #late = false;
  #ended = false;
  #cancelled = false;
  #final: { readonly exit: number; readonly why: string } | undefined;
  #killed: Promise<void> | undefined;

  constructor(parts: HostStreamParts) {
    this.#parts = parts;
    const { child, nonce, request } = parts;
    this.#err = new StreamStderr(nonce, (line) => { if (this.#greeted) request.onStderrLine?.(line); }, (word) => this.#hear(word));
    child.stderr.on('data', (chunk: Buffer) => this.#err.add(chunk));
    child.stdin.on('error', () => {}); // the end of the child tells more than EPIPE
    this.stdin = new StreamStdin(child.stdin);
    this.#out = new StreamStdout(nonce, async () => {
      const { lost, cause } = await this.exit;
      if (lost) throw cause ?? new Error('lost');
    });
    this.stdout = this.#out;
    this.#out.once('close', () => { if (!this.#ended) void this.kill(); });
    child.stdout.pipe(this.#out);
    const abort = (): void => { void this.kill(); };
    request.signal?.addEventListener('abort', abort, { once: true });
    this.exit = this.#watchEnd().finally(() => request.signal?.removeEventListener('abort', abort));
    void this.#beat();
    void this.#awaitGreeting();
  }

  get target(): StreamTarget {
    return this.#parts.target;
  }

  get pid(): number {
    return this.#parts.child.pid;
  }

  stderrTail(): string {
    return this.#err.tail();
  }

  end(): void {
    if (!this.stdin.destroyed) this.stdin.end();
  }

  kill(): Promise<void> {
    this.#killed ??= this.#kill();
    return this.#killed;
  }

  async #kill(): Promise<void> {
    if (this.#ended) return;
    const { child, clock, graceS } = this.#parts;
    this.#cancelled = true;
    this.#timers.abort();
    // EOF without anything before it: the host ends the script and says so. What it still writes must not hold it up.
    destroy(child.stdin);
    child.stdout.unpipe(this.#out);
    child.stdout.resume();
    const timer = new AbortController();
    const within = async (ms: number): Promise<boolean> => await Promise.race([this.exit.then(() => true), clock.sleep(ms, timer.signal).then(() => false, () => true)]);
    if (!(await within(KILL_ANSWER_MS))) {
      child.kill('SIGTERM');
      // A local shell brings its script to an end first; KILL would leave that alone.
      if (!(await within(graceS * 1000 + KILL_EXTRA_MS))) child.kill('SIGKILL');
    }
    await this.exit;
    timer.abort();
  }

  #hear({ word, rest }: FrameWord): void {
    if (word === 'hi') {
      this.#greeted = true;
      this.#greeting.abort();
    } else if (word === 'exit') {
      const [exit = '', why = ''] = rest.split(' ');
      this.#final = { exit: Number.parseInt(exit, 10), why };
      this.#timers.abort();
      // Whatever the host still holds of the channel lets go at its end.
      this.#parts.child.stdin.end();
    }
  }

  async #watchEnd(): Promise<StreamExit> {
    const { child, clock } = this.#parts;
    const drained = once(child.stderr, 'close').catch(() => {});
    const status = await child.ended;
    this.#timers.abort();
    this.#greeting.abort();
    const patience = new AbortController();
    await Promise.race([drained, clock.sleep(DRAIN_MS, patience.signal).catch(() => {})]);
    patience.abort(); // a timer left behind would keep node alive
    this.#err.end();
    const exit = this.#judge(status);
    this.#ended = true;
    this.#close(exit);
    return exit;
  }

  /** A status that differs from the host's word means that ssh died after that word, perhaps before the last byte. */
  #judge(status: number): StreamExit {
    const final = this.#final;
    if (final?.why === 'done' && final.exit === status) return { exit: final.exit, lost: false };
    return { exit: status, lost: true, cause: this.#cause(status) };
  }

  #cause(status: number): UserError {
    const { target, request, silenceS, failure, greetingMs } = this.#parts;
    const { title } = request;
    if (this.#cancelled) return new CancelledError(`${title} ran on ${target.name}`);
    if (this.#late) {
      return new UserError({ reason: 'connect', message: `${target.name} did not start ${title} within ${Math.round(greetingMs / 1000)} s.`, remedy: 'Check the load of the host and its login scripts.' });
    }
    if (this.#final?.why === 'no-room') {
      return new UserError({ reason: 'no-room', message: `${target.name}: no private directory could be made for ${title}: neither TMPDIR nor /tmp, /var/tmp or /dev/shm can be written.`, remedy: 'Free space or inodes there, and run again.' });
    }
    if (this.#final?.why === 'lost') {
      return new UserError({ reason: 'connect', message: `${target.name} heard nothing from this runner for ${silenceS} s, or lost it, and ended ${title}.`, remedy: 'Run again; a runner that was suspended or has no CPU left falls silent.' });
    }
    const end = { exit: status, stderr: this.stderrTail(), greeted: this.#greeted, foreign: this.#out.foreign };
    // ssh itself ends with 255, or with what a login shell that runs nothing returns.
    const killed = status > 128 && status < 255;
    if (!this.#greeted && !killed && failure !== undefined) return failure(end);
    return lostError(target, { title, critical: false, locked: false, armed: undefined }, end);
  }

  #close({ lost, cause }: StreamExit): void {
    const { child } = this.#parts;
    if (this.stdin.writableLength > 0) this.stdin.destroy(cause ?? new Error(`${this.#parts.request.title} ended before it had read all its input`));
    else this.stdin.destroy();
    destroy(child.stdin);
    // A kill that came after the host's last word has cut stdout off all the same: it must not wait for an end that never comes.
    if (!lost && this.#cancelled) this.#out.destroy(new CancelledError(`${this.#parts.request.title} ran on ${this.#parts.target.name}`));
    if (!lost) return;
    this.#out.destroy(cause);
    destroy(child.stdout);
    destroy(child.stderr);
  }

  async #beat(): Promise<void> {
    const { child, clock, beatMs } = this.#parts;
    // Behind a script that does not read, beats would pile up: one is enough.
    let waiting = false;
    try {
      for (;;) {
        await clock.sleep(beatMs, this.#timers.signal);
        if (waiting) continue;
        waiting = true;
        child.stdin.write('beat\n', () => { waiting = false; });
      }
    } catch {
      // aborted: the stream has ended
    }
  }

  async #awaitGreeting(): Promise<void> {
    try {
      await this.#parts.clock.sleep(this.#parts.greetingMs, this.#greeting.signal);
      this.#late = true;
      this.#parts.child.kill('SIGTERM');
    } catch {
      // aborted: it has spoken, or ended
    }
  }
}

function destroy(stream: NodeJS.ReadableStream | NodeJS.WritableStream): void {
  if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
}
