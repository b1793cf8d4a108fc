import { constants } from 'node:fs';
import { link, lstat, open, readdir, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { codeOf, isTrueFolder } from './fs-guard.ts';
import { PARTIAL } from './key.ts';

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A new file of which nobody had the name, 0600. */
export async function openNew(path: string): Promise<FileHandle> {
  return open(path, NEW, 0o600);
}

/** Opens for reading, never through a link in the last place. */
export async function openExisting(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    // Some file systems cannot sync a folder, and say EINVAL; their renames are as safe as they get.
    await handle.sync().catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'EINVAL') throw thrown;
    });
  } finally {
    await handle.close();
  }
}

/**
 * Gives the finished file its final name, and only if nobody has it: rename would overwrite, so it is a hard link, or
 * where there are none an empty file made exclusively and then replaced. False when the name is taken.
 */
export async function nameExclusively(partial: string, final: string): Promise<boolean> {
  try {
    await link(partial, final);
    await unlink(partial);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(thrown))) throw thrown;
    const taken = await openNew(final).then(async (handle) => handle.close().then(() => false), (again: unknown) => {
      if (codeOf(again) === 'EEXIST') return true;
      throw again;
    });
    if (taken) return false;
    await rename(partial, final);
  }
  await syncFolder(dirname(final));
  return true;
}

export interface FoundFile {
  /** `/`-separated, relative to the root. */
  readonly key: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Regular files under the root whose key begins with the prefix, unsorted. Links are neither listed nor followed. */
export async function filesUnder(root: string, prefix: string): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  const begin = join(root, prefix.includes('/') ? prefix.slice(0, prefix.lastIndexOf('/')) : '');
  const todo = (await isTrueFolder(begin)) ? [begin] : [];
  for (let folder = todo.pop(); folder !== undefined; folder = todo.pop()) {
    for (const entry of await entriesOf(folder)) {
      const path = join(folder, entry.name);
      const key = relative(root, path);
      if (entry.isDirectory()) {
        if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)) todo.push(path);
      } else if (entry.isFile() && key.startsWith(prefix)) {
        const facts = await lstat(path).catch(() => undefined);
        if (facts !== undefined) found.push({ key, bytes: facts.size, modifiedMs: facts.mtimeMs });
      }
    }
  }
  return found;
}

async function entriesOf(folder: string): Promise<readonly { readonly name: string; isDirectory(): boolean; isFile(): boolean }[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return [];
    throw thrown;
  }
}

/** Order of S3: by UTF-8 bytes. */
export function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}

/** `<key>.<16 hex digits>.partial`, so that two writers of one key never share a file. */
export function partialName(key: string, id: string): string {
  return `${key}.${id}${PARTIAL}`;
}

/** Key and id of the name of an unfinished file; undefined for every other name. */
export function parsePartial(name: string): { readonly key: string; readonly id: string } | undefined {
  const parts = /^(?<key>.+)\.(?<id>[0-9a-f]{16})\.partial$/s.exec(name)?.groups;
  return parts === undefined ? undefined : { key: parts['key'] ?? '', id: parts['id'] ?? '' };
}
