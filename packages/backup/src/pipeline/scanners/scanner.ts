import type { Scan } from '../../engines/engine.ts';

/** What a scanner adds to size and hash, which the tap takes of every plaintext. */
export type Findings = Omit<Scan, 'plainBytes' | 'plainSha256'>;

/** Reads plaintext once, in order, in chunks of any size; their borders never change what it finds. */
export interface Scanner {
  /** A promise when a helper program wants no more for now. */
  push(chunk: Buffer): void | Promise<void>;
  /** No more comes. Await nothing but a helper program. */
  end(): Findings | Promise<Findings>;
  /** Ends helper programs; idempotent. */
  close?(): void;
}
