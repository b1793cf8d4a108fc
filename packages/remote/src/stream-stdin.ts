import { Writable } from 'node:stream';

/** One frame costs the host a process; a bigger one holds the heartbeat up for longer. */
const FRAME_MAX_BYTES = 1_048_576;
const BUFFER_BYTES = 1_048_576;

/** The script's stdin: cuts what is written into frames between which heartbeats fit, and waits when the host does. */
export class StreamStdin extends Writable {
  readonly #pipe: NodeJS.WritableStream;

  constructor(pipe: NodeJS.WritableStream) {
    super({ highWaterMark: BUFFER_BYTES });
    this.#pipe = pipe;
    this.on('error', () => {}); // whoever does not listen learns from `exit`
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(chunks.map(({ chunk }) => chunk), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#pipe.write('end\n', (error) => done(error));
  }

  /** The frames of all chunks as one write after the other; `done` when the last of them has left this process. */
  #send(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    const whole = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    if (whole === undefined || whole.length === 0) {
      done();
      return;
    }
    const next = (from: number): void => {
      const frame = whole.subarray(from, from + FRAME_MAX_BYTES);
      const to = from + frame.length;
      this.#pipe.write(`data ${frame.length}\n`);
      this.#pipe.write(frame, (error) => {
        if (error !== undefined && error !== null) done(error);
        else if (to < whole.length) next(to);
        else done();
      });
    };
    next(0);
  }
}
