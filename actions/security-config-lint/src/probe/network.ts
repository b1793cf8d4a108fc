import dns from 'node:dns/promises';
import { CancelledError } from '@ops/shared';

/** For one request, one look-up, one handshake. */
export const STEP_LIMIT_MS = 5_000;

/** The network as the probe uses it; tests put their own servers in its place. No input reaches it. */
export interface Network {
  /** All addresses of a name. Rejects with Node's own errors. */
  lookup(host: string): Promise<readonly string[]>;
  /** Where an address and port are really connected to. */
  reach(address: string, port: number): Endpoint;
  /** PEM of authorities that are trusted instead of Node's. */
  readonly ca?: string;
  readonly stepLimitMs: number;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export const realNetwork: Network = {
  lookup: async (host) => (await dns.lookup(host, { all: true })).map(({ address }) => address),
  reach: (host, port) => ({ host, port }),
  stepLimitMs: STEP_LIMIT_MS,
};

/** Everything that is said to one server: the network, the one address that was found for its name, and the signal that cancels the run. */
export interface Wire {
  readonly network: Network;
  readonly address: string;
  readonly signal: AbortSignal;
}

/** Aborts when one step has lasted too long, or with the run. */
export function stepSignal({ network, signal }: Pick<Wire, 'network' | 'signal'>): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(network.stepLimitMs)]);
}

/** Throws CancelledError when the run was cancelled. */
export function stopIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError('asking the live site');
}

/** A host without the brackets that addresses of version 6 have in URLs. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** The port that a URL of the web means. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
