import { Writable } from 'node:stream';

/** One frame costs the host a process, and holds the next heartbeat up: there bytes that move are the sign of life. */
const FRAME_MAX_BYTES = 4_194_304;
/** As much as one frame: what is written while the frame before it leaves makes the next one. */
const BUFFER_BYTES = FRAME_MAX_BYTES;

type Done = (error?: Error | null) => void;

/** The script's stdin: gathers what is written into frames between which heartbeats fit, and waits when the host does. */
export class StreamStdin extends Writable {
  readonly #pipe: NodeJS.WritableStream;

  constructor(pipe: NodeJS.WritableStream) {
    super({ highWaterMark: BUFFER_BYTES });
    this.#pipe = pipe;
    this.on('error', () => {}); // whoever does not listen learns from `exit`
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#send(chunks.map(({ chunk }) => chunk), done);
  }

  override _final(done: Done): void {
    this.#pipe.write('end\n', (error) => done(error));
  }

  /** One frame after the other; `done` when the last of them has left this process. */
  #send(chunks: readonly Buffer[], done: Done): void {
    const [frame, rest] = cut(chunks);
    if (frame.length === 0) {
      done();
      return;
    }
    const bytes = frame.reduce((sum, chunk) => sum + chunk.length, 0);
    // A socket gathers by itself what is written while it writes: nothing is copied here.
    this.#pipe.write(`data ${bytes}\n`);
    for (const [index, chunk] of frame.entries()) {
      if (index < frame.length - 1) this.#pipe.write(chunk);
      else this.#pipe.write(chunk, (error) => { if (error === undefined || error === null) this.#send(rest, done); else done(error); });
    }
  }
}

/** The chunks of the next frame, and what is left after it. */
function cut(chunks: readonly Buffer[]): [frame: Buffer[], rest: Buffer[]] {
  const [frame, rest]: [Buffer[], Buffer[]] = [[], []];
  let room = FRAME_MAX_BYTES;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, room);
    if (part.length > 0) frame.push(part);
    if (part.length < chunk.length) rest.push(chunk.subarray(part.length));
    room -= part.length;
  }
  return [frame, rest];
}
