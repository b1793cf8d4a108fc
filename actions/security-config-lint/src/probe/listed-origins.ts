import type { Observations } from './observations.ts';

export interface ListedOrigin {
  readonly origin: string;
  /** Undefined when nothing can be concluded from what came back. */
  readonly allowed: boolean | undefined;
}

/** What the site said to each of `live-origins`: whether the frontends that must get in do. */
export function listedOrigins({ origins }: Observations): readonly ListedOrigin[] {
  if (origins.kind === 'inconclusive') return [];
  return origins.value.filter(({ role }) => role === 'listed').map(({ origin, answer }) => ({
    origin,
    allowed: answer.kind === 'seen' ? answer.value.allowOrigin === 'echo' || answer.value.allowOrigin === 'any' : undefined,
  }));
}
