import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the files of a repository are read: paths are relative, with `/`. Tests and callers that hold files in memory bring their own. */
export interface AppFiles {
  /** All files, in any order, without what others wrote (`vendor`, `node_modules`, `.git`) or the running application did. */
  list(): readonly string[];
  /** A file's bytes, also of one that `list` leaves out; undefined when there is none. Throws when it cannot be read. */
  read(path: string): Buffer | undefined;
}

/** Files by name. */
export function memoryFiles(files: Readonly<Record<string, string | Buffer>>): AppFiles {
  const held = new Map(Object.entries(files).map(([path, content]) => [path, typeof content === 'string' ? Buffer.from(content) : content]));
  return { list: () => [...held.keys()].filter((path) => !path.split('/').some((part) => SKIPPED.has(part))), read: (path) => held.get(path) };
}

const SKIPPED: ReadonlySet<string> = new Set(['vendor', 'node_modules', '.git']);
/** Of a Laravel root: what it writes while it runs. */
const WRITTEN: ReadonlySet<string> = new Set(['framework', 'logs', 'debugbar']);

/** The files below a folder of this machine. Links are not followed. */
export function diskFiles(folder: string): AppFiles {
  return {
    list: () => [...walk(folder, '')],
    read(path) {
      try {
        return readFileSync(join(folder, path));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function* walk(folder: string, prefix: string): Generator<string> {
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = `${prefix}${entry.name}`;
    const isWritten = WRITTEN.has(entry.name) && prefix.endsWith('storage/');
    if (entry.isFile()) yield path;
    else if (entry.isDirectory() && !SKIPPED.has(entry.name) && !isWritten) yield* walk(folder, `${path}/`);
  }
}

/** The same files, seen from a folder of theirs; `''` is the top. */
export function below(files: AppFiles, root: string): AppFiles {
  if (root === '' || root === '.') return files;
  const prefix = root.endsWith('/') ? root : `${root}/`;
  return {
    list: () => files.list().flatMap((path) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : [])),
    read: (path) => files.read(prefix + path),
  };
}
