import type { State } from '../state.ts';

/** One part of an application as its health body reports it. */
export interface Component {
  /** `db`, or `db/primary` for a part of a part. */
  readonly name: string;
  /** With `critical: false` at most degraded. */
  readonly state: State;
  /** The word that stood in the body. */
  readonly word: string;
  /** The body says that this component was not looked at. */
  readonly skipped: boolean;
}

/** A health body in one shape, whatever format it came in. */
export interface Health {
  /** The format that was recognised; `none` when there is no health body in the answer. */
  readonly format: 'health+json' | 'laravel' | 'spatie' | 'spring' | 'aspnet' | 'plain' | 'none';
  readonly root?: State;
  readonly rootWord?: string;
  readonly components: readonly Component[];
  readonly version?: string;
  /** Time the body carries, milliseconds since the epoch. */
  readonly time?: number;
  /** For `none`: what was found instead, for messages. */
  readonly found?: string;
}

export type Recognised = Omit<Health, 'found'>;
