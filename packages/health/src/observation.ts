/** Where the time of one attempt went, in milliseconds. Behind a proxy only ttfb, body and total are known. */
export interface Phases {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  /** From the request to the first byte of the answer. */
  readonly ttfb?: number;
  readonly body?: number;
  readonly total: number;
}

/** Why there is no answer to judge. */
export type ProbeFailure = 'dns' | 'refused' | 'reset' | 'timeout' | 'tls' | 'redirect' | 'body' | 'cancelled';

interface Seen {
  /** `runner`, or the name of the host that asked. */
  readonly from: string;
  /** The address that was asked last, without the cache buster and without credentials. */
  readonly url: string;
  /** Milliseconds since the epoch when the attempt began. */
  readonly at: number;
  readonly phases: Phases;
  /** Network address that answered or was tried last. */
  readonly address?: string;
  /** Addresses of the redirects that were followed, oldest first. */
  readonly hops: readonly string[];
  /** Whole days until the server's certificate expires. */
  readonly certDaysLeft?: number;
}

/** The server answered, whatever it said. */
export interface Answer extends Seen {
  readonly kind: 'answer';
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** True when the server answers 2xx to an address that nobody made; only asked where it matters. */
  readonly catchAll?: boolean;
}

/** There was no answer, or one that must not be believed. */
export interface NoAnswer extends Seen {
  readonly kind: 'failure';
  readonly failure: ProbeFailure;
  /** What happened, with the code of Node, OpenSSL or curl where there is one; a clause without a full stop. */
  readonly detail: string;
}

/** What one attempt of one check saw. */
export type Observation = Answer | NoAnswer;
