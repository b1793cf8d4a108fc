import { CancelledError, UserError, asError } from '@ops/shared';
import type { Readable } from 'node:stream';
import { BackupFault } from '../fault.ts';

export function missing(store: string, key: string): BackupFault {
  return new BackupFault({ reason: 'store-refused', message: `${store} has no ${key}.`, remedy: 'It was deleted, or the manifest that names it belongs to another store.' });
}

export function taken(store: string, key: string): BackupFault {
  return new BackupFault({ reason: 'store-conflict', message: `${store} already has ${key}, with other bytes; nothing was overwritten.`, remedy: 'Start the run again: it takes a new backup id.' });
}

export function notCancelled(signal: AbortSignal, what: string): void {
  if (signal.aborted) throw new CancelledError(what);
}

/**
 * Why writing an object ended. The body's own error comes first: whoever made the body knows best what went wrong. Then a
 * cancel. Then `otherwise`.
 */
export function causeOf(thrown: unknown, body: Readable | undefined, signal: AbortSignal, what: string, otherwise: (error: Error) => Error): Error {
  const own = body?.errored ?? undefined;
  const error = asError(thrown);
  if (own instanceof UserError) return own;
  if (own !== undefined && own.name !== 'AbortError' && own === error && !('syscall' in own)) return own;
  if (signal.aborted) return new CancelledError(what);
  return error instanceof UserError ? error : otherwise(error);
}
