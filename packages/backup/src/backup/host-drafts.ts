import { mapBounded } from '../catalog/bounded.ts';
import type { OnHost } from '../pipeline/artifact.ts';
import type { HostDraft, HostSum, Store } from '../stores/store.ts';
import type { BackupConfig } from './config.ts';
import { isWrittenOnHost } from './on-host.ts';

/** Connections of one host that discard at once. */
const PARALLEL = 4;

/** What the dump writes on its host, until each of it is published; the rest is discarded at the end, however that comes. */
export class HostDrafts implements AsyncDisposable {
  readonly #open = new Set<HostDraft>();

  /** Unfinished files of one artifact in every store that the dump writes by itself; undefined when there is none. */
  begin(config: BackupConfig, key: string, estimateBytes: number, onUpload: (store: Store, key: string) => void): OnHost | undefined {
    const begun = config.stores.flatMap((store, index) => {
      if (store.onHost === undefined || !isWrittenOnHost(config, index)) return [];
      onUpload(store, key);
      const draft = store.onHost.draft(key, estimateBytes);
      this.#open.add(draft);
      return [{ draft, index }];
    });
    if (begun.length === 0) return undefined;
    return { primary: begun.find(({ index }) => index === 0)?.draft, copies: begun.filter(({ index }) => index > 0).map(({ draft }) => draft) };
  }

  async publish(draft: HostDraft, sum: HostSum, signal: AbortSignal): Promise<void> {
    await draft.publish(sum, signal);
    this.#open.delete(draft);
  }

  /** Removes whatever is not published. Never throws. */
  async discard(): Promise<void> {
    const left = [...this.#open];
    this.#open.clear();
    await mapBounded(left, PARALLEL, (draft) => draft.discard());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.discard();
  }
}
