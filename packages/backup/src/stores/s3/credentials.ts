import type { Clock } from '@ops/shared';
import { asError, Secret } from '@ops/shared';
import type { S3Access } from '../settings.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Credentials with an end, as a role gives them. */
export interface Lease extends Credentials {
  readonly expiresMs: number;
}

export interface CredentialCache {
  get(): Promise<Credentials>;
}

const AT_LEAST_MS = 60_000;
const SHARE = 0.2;

/** How long before its end a lease is renewed: 20 % of its life, at least 60 s, but never more than half of it. */
export function renewalMarginMs(lifetimeMs: number): number {
  return Math.min(Math.max(AT_LEAST_MS, lifetimeMs * SHARE), lifetimeMs / 2);
}

export function staticCredentials(access: Extract<S3Access, { readonly kind: 'keys' }>): CredentialCache {
  return { get: async () => ({ accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey.reveal() }) };
}

/**
 * Asks for a lease once for all who wait, and again before it ends. While the old one lasts, a failed renewal is no
 * failure: the next request tries again.
 */
export class LeaseCache implements CredentialCache {
  readonly #ask: () => Promise<Lease>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #mask: (secret: string) => void;
  #held: { readonly lease: Lease; readonly renewMs: number } | undefined;
  #asking: Promise<Lease> | undefined;

  constructor(ask: () => Promise<Lease>, clock: Pick<Clock, 'now'>, mask: (secret: string) => void) {
    this.#ask = ask;
    this.#clock = clock;
    this.#mask = mask;
  }

  async get(): Promise<Credentials> {
    const held = this.#held;
    if (held !== undefined && this.#clock.now() < held.renewMs) return plain(held.lease);
    try {
      this.#asking ??= this.#renew().finally(() => {
        this.#asking = undefined;
      });
      return plain(await this.#asking);
    } catch (thrown) {
      if (held !== undefined && this.#clock.now() < held.lease.expiresMs) return plain(held.lease);
      throw asError(thrown);
    }
  }

  async #renew(): Promise<Lease> {
    const lease = await this.#ask();
    const now = this.#clock.now();
    for (const secret of [lease.secretAccessKey, lease.sessionToken]) if (secret !== undefined) this.#mask(secret);
    this.#held = { lease, renewMs: lease.expiresMs - renewalMarginMs(Math.max(0, lease.expiresMs - now)) };
    return lease;
  }
}

/** Without the end: the SDK would act on it. */
function plain({ accessKeyId, secretAccessKey, sessionToken }: Lease): Credentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** Where GitHub's identity token of the job comes from; undefined where the job lacks `id-token: write`. */
export interface TokenSource {
  /** ACTIONS_ID_TOKEN_REQUEST_URL. */
  readonly url: string;
  /** ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
  readonly token: Secret;
}
