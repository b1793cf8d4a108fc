import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spool, type SpoolPlan } from './spool.ts';

const KIB = 1024;
const WAIT_MS = 30_000;
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'ops-spool-test-')); });
afterEach(() => { rmSync(folder, { recursive: true }); });

/** A store that takes nothing while it is stalled, and remembers what it took. */
class Taker {
  stalled = false;
  failure: Error | undefined;
  readonly taken: Buffer[] = [];
  readonly take = async (bytes: Buffer): Promise<void> => {
    await until(() => !this.stalled || this.failure !== undefined, 'the store takes again');
    if (this.failure !== undefined) throw this.failure;
    this.taken.push(Buffer.from(bytes));
  };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${WAIT_MS} ms: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 1); });
  }
}

/** Sizes and modes of the files in the folder that this process has open: they have no name any more. */
function openFiles(): { readonly bytes: number; readonly mode: string }[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      if (!readlinkSync(`/proc/self/fd/${fd}`).startsWith(`${folder}/`)) return [];
      const { size, mode } = statSync(`/proc/self/fd/${fd}`);
      return [{ bytes: size, mode: (mode & 0o777).toString(8) }];
    } catch {
      return []; // it was closed just now
    }
  });
}

const plan = (limitBytes?: number): SpoolPlan => ({ folder, afterMs: 5, ...(limitBytes !== undefined && { limitBytes }) });
/** Pieces of odd sizes, each byte of its own. */
const pieces = (count: number, size = 10_007): Buffer[] => Array.from({ length: count }, (_, at) => Buffer.alloc(size, at % 251));

describe('bytes on their way to a store', () => {
  test('touch no disk while it takes them', async () => {
    const taker = new Taker();
    const spool = new Spool(taker.take, plan());
    for (const piece of pieces(20)) {
      await spool.write(piece);
      expect(openFiles()).toEqual([]);
    }
    await spool.end();
    expect(taker.taken).toEqual(pieces(20));
    expect(spool.mostBytes).toBe(0);
  });

  test('wait on the disk when it stalls, so that their writer does not, and come out in order', async () => {
    const taker = new Taker();
    const spool = new Spool(taker.take, plan());
    const all = pieces(200);
    for (const [at, piece] of all.entries()) {
      if (at === 10) taker.stalled = true;
      await spool.write(piece);
    }
    expect(taker.taken).toHaveLength(10);
    expect(openFiles()).toEqual([{ bytes: 189 * 10_007, mode: '600' }]);
    expect(readdirSync(folder)).toEqual([]);
    taker.stalled = false;
    await spool.end();
    expect(Buffer.concat(taker.taken).equals(Buffer.concat(all))).toBe(true);
    expect(spool.mostBytes).toBe(189 * 10_007);
    expect(openFiles()).toEqual([]);
  });

  test('go straight on again once the store has caught up, and wait again when it stalls again', async () => {
    const taker = new Taker();
    const spool = new Spool(taker.take, plan());
    const all = pieces(90);
    for (const [at, piece] of all.entries()) {
      if (at % 30 === 10) taker.stalled = true;
      await spool.write(piece);
      if (at % 30 !== 20) continue;
      expect(openFiles()).toHaveLength(1);
      taker.stalled = false;
      await until(() => openFiles().length === 0, 'the disk is free');
    }
    await spool.end();
    expect(Buffer.concat(taker.taken).equals(Buffer.concat(all))).toBe(true);
  });

  test('take no more of the disk than they may, and their writer waits then', async () => {
    const taker = new Taker();
    const spool = new Spool(taker.take, plan(300 * KIB));
    const all = pieces(300);
    taker.stalled = true;
    let written = 0;
    const writing = (async () => { for (const piece of all) { await spool.write(piece); written += 1; } })();
    await until(() => openFiles()[0]?.bytes === 300 * KIB, 'the file is full');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    expect(written).toBe(1 + Math.floor((300 * KIB) / 10_007));
    taker.stalled = false;
    let largest = 0;
    while (written < all.length) {
      largest = Math.max(largest, ...openFiles().map(({ bytes }) => bytes));
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    await writing;
    await spool.end();
    expect(largest).toBeLessThanOrEqual(300 * KIB);
    expect(Buffer.concat(taker.taken).equals(Buffer.concat(all))).toBe(true);
    expect(spool.longestWaitMs).toBeGreaterThan(20);
  });

  test('come out whole whatever the sizes and however often the store stalls', async () => {
    for (const [limit, size] of [[300 * KIB, 1], [300 * KIB, 400 * KIB], [256 * KIB, 256 * KIB], [1000 * KIB + 1, 65_552]] as const) {
      const taker = new Taker();
      const spool = new Spool(taker.take, plan(limit));
      const all = pieces(60, size);
      const flicker = setInterval(() => { taker.stalled = !taker.stalled; }, 17);
      for (const piece of all) await spool.write(piece);
      clearInterval(flicker);
      taker.stalled = false;
      await spool.end();
      expect([limit, size, Buffer.concat(taker.taken).equals(Buffer.concat(all))]).toEqual([limit, size, true]);
      expect(openFiles()).toEqual([]);
    }
  });

  test('wait without a disk where there is none to be had', async () => {
    const nowhere: readonly (SpoolPlan | undefined)[] = [undefined, { folder: join(folder, 'none'), afterMs: 5 }, plan(10)];
    for (const without of nowhere) {
      const taker = new Taker();
      const spool = new Spool(taker.take, without);
      taker.stalled = true;
      let written = 0;
      const writing = (async () => { for (const piece of pieces(3)) { await spool.write(piece); written += 1; } })();
      await new Promise((resolve) => { setTimeout(resolve, 30); });
      expect([written, openFiles()]).toEqual([0, []]);
      taker.stalled = false;
      await writing;
      await spool.end();
      expect(taker.taken).toEqual(pieces(3));
    }
  });

  test('are given up with the store\'s own error, and the disk is free', async () => {
    const failure = new Error('the store said no');
    for (const when of ['while it is written to', 'at the end']) {
      const taker = new Taker();
      const spool = new Spool(taker.take, plan());
      await spool.write(Buffer.from('a'));
      taker.stalled = true;
      for (const piece of pieces(5)) await spool.write(piece);
      expect(openFiles()).toHaveLength(1);
      taker.failure = failure;
      const going = when === 'at the end' ? spool.end() : (async () => { for (;;) await spool.write(Buffer.from('b')); })();
      await expect(going).rejects.toBe(failure);
      await spool.close();
      expect(openFiles()).toEqual([]);
    }
  });

  test('are let go of by a close in the middle of a stall', async () => {
    const taker = new Taker();
    const spool = new Spool(taker.take, plan());
    taker.stalled = true;
    for (const piece of pieces(5)) await spool.write(piece);
    const closing = spool.close();
    taker.failure = new Error('the upload was ended');
    await closing;
    expect(openFiles()).toEqual([]);
    expect(taker.taken).toEqual([]);
    await expect(spool.write(Buffer.from('more'))).rejects.toThrow('closed');
  });
});
