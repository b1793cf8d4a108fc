import { Secret, realClock, realRandom } from '@ops/shared';
import { openStores, S3_LIMITS, type S3Limits, type Store, type StoresDeps, type StoreSettings } from '@ops/backup';
import { sampleSettings } from '../../packages/backup/src/stores/testing.ts';
import type { Credentials } from './s3/signature.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Warnings that the store wrote into the log. */
  readonly warnings: readonly string[];
  /** What it asked to be masked. */
  readonly masked: readonly string[];
}

/** The stores' real parts with short pauses; time limits as they are unless a test gives its own. */
export function openStore(line: string, as: Credentials | undefined, more: { readonly settings?: Partial<StoreSettings>; readonly limits?: Partial<S3Limits>; readonly deps?: Partial<StoresDeps> } = {}): OpenedStore {
  const warnings: string[] = [];
  const masked: string[] = [];
  const settings = sampleSettings({ accessKeyIds: as === undefined ? [] : [as.accessKeyId], secretAccessKey: as === undefined ? undefined : new Secret(as.secretAccessKey), ...more.settings });
  const [store] = openStores([line], settings, {
    clock: realClock, random: realRandom, log: { warning: (message) => { warnings.push(message); } }, mask: (secret) => { masked.push(secret); }, fetch,
    host: (name) => { throw new Error(`no host ${name}`); }, tokens: undefined, runId: '4711', limits: { ...S3_LIMITS, pauseMs: 50, ...more.limits }, ...more.deps,
  });
  if (store === undefined) throw new Error('no store was opened');
  return { store, warnings, masked };
}

/** Waits until it is true; for what other processes do. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited 60 s for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
