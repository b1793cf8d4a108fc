import { createHash, randomUUID } from 'node:crypto';
import { open, rm, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { asError } from '@ops/shared';
import { BackupFault } from '../fault.ts';

/** Most bytes that one look gives back. */
const PIECE_BYTES = 256 * 1024;
/** Of the room that is left on the disk: the job writes there too. */
const SHARE_OF_ROOM = 0.5;

/**
 * Bytes on a disk, first in, first out, in a file of 0600 that goes round in itself and so never grows beyond its limit. It has no
 * name once it is open: the kernel frees it with the process, however that ends.
 */
export class SpoolFile {
  readonly #handle: FileHandle;
  readonly #given = createHash('sha256');
  readonly #got = createHash('sha256');
  #size: number;
  /** Bytes ever read and ever written: their place in the file is what is left after whole rounds. */
  #read = 0;
  #written = 0;

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
  }

  /** Undefined where there is no room, or no way to write: whoever asks must do without. */
  static async open(folder: string, limitBytes: number): Promise<SpoolFile | undefined> {
    const path = join(folder, `spool-${randomUUID()}`);
    try {
      const { bavail, bsize } = await statfs(folder);
      const size = Math.min(limitBytes, Math.floor(bavail * bsize * SHARE_OF_ROOM));
      if (size < PIECE_BYTES) return undefined;
      const handle = await open(path, 'wx+', 0o600);
      await rm(path);
      return new SpoolFile(handle, size);
    } catch {
      return undefined;
    }
  }

  get waitingBytes(): number {
    return this.#written - this.#read;
  }

  /** Takes what it has room for, and says how many bytes those were; a disk that is full is a file that is full. */
  async append(bytes: Buffer): Promise<number> {
    if (this.#size === 0) return 0;
    const at = this.#written % this.#size;
    const length = Math.min(bytes.length, this.#size - this.waitingBytes, this.#size - at);
    if (length <= 0) return 0;
    try {
      const { bytesWritten } = await this.#handle.write(bytes, 0, length, at);
      this.#given.update(bytes.subarray(0, bytesWritten));
      this.#written += bytesWritten;
      return bytesWritten;
    } catch {
      // What the disk gave until now is the whole round from here on; after the first round every place was given already.
      if (this.#written === at) this.#size = this.#written;
      return 0;
    }
  }

  /** The next bytes, in order. Throws BackupFault `stage-killed` when the disk does not give them back. */
  async next(): Promise<Buffer> {
    const at = this.#read % this.#size;
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, this.waitingBytes, this.#size - at));
    try {
      for (let got = 0; got < piece.length;) {
        const { bytesRead } = await this.#handle.read(piece, got, piece.length - got, at + got);
        if (bytesRead === 0) throw new Error('it ends early');
        got += bytesRead;
      }
    } catch (thrown) {
      throw new BackupFault({ reason: 'stage-killed', message: `What waited for the store on the disk of the runner cannot be read back: ${asError(thrown).message}.`, remedy: 'Look at the disk of the runner, and run the backup again.', cause: thrown });
    }
    this.#got.update(piece);
    this.#read += piece.length;
    return piece;
  }

  /** Gives the disk back. Throws BackupFault `checksum-differs` when all was read, and is not what was written. */
  async close(): Promise<void> {
    await this.#handle.close();
    if (this.waitingBytes > 0) return;
    if (this.#given.digest('hex') === this.#got.digest('hex')) return;
    throw new BackupFault({ reason: 'checksum-differs', message: 'What waited for the store on the disk of the runner came back changed.', remedy: 'Look at the disk and the memory of the runner, and run the backup again.' });
  }
}
