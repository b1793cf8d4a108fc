import type { Secret } from '@ops/shared';
import type { Assertion } from './assertion.ts';
import type { IdentitySource } from './identity.ts';
import type { PrometheusRule } from './prometheus/rule.ts';

export type CheckKind = 'health' | 'liveness' | 'readiness' | 'startup' | 'custom';
export const CHECK_KINDS = ['health', 'liveness', 'readiness', 'startup', 'custom'] as const satisfies readonly CheckKind[];

/** The format of a body; `auto` recognises it, `status` looks at the status code alone. */
export type Preset = 'auto' | 'health+json' | 'laravel' | 'spatie' | 'spring' | 'aspnet' | 'status';
export const PRESETS = ['auto', 'health+json', 'laravel', 'spatie', 'spring', 'aspnet', 'status'] as const satisfies readonly Preset[];

/** Inclusive range of status codes. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** How requests travel. One object for all checks of a gate: the TLS context is built once for it. */
export interface Transport {
  /** From the look-up to the last byte, redirects included. */
  readonly requestTimeoutMs: number;
  readonly redirects: 'same-host' | 'none' | 'follow';
  readonly cacheBuster: boolean;
  /** PEM certificates trusted beside those of Node and of the system. */
  readonly ca?: string;
  readonly clientCert?: string;
  readonly clientKey?: Secret;
  /** Host name to network address, instead of asking the resolver. */
  readonly resolve: Readonly<Record<string, string>>;
  readonly insecure: boolean;
}

/** The version that has to answer, and where it is said. */
export interface Identity {
  readonly expected: string;
  readonly source: IdentitySource;
}

/** One thing to ask and how to judge the answer. */
export interface Check {
  /** Unique among the checks of a gate. */
  readonly name: string;
  readonly url: string;
  /** Tried in order until one is not a 404; the first that answers stays. For a `url` given without a path. */
  readonly paths?: readonly string[];
  readonly kind: CheckKind;
  readonly preset: Preset;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly expectStatus: readonly StatusRange[];
  readonly assertions: readonly Assertion[];
  /** A check that is not required is shown and never fails a round. */
  readonly required: boolean;
  readonly maxLatencyMs?: number;
  /** Oldest time a body may carry; undefined: 60 s, for spatie 5 min. */
  readonly maxAgeMs?: number;
  /** These components must be reported and good; undefined: all that are reported. */
  readonly requiredComponents?: readonly string[];
  readonly ignoreComponents: readonly string[];
  readonly degraded: 'fail' | 'warn' | 'pass';
  readonly identity?: Identity;
  readonly transport: Transport;
  /** Sent as the body of the request. */
  readonly content?: { readonly type: string; readonly text: string };
  /** Asks a Prometheus server at `url` instead of a health route. */
  readonly prometheus?: PrometheusRule;
}

export const DEFAULT_TRANSPORT: Transport = {
  requestTimeoutMs: 10_000,
  redirects: 'same-host',
  cacheBuster: true,
  resolve: {},
  insecure: false,
};

/** A check with the defaults of the inputs. */
export function checkOf(given: Partial<Check> & Pick<Check, 'url'>): Check {
  return {
    name: 'health',
    kind: 'health',
    preset: 'auto',
    method: 'GET',
    headers: {},
    expectStatus: [{ from: 200, to: 299 }],
    assertions: [],
    required: true,
    ignoreComponents: [],
    degraded: 'fail',
    transport: DEFAULT_TRANSPORT,
    ...given,
  };
}

export function isExpected(check: Pick<Check, 'expectStatus'>, status: number): boolean {
  return check.expectStatus.some(({ from, to }) => status >= from && status <= to);
}

/** The preset that applies: under `auto` a path that ends in `/up` has no body to read. */
export function effectivePreset(check: Pick<Check, 'preset' | 'url'>): Preset {
  if (check.preset !== 'auto') return check.preset;
  return URL.canParse(check.url) && /\/up\/?$/.test(new URL(check.url).pathname) ? 'status' : 'auto';
}
