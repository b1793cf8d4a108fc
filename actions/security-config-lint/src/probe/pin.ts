import { connect, isIP, isIPv4 } from 'node:net';
import { classify } from './address.ts';
import { bareHost, portOf, stepSignal, stopIfCancelled, type Endpoint, type Network } from './network.ts';
import { noAnswer, noAnswerOf, type NoAnswer } from './no-answer.ts';

/** The one address that every request of a run goes to: a name that answers differently a moment later changes nothing. */
export interface Pinned {
  readonly kind: 'pinned';
  readonly address: string;
}

/**
 * Looks the host up once and takes the first address that accepts a connection, version 4 first: runners often have no version 6. One address
 * that may not be asked spoils them all, since a name that also points inside is not one to follow. Throws CancelledError.
 */
export async function pin(url: URL, allowPrivate: boolean, network: Network, signal: AbortSignal): Promise<Pinned | NoAnswer> {
  const found = await addressesOf(bareHost(url), network, signal);
  if ('kind' in found) return found;
  const refused = found.find((address) => !mayAsk(address, allowPrivate));
  if (refused !== undefined) return noAnswer('address', refusal(refused));
  let last = noAnswer('dns', 'the name has no address');
  for (const address of found.toSorted((a, b) => Number(isIPv4(b)) - Number(isIPv4(a)))) {
    const failure = await tryConnect(network.reach(address, portOf(url)), stepSignal({ network, signal }));
    stopIfCancelled(signal);
    if (failure === undefined) return { kind: 'pinned', address };
    last = failure;
  }
  return last;
}

async function addressesOf(host: string, network: Network, signal: AbortSignal): Promise<readonly string[] | NoAnswer> {
  if (isIP(host) !== 0) return [host];
  const limit = stepSignal({ network, signal });
  // getaddrinfo cannot be cancelled; the race lets go of it.
  const late = new Promise<NoAnswer>((resolve) => {
    limit.addEventListener('abort', () => resolve(noAnswer('dns', 'the look-up of the name takes too long')), { once: true });
  });
  const found = await Promise.race([network.lookup(host).catch((thrown: unknown) => noAnswerOf(thrown, false)), late]);
  stopIfCancelled(signal);
  return found;
}

function mayAsk(address: string, allowPrivate: boolean): boolean {
  const kind = classify(address);
  return kind === 'public' || (kind === 'private' && allowPrivate);
}

function refusal(address: string): string {
  return classify(address) === 'private' ? `its address ${address} is a private one, which is asked only with live-allow-private: true` : `its address ${address} is not one of the internet and is never asked`;
}

/** What kept the connection from standing, or undefined. */
function tryConnect(at: Endpoint, limit: AbortSignal): Promise<NoAnswer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ ...at, autoSelectFamily: false });
    const settle = (outcome: NoAnswer | undefined): void => {
      resolve(outcome);
      socket.destroy();
    };
    limit.addEventListener('abort', () => settle(noAnswer('unreachable', 'nobody accepts the connection in time')), { once: true });
    socket.once('connect', () => settle(undefined));
    socket.on('error', (error) => settle(noAnswerOf(error, false)));
  });
}
