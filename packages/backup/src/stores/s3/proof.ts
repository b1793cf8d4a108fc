import { BackupFault } from '../../fault.ts';
import type { Uploaded } from '../store.ts';
import type { S3Context } from './context.ts';
import { headObject } from './objects.ts';

/** Looks at a new object that is not there yet: not every server shows it at once. */
const LOOKS = 4;

/** A new object as it must be: its checksum is hex sha256, or `<base64>-N` of N parts. */
export interface Wanted {
  readonly bytes: number;
  readonly checksum: string;
}

/**
 * What the store itself says of a new object must be what was meant. `store`: its own checksum is ours; `size`: it has none,
 * and a full read-back is needed. Throws `checksum-differs`.
 */
export async function proveStored(context: S3Context, key: string, wanted: Wanted, signal: AbortSignal): Promise<Uploaded['proof']> {
  for (let look = 1; ; look += 1) {
    const found = await headObject(context, key, signal);
    if (found === undefined && look < LOOKS) {
      await context.clock.sleep(context.limits.pauseMs, signal);
      continue;
    }
    if (found?.bytes !== wanted.bytes || (found.checksum !== undefined && found.checksum !== wanted.checksum)) {
      throw new BackupFault({ reason: 'checksum-differs', message: `${context.target.name}: ${key} is not what was sent: ${wanted.bytes} bytes with sha256 ${wanted.checksum} were, and the store says ${found === undefined ? 'there is nothing' : `${found.bytes} bytes with ${found.checksum ?? 'no checksum'}`}.`, remedy: 'Start the run again. If it stays, do not trust this store.' });
    }
    return found.checksum === undefined ? 'size' : 'store';
  }
}
