import { listsFor, type SourceList } from './fallback.ts';
import type { Policy } from './policy.ts';
import { hasKeyword, hasNonceOrHash, type Source } from './source.ts';

/** What stands in the page itself: `<script>`, `onclick=` and `javascript:`, `<style>`, `style=`. */
export type InlineKind = 'script-src-elem' | 'script-src-attr' | 'style-src-elem' | 'style-src-attr';

/** What several policies say together about one thing: what runs must be allowed by every policy that restricts it. */
export type Grant =
  | { readonly kind: 'denied' }
  /** Every policy that restricts it lets it in, here by these lists. */
  | { readonly kind: 'allowed'; readonly by: readonly [SourceList, ...SourceList[]] }
  /** No policy says anything about it. */
  | { readonly kind: 'unrestricted' };

/** Whether inline code of a kind runs. */
export function inlineGrant(policies: readonly Policy[], kind: InlineKind): Grant {
  return together(listsFor(policies, kind), (sources) => allowsAllInline(sources, kind));
}

/** Whether strings become code (https://www.w3.org/TR/CSP3/#can-compile-strings): only `script-src` and `default-src` are asked, and no nonce changes the answer. */
export function evalGrant(policies: readonly Policy[]): Grant {
  return together(listsFor(policies, 'script-src'), (sources) => hasKeyword(sources, 'unsafe-eval'));
}

function together(lists: readonly SourceList[], allows: (sources: readonly Source[]) => boolean): Grant {
  const [first, ...more] = lists;
  if (first === undefined) return { kind: 'unrestricted' };
  return lists.every(({ sources }) => allows(sources)) ? { kind: 'allowed', by: [first, ...more] } : { kind: 'denied' };
}

/**
 * https://www.w3.org/TR/CSP3/#allow-all-inline: a nonce or a hash voids `unsafe-inline`, for scripts `strict-dynamic` does too. A nonce that
 * is none, such as a template that was never filled in, voids nothing.
 */
function allowsAllInline(sources: readonly Source[], kind: InlineKind): boolean {
  if (hasNonceOrHash(sources)) return false;
  if (kind.startsWith('script') && hasKeyword(sources, 'strict-dynamic')) return false;
  return hasKeyword(sources, 'unsafe-inline');
}

/** True when at least one policy says which scripts may run. */
export function restrictsScripts(policies: readonly Policy[]): boolean {
  return (['script-src-elem', 'script-src-attr', 'script-src'] as const).some((directive) => listsFor(policies, directive).length > 0);
}
