import { wideSources } from './broad.ts';
import { listFor } from './fallback.ts';
import type { Policy } from './policy.ts';

/** What the policies say about who may frame the page. */
export type FrameAncestors = 'restricted' | 'anybody' | 'absent';

/** Only policies of headers count, and any of them is enough. A list that lets in every host restricts nobody. */
export function frameAncestors(policies: readonly Policy[]): FrameAncestors {
  const lists = policies.filter(({ from }) => from === 'header').flatMap((policy) => listFor(policy, 'frame-ancestors') ?? []);
  if (lists.length === 0) return 'absent';
  return lists.some(({ sources }) => wideSources(sources).length === 0) ? 'restricted' : 'anybody';
}
