import { StringDecoder } from 'node:string_decoder';
import type { Log } from './log.ts';

/** A line that does not end is printed in pieces of this size at the latest. */
const LONGEST_LINE = 256 * 1024;

/**
 * For output that arrives in chunks, such as a child's `onStdout`: hands only whole lines to `log.foreign`. A secret that a chunk's
 * border cuts in two would not be known as one.
 */
export function foreignLines(log: Pick<Log, 'foreign'>, prefix: string): { write(chunk: Uint8Array | string): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const print = (text: string): void => { if (text !== '') log.foreign(prefix, text); };
  return {
    write: (chunk) => {
      rest += typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
      let cut = rest.lastIndexOf('\n') + 1;
      // Between words, so that no secret without a space is cut.
      if (cut === 0 && rest.length > LONGEST_LINE) cut = rest.lastIndexOf(' ') + 1 || rest.length;
      print(rest.slice(0, cut));
      rest = rest.slice(cut);
    },
    end: () => {
      print(rest + decoder.end());
      rest = '';
    },
  };
}
