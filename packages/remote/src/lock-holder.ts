import { UserError } from '@ops/shared';
import type { HostTarget, LockHolder } from './session.ts';

/** What the host said when it refused the lock. */
export interface Refusal {
  /** The text of `.deploy/lock.json`: foreign, perhaps cut, perhaps left by a run that is dead. */
  readonly lockJson: string;
  /** Whether the process that it names still runs on the host. */
  readonly live: boolean;
}

/** Words for a lock that somebody else holds. */
export function lockError(target: HostTarget, refusal: Refusal, waitedMs: number): UserError {
  const waited = waitedMs < 1000 ? '' : ` after ${Math.round(waitedMs / 1000)} s of waiting`;
  const holder = parseHolder(refusal.lockJson);
  if (holder === undefined) {
    return new UserError({
      reason: 'lock',
      message: `${target.name}: somebody holds the lock of ${target.path}${waited}; ${target.path}/.deploy/lock.json does not say who (${refusal.lockJson === '' ? 'it is missing' : 'it cannot be read'}).`,
      remedy: `Run again later; on the host, "fuser -v ${target.path}/.deploy/lock" names the processes that hold it.`,
    });
  }
  const who = `${holder.actor} since ${holder.since}, ${holder.runUrl}`;
  return refusal.live
    ? new UserError({
        reason: 'lock',
        message: `${target.name}: the lock of ${target.path} is held by ${who} (process ${holder.pid ?? 'unknown'} on the host)${waited}.`,
        remedy: 'Wait for that run or cancel it; lock-timeout sets how long to wait.',
      })
    : new UserError({
        reason: 'lock',
        message: `${target.name}: the lock of ${target.path} is held${waited}, last noted for ${who}, whose process ${holder.pid ?? ''} is gone: a step of that run is still finishing, or a program that it started keeps the lock open.`,
        remedy: `Run again when it is done; on the host, "fuser -v ${target.path}/.deploy/lock" names the processes that hold it.`,
      });
}

/** Reads lock.json; undefined when it is not one of ours. */
export function parseHolder(text: string): LockHolder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const word = (key: string): string => {
    const field = fields.get(key);
    // oxlint-disable-next-line no-control-regex -- foreign text goes into a message
    return typeof field === 'string' ? field.replace(/[\u0000-\u001f\u007f]/g, ' ').slice(0, 200) : '';
  };
  if (word('actor') === '' || word('since') === '') return undefined;
  const pid = fields.get('pid');
  return {
    actor: word('actor'), runUrl: word('runUrl'), runId: word('runId'), since: word('since'),
    ...(typeof pid === 'number' ? { pid } : {}),
    ...(word('bootId') === '' ? {} : { bootId: word('bootId') }),
  };
}
