import type { Deps } from '@ops/shared';
import type { StoreArtifact } from '../pipeline/artifact.ts';
import type { Store } from '../stores/store.ts';

/** What a backup needs from outside. */
export interface BackupIo {
  readonly deps: Pick<Deps, 'clock' | 'random' | 'log' | 'mask' | 'signal'>;
  readonly store: StoreArtifact;
  /** Told before each upload begins, so that a killed run's post step can abandon it. */
  readonly onUpload: (store: Store, key: string) => void;
  /** Told when the manifest stands: from then on the run may end in any way, and there is a backup. */
  readonly onPublished?: (id: string) => void;
  /** Ids in the order they are tried; tests may fix them. */
  readonly newId?: () => string;
}
