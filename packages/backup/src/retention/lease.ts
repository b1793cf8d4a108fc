import { z } from 'zod';
import type { Clock, Random } from '@ops/shared';
import { BackupFault } from '../fault.ts';
import { leaseKey } from '../catalog/keys.ts';
import type { Store } from '../stores/store.ts';

export const LEASE_MS = 15 * 60_000;
/** Clocks of two runners differ: a lease is taken over only this long after its end. */
const CLOCK_SKEW_MS = 60_000;
/** Renewed when less than two thirds are left. */
const RENEW_BELOW_MS = LEASE_MS - LEASE_MS / 3;

const leaseSchema = z.object({ holder: z.string(), token: z.string(), until: z.iso.datetime() });
type LeaseRecord = z.infer<typeof leaseSchema>;

/** The right of one run to delete from one source. */
export interface Lease {
  /** Makes sure that it is ours for some minutes to come; false when another run took it over. */
  renew(signal: AbortSignal): Promise<boolean>;
  /** Lets the next run have it at once; never throws. */
  release(): Promise<void>;
}

export type LeaseResult = { readonly lease: Lease } | { readonly busy: string };

interface LeaseDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'hex'>;
}

/** A store without conditional writes cannot hold a lease. */
export const NO_LEASE: Lease = { renew: async () => true, release: async () => undefined };

function parse(body: Uint8Array): LeaseRecord | undefined {
  try {
    return leaseSchema.parse(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch {
    return undefined;
  }
}

/**
 * Takes the lease of a source: made where there is none, taken over by its etag where the old one has ended. `busy` says
 * who has it. Needs a store with conditional writes.
 */
export async function takeLease(store: Store, source: string, holder: string, deps: LeaseDeps, signal: AbortSignal): Promise<LeaseResult> {
  const key = leaseKey(source);
  const token = deps.random.hex(8);
  const record = (untilMs: number): Buffer => Buffer.from(JSON.stringify({ holder, token, until: new Date(untilMs).toISOString() }));
  const now = await store.read(key, signal);
  if (now === undefined) {
    try {
      await store.create(key, record(deps.clock.now() + LEASE_MS), undefined, signal);
    } catch (thrown) {
      if (thrown instanceof BackupFault && thrown.reason === 'store-conflict') return { busy: 'another run has just taken it' };
      throw thrown;
    }
  } else {
    const held = parse(now.body);
    if (held !== undefined && deps.clock.now() < Date.parse(held.until) + CLOCK_SKEW_MS) return { busy: `${held.holder} has it until ${held.until}` };
    if (!(await store.replace(key, record(deps.clock.now() + LEASE_MS), now.etag, signal))) return { busy: 'another run has just taken it over' };
  }
  return { lease: new HeldLease(store, key, token, record, deps) };
}

class HeldLease implements Lease {
  #untilMs: number;
  readonly #store: Store;
  readonly #key: string;
  readonly #token: string;
  readonly #record: (untilMs: number) => Buffer;
  readonly #deps: LeaseDeps;

  constructor(store: Store, key: string, token: string, record: (untilMs: number) => Buffer, deps: LeaseDeps) {
    this.#store = store;
    this.#key = key;
    this.#token = token;
    this.#record = record;
    this.#deps = deps;
    this.#untilMs = deps.clock.now() + LEASE_MS;
  }

  async renew(signal: AbortSignal): Promise<boolean> {
    const now = this.#deps.clock.now();
    if (this.#untilMs - now > RENEW_BELOW_MS) return true;
    if (!(await this.#write(now + LEASE_MS, signal))) return false;
    this.#untilMs = now + LEASE_MS;
    return true;
  }

  async release(): Promise<void> {
    // Ended, not deleted: deleting is not conditional, and the run may lack the right. Not the run's signal: a cancelled run lets go too.
    await this.#write(0, AbortSignal.timeout(20_000)).catch(() => false);
  }

  async #write(untilMs: number, signal: AbortSignal): Promise<boolean> {
    const now = await this.#store.read(this.#key, signal);
    if (now === undefined || parse(now.body)?.token !== this.#token) return false;
    return this.#store.replace(this.#key, this.#record(untilMs), now.etag, signal);
  }
}
