import { asError } from '@ops/shared';
import { SpoolFile } from './spool-file.ts';

/** Most bytes that wait on the disk. */
const LIMIT_BYTES = 256 * 1024 * 1024;

export interface SpoolPlan {
  /** On a disk of the runner. */
  readonly folder: string;
  /** A piece that was not taken after this long has met a stall. */
  readonly afterMs: number;
  readonly limitBytes?: number;
}

/**
 * Hands bytes on to whoever takes them, one piece after another. When a piece is not taken for a while, those behind it wait in a
 * file, so that the dumper goes on reading and its server does not give it up; when all were taken there is no file any more.
 * Without a plan, without room and above the limit its writer waits, as for any stream.
 */
export class Spool {
  /** Most bytes that waited on the disk at one moment. */
  mostBytes = 0;
  /** The longest that a writer had to wait. */
  longestWaitMs = 0;
  readonly #take: (bytes: Buffer) => Promise<void>;
  readonly #plan: SpoolPlan | undefined;
  #file: SpoolFile | undefined;
  #emptying: Promise<void> | undefined;
  #appending: Promise<number> | undefined;
  #wake: () => void = () => undefined;
  #failure: Error | undefined;

  constructor(take: (bytes: Buffer) => Promise<void>, plan: SpoolPlan | undefined) {
    this.#take = take;
    this.#plan = plan;
  }

  /** Resolves when more may come. Throws what the taker threw, of this piece or of one that waited. */
  async write(bytes: Buffer): Promise<void> {
    const beganMs = performance.now();
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#failure !== undefined) throw this.#failure;
      const file = this.#file;
      if (file === undefined) {
        await this.#hand(rest);
        break;
      }
      const length = await (this.#appending = file.append(rest));
      this.#appending = undefined;
      this.mostBytes = Math.max(this.mostBytes, file.waitingBytes);
      rest = rest.subarray(length);
      if (length === 0 && this.#file === file) await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
    this.longestWaitMs = Math.max(this.longestWaitMs, performance.now() - beganMs);
  }

  /** Resolves when everything was taken. Throws what the taker threw. */
  async end(): Promise<void> {
    await this.#emptying;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Lets go of what was not taken. Resolves once the taker has let go of its piece, and the disk is free. Never throws. */
  async close(): Promise<void> {
    this.#failure ??= new Error('the spool was closed');
    await this.#emptying;
  }

  async #hand(bytes: Buffer): Promise<void> {
    const taking = this.#take(bytes);
    if (this.#plan === undefined || await within(taking, this.#plan.afterMs)) return await taking;
    await this.#emptying;
    this.#file = await SpoolFile.open(this.#plan.folder, this.#plan.limitBytes ?? LIMIT_BYTES);
    if (this.#file === undefined) return await taking;
    this.#emptying = this.#empty(this.#file, taking);
  }

  /** Hands on what waits until nothing does. Never rejects. */
  async #empty(file: SpoolFile, taking: Promise<void>): Promise<void> {
    try {
      await taking;
      while (this.#failure === undefined) {
        if (file.waitingBytes === 0 && this.#appending === undefined) break;
        if (file.waitingBytes === 0) await this.#appending;
        else {
          const piece = await file.next();
          this.#wake();
          await this.#take(piece);
        }
      }
    } catch (thrown) {
      this.#failure ??= asError(thrown);
    }
    this.#file = undefined;
    this.#wake();
    await file.close().catch((thrown: unknown) => { this.#failure ??= asError(thrown); });
  }
}

/** Whether it is done within the time. Throws what it throws by then. */
async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => { timer = setTimeout(resolve, ms, false); });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
