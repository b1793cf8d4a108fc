import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FrameReader, type Frame } from './frames.ts';

const SENTINEL = '0123456789abcdef';

/** Frames with neighbouring data of one stream joined, as chunks cut them anywhere. */
function joined(frames: readonly Frame[]): Frame[] {
  const out: Frame[] = [];
  for (const frame of frames) {
    const last = out.at(-1);
    if (frame.kind === 'data' && last?.kind === 'data' && last.stream === frame.stream) {
      out[out.length - 1] = { ...last, bytes: Buffer.concat([last.bytes, frame.bytes]) };
    } else out.push(frame);
  }
  return out;
}

function read(bytes: Buffer, cuts: readonly number[]): Frame[] {
  const reader = new FrameReader(SENTINEL);
  const frames: Frame[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length].toSorted((a, b) => a - b)) {
    frames.push(...reader.push(bytes.subarray(from, cut)));
    from = Math.max(from, cut);
  }
  return joined(frames);
}

describe('FrameReader', () => {
  test('tells messages, streams and what is not ours apart', () => {
    const text = `Welcome\nno newline\n${SENTINEL} hi 12\n\n${SENTINEL} o\none\n\n${SENTINEL} .\n\n${SENTINEL} e\nno newline at the end\n${SENTINEL} .\n\n${SENTINEL} exit 7 done\n`;
    expect(read(Buffer.from(text), [])).toEqual([
      { kind: 'foreign', text: 'Welcome' },
      { kind: 'foreign', text: 'no newline' },
      { kind: 'message', word: 'hi', rest: '12' },
      { kind: 'data', stream: 'stdout', bytes: Buffer.from('one\n') },
      { kind: 'data', stream: 'stderr', bytes: Buffer.from('no newline at the end') },
      { kind: 'message', word: 'exit', rest: '7 done' },
    ]);
  });

  test('any bytes in any chunks arrive as they were sent', () => {
    const piece = fc.oneof(fc.uint8Array(), fc.constantFrom('\n', SENTINEL, `\n${SENTINEL}`, `\n${SENTINEL} `, `${SENTINEL} .`, ' .\n').map((text) => new TextEncoder().encode(text)));
    fc.assert(fc.property(fc.array(piece), fc.array(fc.nat(400)), (pieces, cuts) => {
      const body = Buffer.concat(pieces);
      fc.pre(!Buffer.concat([body, Buffer.from('\n')]).includes(`\n${SENTINEL} .\n`)); // nobody knows the sentinel
      const bytes = Buffer.concat([Buffer.from(`\n${SENTINEL} o\n`), body, Buffer.from(`\n${SENTINEL} .\n\n${SENTINEL} exit 0 done\n`)]);
      const frames = read(bytes, cuts.filter((cut) => cut <= bytes.length));
      expect(frames).toEqual([
        ...(body.length === 0 ? [] : [{ kind: 'data', stream: 'stdout', bytes: body }]),
        { kind: 'message', word: 'exit', rest: '0 done' },
      ]);
    }), { numRuns: 500 });
  });
});
