import type { App } from '../app.ts';
import { isNull, textOf, type Settled, type Why } from '../decide.ts';
import { composeServices } from './compose.ts';

/** How far away a host is: this machine, a network of one's own, anywhere. */
export type Reach = 'loopback' | 'private' | 'public';

const LOOPBACK = /^(?:|localhost|127(?:\.\d+){3}|\[?::1\]?|0\.0\.0\.0|\/.*)$/;
const PRIVATE = /^(?:10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|\[?f[cd][0-9a-f]{2}:[0-9a-f:]*\]?)$/;
/** What clients put before a host. */
const SCHEME = /^(?:tcp|tls|ssl|rediss?):\/\//;

/** Where a host is. A list of hosts is as far away as its farthest; a socket is on this machine. */
export function reachOf(app: Pick<App, 'repository'>, value: Settled): Reach | Why {
  if (isNull(value)) return 'loopback';
  if (value.kind === 'array') return farthest([...value.entries.values()].map((each) => (each.kind === 'unknown' || each.kind === 'one-of' ? notKnown(each.kind === 'unknown' ? each.why : 'one of several hosts is meant') : reachOf(app, each))));
  const text = textOf(value)?.toLowerCase().replace(SCHEME, '');
  if (text === undefined) return notKnown('the host is not known');
  if (LOOPBACK.test(text) || text.startsWith('unix:')) return 'loopback';
  return PRIVATE.test(text) || composeServices(app).some(({ name }) => name === text) ? 'private' : 'public';
}

function farthest(all: readonly (Reach | Why)[]): Reach | Why {
  for (const reach of ['public', 'private'] as const) if (all.includes(reach)) return reach;
  return all.find((each) => typeof each === 'object') ?? 'loopback';
}

function notKnown(why: string): Why {
  return { reason: 'host-unknown', why };
}
