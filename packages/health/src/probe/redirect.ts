import { isExpected, type Check } from '../check.ts';
import { ProbeFault } from './fault.ts';

const MAX_HOPS = 10;

/** Where to go next, or undefined when the answer is no redirect. Throws a ProbeFault for a hop that is refused. */
export function nextUrl(check: Pick<Check, 'expectStatus' | 'transport'>, status: number, location: string | undefined, from: URL, hops: number): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined || isExpected(check, status)) return undefined;
  const policy = check.transport.redirects;
  const shown = location.slice(0, 200);
  if (!URL.canParse(location, from.href)) throw new ProbeFault('redirect', `redirects to something that is no address: ${shown}`);
  const to = new URL(location, from);
  const refuse = (why: string): ProbeFault => new ProbeFault('redirect', `answers ${status} with Location: ${withoutCredentials(to)}, ${why}`);
  if (policy === 'none') throw refuse('and `redirects` is none');
  if (to.protocol !== 'https:' && to.protocol !== 'http:') throw refuse('which is not HTTP');
  if (from.protocol === 'https:' && to.protocol === 'http:') throw refuse('which would leave TLS');
  if (policy === 'same-host' && to.hostname !== from.hostname) throw refuse('which is another host');
  if (hops >= MAX_HOPS) throw refuse(`after ${MAX_HOPS} redirects: a loop`);
  to.hash = '';
  return to;
}

/** An address for messages: user name and password never show, the query is data of the redirecting server. */
export function withoutCredentials(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.searchParams.delete('_gate');
  return shown.href.slice(0, 300);
}
