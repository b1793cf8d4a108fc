import type { Encryption } from '../codecs/codec.ts';
import type { Store } from '../stores/store.ts';
import type { BackupConfig } from './config.ts';

type Wish = Pick<BackupConfig, 'encryption' | 'allowPlainHost'> & { readonly place: Pick<BackupConfig['place'], 'via' | 'name'>; readonly stores: readonly { readonly onHost?: Pick<NonNullable<Store['onHost']>, 'host'> }[] };

/** Whether store `index` is a folder of the very host where the dump runs. Pure. */
export function liesOnHost({ place, stores }: Pick<Wish, 'place' | 'stores'>, index: number): boolean {
  return place.via === 'host' && stores[index]?.onHost?.host === place.name;
}

/**
 * Whether the dump writes store `index` by itself, so that its bytes do not go to the runner and back. There they are not
 * encrypted yet: with encryption it has to be allowed. Pure.
 */
export function isWrittenOnHost(config: Wish, index: number): boolean {
  return liesOnHost(config, index) && (config.encryption === 'none' || config.allowPlainHost);
}

/** How what lies in store `index` is encrypted. Pure. */
export function sealIn(config: Wish & Pick<BackupConfig, 'recipients'>, index: number): { readonly encryption: Encryption; readonly recipients: string[] } {
  return isWrittenOnHost(config, index) ? { encryption: 'none', recipients: [] } : { encryption: config.encryption, recipients: [...config.recipients] };
}
