import { BackupFault } from '../fault.ts';
import type { Place } from '../place.ts';
import { taken } from './faults.ts';
import { folderFault, runCall, TAKEN, type HostCall } from './host-script.ts';
import type { HostDraft, HostSum, Uploaded } from './store.ts';

export interface FolderDraftParts {
  /** Name of the store, for messages. */
  readonly store: string;
  readonly place: Place;
  readonly root: string;
  readonly key: string;
  /** 16 hex digits. */
  readonly id: string;
  readonly estimateBytes: number;
}

const PUBLISH_MS = 15 * 60_000;
const DISCARD_MS = 60_000;

/** An object of a host store on its way: written by whoever has its `values`, then proven, then published. */
export class FolderDraft implements HostDraft {
  readonly key: string;
  readonly values: HostDraft['values'];
  readonly #parts: FolderDraftParts;

  constructor(parts: FolderDraftParts) {
    this.#parts = parts;
    this.key = parts.key;
    this.values = { ROOT: parts.root, KEY: parts.key, ID: parts.id, NEED_KIB: String(Math.ceil(parts.estimateBytes / 1024)) };
  }

  prove(ours: HostSum, ended: { readonly status: number; readonly said: string } | undefined): Uploaded {
    const { store, place, root, key } = this.#parts;
    if (ended === undefined) throw new BackupFault({ reason: 'stage-killed', message: `${place.name}: who wrote ${key} into ${root} left no exit status, so it was killed.`, remedy: 'Most often the memory of the machine was used up: look for "Out of memory" in its kernel log.' });
    if (ended.status !== 0) throw folderFault(place, { verb: 'receive', root, key }, ended.status, ended.said);
    const [bytes = '', sha256 = ''] = ended.said.split(' ');
    // Not every host has a program for it.
    const proof = /^[0-9a-f]{64}$/.test(sha256) ? 'store' : 'size';
    if (ours.bytes !== Number(bytes) || (proof === 'store' && ours.sha256 !== sha256)) throw new BackupFault({ reason: 'checksum-differs', message: `${store}: ${key} did not arrive as it was sent: ${ours.bytes} bytes, sha256 ${ours.sha256}, became ${bytes === '' ? 'none' : bytes} bytes, sha256 ${sha256}.`, remedy: 'Look at the disk of the host, then start the run again.' });
    return { bytes: ours.bytes, sha256: ours.sha256, proof };
  }

  /** Not the run's signal: a cancel must not come between. But a disk that hangs may not hold the run for ever. */
  async publish(proven: HostSum, signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(PUBLISH_MS);
    try {
      if ((await this.#run('publish', limit)).exit === TAKEN && !(await this.#holds(proven, signal))) throw taken(this.#parts.store, this.key);
    } catch (thrown) {
      if (!limit.aborted) throw thrown;
      throw new BackupFault({ reason: 'store-timeout', message: `${this.#parts.store}: ${this.key} did not get its final name within ${PUBLISH_MS / 60_000} min.`, remedy: 'Look at the disk of the host: writing out (sync) hangs there.', cause: thrown });
    }
  }

  async discard(): Promise<void> {
    // A host that is out of reach keeps it: retention collects it.
    await this.#run('discard', AbortSignal.timeout(DISCARD_MS)).catch(() => undefined);
  }

  async #holds(sum: HostSum, signal: AbortSignal): Promise<boolean> {
    const { stdout } = await this.#run('hash', signal);
    return stdout.toString().trim() === `${sum.bytes} ${sum.sha256}`;
  }

  #run(verb: HostCall['verb'], signal: AbortSignal): ReturnType<typeof runCall> {
    const { place, root, key } = this.#parts;
    return runCall(place, { verb, root, key, values: { ID: this.values.ID }, signal });
  }
}
