import type { Writable } from 'node:stream';

/**
 * Until a stream takes more, or never will. It leaves no listener behind and waits on no promise that lives as long as the
 * stream: a dump has millions of chunks, and each would leave a little of itself.
 */
export function roomIn(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      stream.off('drain', go).off('close', go).off('error', go);
      resolve();
    };
    stream.once('drain', go).once('close', go).once('error', go);
    if (stream.destroyed || !stream.writableNeedDrain) go();
  });
}
