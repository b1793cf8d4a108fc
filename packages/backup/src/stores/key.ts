import { BackupFault } from '../fault.ts';

/** Ends the name of a file that is not finished; no key may end so. */
export const PARTIAL = '.partial';

/**
 * The key, if it is a plain relative path: a key comes from a catalog that others may have written to. Throws
 * BackupFault `store-refused`.
 */
export function safeKey(key: string): string {
  const parts = key.split('/');
  // oxlint-disable-next-line no-control-regex -- that is what this refuses
  const bad = key === '' || key.length > 900 || /[\u0000-\u001f\u007f\\]/.test(key) || parts.some((part) => part === '' || part === '.' || part === '..') || key.endsWith(PARTIAL);
  if (bad) throw new BackupFault({ reason: 'store-refused', message: `${JSON.stringify(key)} is no key that a backup could have.`, remedy: 'Look at who wrote the manifest that names it.' });
  return key;
}

/** A prefix of keys: like a key, but its last part may be empty or only begun. */
export function safePrefix(prefix: string): string {
  if (prefix !== '') safeKey(`${prefix}x`);
  return prefix;
}
