import type { EngineName } from '../connection.ts';
import { BackupFault } from '../fault.ts';

/** Leaves room for a backup id and a suffix in the 255 bytes of a file name. */
const MAX_FOLDER_BYTES = 120;

function escapeByte(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * Folder of a source in the store: bytes outside `[A-Za-z0-9._-]` as %XX, and a dot in front too (`..` is a path, and
 * `.ops-probe` is the probe's). Two sources never share a folder. Throws `bad-input` when it is empty or over 120 bytes.
 */
export function sourceFolder(source: string): string {
  const folder = [...Buffer.from(source, 'utf8')]
    .map((byte, at) => (/[A-Za-z0-9._-]/.test(String.fromCharCode(byte)) && !(at === 0 && byte === 0x2e) ? String.fromCharCode(byte) : escapeByte(byte)))
    .join('');
  if (folder !== '' && folder.length <= MAX_FOLDER_BYTES) return folder;
  throw new BackupFault({
    reason: 'bad-input',
    message: folder === '' ? 'source is empty, so there is no folder for its backups.' : `source \`${source.slice(0, 60)}…\` makes a folder name of ${folder.length} bytes, and ${MAX_FOLDER_BYTES} are the limit (each byte outside A-Z a-z 0-9 . _ - takes three).`,
    remedy: 'Give a shorter source, for example production-shop.',
  });
}

/** The source that a folder stands for; undefined when no source has this folder. */
export function folderSource(folder: string): string | undefined {
  const bytes = Buffer.from(folder.replaceAll(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
  const source = bytes.toString('utf8');
  try {
    return sourceFolder(source) === folder ? source : undefined;
  } catch {
    return undefined;
  }
}

/** `<environment>-<database>`; a SQLite database goes by its file's base name. Without an environment the database alone. */
export function defaultSource(of: { readonly environment: string; readonly engine: EngineName; readonly database: string }): string {
  const database = of.engine === 'sqlite' ? of.database.slice(of.database.lastIndexOf('/') + 1) : of.database;
  return of.environment === '' ? database : `${of.environment}-${database}`;
}
