import { createHash } from 'node:crypto';
import { asError } from '@ops/shared';
import { BackupFault } from '../fault.ts';
import type { HostDraft, HostSum, Uploaded } from '../stores/store.ts';
import type { HostCopied, OnHost, Segment } from './artifact.ts';
import type { Sink } from './segments.ts';

/** How the writing of one file on the host ended. */
export interface CopyEnd {
  readonly status: number;
  /** Of a whole one `BYTES SHA256`, else why. */
  readonly said: string;
}

/** The place of a file among those of the script, from 1, and its end, in a line of stderr; undefined when it is another line. */
export function parseCopyEnd(line: string, nonce: string): { readonly place: number; readonly end: CopyEnd } | undefined {
  const [, first, place, status, said = ''] = /^(\S+) copy (\d+) (\d+) ?(.*)$/.exec(line.trim()) ?? [];
  return first === nonce ? { place: Number(place), end: { status: Number(status), said: said.trim() } } : undefined;
}

/** Every file that the script writes, in its order: the primary, when that is one of them, comes first. */
export function draftsOf(onHost: OnHost | undefined): readonly HostDraft[] {
  return onHost === undefined ? [] : [...(onHost.primary === undefined ? [] : [onHost.primary]), ...onHost.copies];
}

/** What became of each copy. One that failed is a result: the primary stands. */
export function copiesOf({ primary, copies }: OnHost, ends: ReadonlyMap<number, CopyEnd>, ours: HostSum): readonly HostCopied[] {
  const before = primary === undefined ? 0 : 1;
  return copies.map((draft, index): HostCopied => {
    try {
      return { draft, segment: segmentOf(draft, draft.prove(ours, ends.get(index + before + 1))) };
    } catch (thrown) {
      return { why: asError(thrown).message };
    }
  });
}

function segmentOf({ key }: HostDraft, uploaded: Uploaded): Segment {
  return { key, ...uploaded };
}

/** The primary is a file that the script writes by itself: what comes here is only counted, to be compared with what the host says of it. */
export class HostSink implements Sink {
  bytes = 0;
  readonly failure = undefined;
  readonly #hash = createHash('sha256');
  readonly #draft: HostDraft;
  readonly #ended: () => CopyEnd | undefined;

  constructor(draft: HostDraft, ended: () => CopyEnd | undefined) {
    this.#draft = draft;
    this.#ended = ended;
  }

  write(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes);
    this.bytes += bytes.length;
    return Promise.resolve();
  }

  finish(): Promise<{ readonly segments: readonly Segment[]; readonly sha256: string }> {
    const sha256 = this.#hash.digest('hex');
    return Promise.resolve({ segments: [segmentOf(this.#draft, this.#draft.prove({ bytes: this.bytes, sha256 }, this.#ended()))], sha256 });
  }

  fail(): Promise<void> {
    return Promise.resolve();
  }

  /** Why the host could not write it; undefined while nothing is wrong. It ended the dump, so it comes before what the stages say. */
  fault(): BackupFault | undefined {
    const ended = this.#ended();
    if (ended === undefined || ended.status === 0) return undefined;
    try {
      this.#draft.prove({ bytes: this.bytes, sha256: '' }, ended);
      return undefined;
    } catch (thrown) {
      return thrown instanceof BackupFault ? thrown : undefined;
    }
  }
}
