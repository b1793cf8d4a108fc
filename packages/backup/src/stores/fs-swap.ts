import { rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openExisting, openNew, syncFolder } from './fs-files.ts';
import { codeOf, fileFault } from './fs-guard.ts';

/** A swap that is older than this belongs to a process that died. */
const SWAP_MS = 60_000;
export const SWAP = '.swap';

/**
 * Compare and swap: a file made exclusively beside it keeps other writers out meanwhile. False when another one is at it,
 * or `unchanged` says no.
 */
export async function swapFile(path: string, body: Uint8Array, nowMs: number, unchanged: () => Promise<boolean>): Promise<boolean> {
  const swap = `${path}${SWAP}`;
  await dropOldSwap(swap, nowMs);
  const file = await openNew(swap).catch((thrown: unknown) => {
    if (codeOf(thrown) === 'EEXIST' || codeOf(thrown) === 'ENOENT') return undefined;
    throw fileFault(thrown, swap, 'write');
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(body);
    await file.sync();
    if (!(await unchanged())) return false;
    await rename(swap, path);
    await syncFolder(dirname(path));
    return true;
  } catch (thrown) {
    throw fileFault(thrown, path, 'replace');
  } finally {
    await file.close();
    await unlink(swap).catch(() => undefined);
  }
}

async function dropOldSwap(swap: string, nowMs: number): Promise<void> {
  const handle = await openExisting(swap).catch(() => undefined);
  if (handle === undefined) return;
  const { mtimeMs } = await handle.stat();
  await handle.close();
  if (nowMs - mtimeMs > SWAP_MS) await unlink(swap).catch(() => undefined);
}
