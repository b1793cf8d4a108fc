import { existsSync } from 'node:fs';
import { lstat, mkdir, realpath, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asError } from '@ops/shared';
import { BackupFault } from '../fault.ts';

const WEB_NAMES = new Set(['public', 'public_html', 'htdocs', 'html', 'www', 'web']);
const INDEXES = ['index.php', 'index.html'];

/**
 * The folder's true path, made (0700) if need be. Refuses what a web server or a commit would publish, and what others
 * may write to. Throws BackupFault `store-refused`.
 */
export async function safeRoot(path: string): Promise<string> {
  const found = await existingRoot(path);
  if (found !== undefined) return found;
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((thrown: unknown) => {
    throw fileFault(thrown, path, 'make the folder');
  });
  const made = await existingRoot(path);
  if (made === undefined) throw new BackupFault({ reason: 'store-refused', message: `${path} was made, and is gone again.`, remedy: 'Look at what removes it, then start the run again.' });
  return made;
}

/** The same of a folder that is only read from, which makes nothing; undefined when it is not there. Its place is judged all the same. */
export async function existingRoot(path: string): Promise<string | undefined> {
  const found = await trueFolder(path);
  refusePublished(path, found ?? (await placeOf(path)));
  if (found === undefined) return undefined;
  const { mode } = await lstat(found);
  if ((mode & 0o002) !== 0) throw new BackupFault({ reason: 'store-refused', message: `Everybody on this machine may write to ${path}, so anybody could swap a backup.`, remedy: `Run: chmod o-w ${path}` });
  return found;
}

/** Where the folder would come to be: under the nearest one that is there. */
async function placeOf(path: string): Promise<string> {
  if (path === dirname(path)) return path;
  const parent = dirname(path);
  return join((await trueFolder(parent)) ?? (await placeOf(parent)), basename(path));
}

async function trueFolder(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw fileFault(thrown, path, 'open');
  }
}

function refusePublished(path: string, place: string): void {
  for (let folder = place; ; folder = dirname(folder)) {
    const why = publishedBy(folder);
    if (why !== undefined) throw new BackupFault({ reason: 'store-refused', message: `${path} is no place for backups: ${why}.`, remedy: 'Choose a folder outside of it, for example /var/backups/shop.' });
    if (folder === dirname(folder)) return;
  }
}

function publishedBy(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return `${folder} is a git work tree, and a commit would take them along`;
  const name = basename(folder);
  if (WEB_NAMES.has(name) && INDEXES.some((index) => existsSync(join(folder, index)))) return `${folder} is the root of a web site, which would hand them out`;
  // Laravel links public/storage to storage/app/public.
  if (name === 'public' && basename(dirname(folder)) === 'app' && existsSync(join(folder, '../../../artisan'))) return `${folder} is what Laravel publishes as /storage`;
  return undefined;
}

/** Throws BackupFault `no-room` when the file system of the folder has fewer bytes left. */
export async function checkRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes) throw noRoom(folder, `${bytes} bytes are expected and ${free} are free`);
}

function noRoom(folder: string, why: string, cause?: unknown): BackupFault {
  return new BackupFault({ reason: 'no-room', message: `The disk of ${folder} is full: ${why}.`, remedy: 'Make room there, or let backups go earlier (retention).', cause });
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'the user this runs as may not',
  EPERM: 'the user this runs as may not, or the file is immutable',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of its path is a file',
  ELOOP: 'it is a symbolic link, which is not followed',
  EIO: 'the disk failed',
  ENAMETOOLONG: 'the name is too long for the file system',
};

/** What went wrong with a file, in words. */
export function fileFault(thrown: unknown, path: string, doing: string): BackupFault {
  if (thrown instanceof BackupFault) return thrown;
  const error = asError(thrown);
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return noRoom(path, code === 'EDQUOT' ? 'the quota is used up' : 'nothing more could be written', error);
  return new BackupFault({ reason: 'store-refused', message: `Could not ${doing} ${path}: ${WHY[code] ?? error.message}${code === '' ? '' : ` (${code})`}.`, remedy: 'Look at the folder, its owner and its rights.', cause: error });
}

export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Makes the folders from root down to this one, 0700 each; refuses one that is a link or a file. */
export async function safeFolders(root: string, folder: string, sync: (folder: string) => Promise<void>): Promise<void> {
  if (folder === root) return;
  const parent = dirname(folder);
  await safeFolders(root, parent, sync);
  try {
    await mkdir(folder, { mode: 0o700 });
    await sync(parent);
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
    const found = await lstat(folder);
    if (!found.isDirectory()) throw new BackupFault({ reason: 'store-refused', message: `${folder} should be a folder, and is ${found.isSymbolicLink() ? 'a symbolic link' : 'a file'}.`, remedy: 'Look at who made it, and remove it.', cause: thrown });
  }
}

/** True when the folder exists and no part of its path below the true root is a link; throws BackupFault when one is. */
export async function isTrueFolder(folder: string): Promise<boolean> {
  const real = await realpath(folder).catch((thrown: unknown) => {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return undefined;
    throw fileFault(thrown, folder, 'open');
  });
  if (real !== undefined && real !== folder) throw new BackupFault({ reason: 'store-refused', message: `${folder} leads elsewhere by a symbolic link, which is not followed.`, remedy: 'Look at who made the link, and remove it.' });
  return real !== undefined;
}
