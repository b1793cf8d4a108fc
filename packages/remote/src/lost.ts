import { UserError } from '@ops/shared';
import type { LinkEnd } from './link.ts';
import type { HostTarget } from './session.ts';

/** What was going on when a session was lost. */
export interface LostWork {
  readonly title: string;
  readonly critical: boolean;
  readonly locked: boolean;
  /** Title of the armed compensation. */
  readonly armed: string | undefined;
}

/** Words for a session that ended in the middle: what happened, and what the host does now without us. */
export function lostError(target: Pick<HostTarget, 'name' | 'address'>, work: LostWork, end: LinkEnd): UserError {
  const said = end.stderr.split('\n').map((line) => line.trim()).filter((line) => line !== '').at(-1);
  const local = target.address.kind === 'local';
  const fate = work.critical ? `finishes ${work.title} alone` : `ends ${work.title}`;
  const then = [
    ...(work.armed === undefined ? [] : [`runs ${work.armed}`]),
    ...(work.locked ? ['notes it in its journal', 'frees the lock'] : []),
  ];
  const list = [fate, ...then];
  const sentence = list.length === 1 ? fate : `${list.slice(0, -1).join(', ')} and ${list.at(-1) ?? ''}`;
  return new UserError({
    reason: work.locked || work.critical ? 'orphaned' : 'connect',
    message: `${target.name}: the ${local ? 'supervisor ended' : 'connection was lost'} while ${work.title} ran${said === undefined ? '' : ` (${local ? 'it' : 'ssh'} said: ${said.slice(0, 300)})`}.`,
    remedy: local && !work.critical ? 'Run again.' : `The host now ${sentence}; run again when that is done.`,
    cause: new Error(`exit ${end.exit}`),
  });
}
