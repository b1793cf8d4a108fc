import type { Severity } from '../severity.ts';
import { broadScriptSources, shownSource, wideSources, type Breadth, type FindBypasses } from './broad.ts';
import { listsFor, type Directive } from './fallback.ts';
import { evalGrant, inlineGrant, type Grant } from './inline.ts';
import { nonceBits, noncesOf, NONCE_BITS } from './nonce.ts';
import type { Policy } from './policy.ts';
import type { PageOrigin } from './reach.ts';

/** What the enforced policies of a page say about one subject, in code or on the wire: good, or at fault. */
export interface CspAnswer {
  /** A CSP directive: the one that the rule asks about, whichever one answers for it. */
  readonly subject: string;
  /** As it may be printed. */
  readonly shown: string;
  readonly fault?: CspFault;
}

export interface CspFault {
  readonly severity: Severity;
  readonly rank: number;
  /** What the policy does, behind `The policy`: `lets inline scripts run`. */
  readonly does: string;
  readonly remedy: string;
}

/** CSP-002: inline scripts, handlers in attributes and `javascript:` addresses. */
export function inlineScripts(policies: readonly Policy[]): CspAnswer {
  const grants = { elements: inlineGrant(policies, 'script-src-elem'), attributes: inlineGrant(policies, 'script-src-attr') };
  const open = Object.entries(grants).filter(([, { kind }]) => kind !== 'denied');
  const [first] = open;
  if (first === undefined) return { subject: 'script-src', shown: 'no inline scripts' };
  const what = open.length === 2 ? 'inline scripts and event handlers' : first[0] === 'elements' ? 'inline scripts' : 'inline event handlers';
  return {
    subject: 'script-src', shown: shownGrant(first[1], "'unsafe-inline'"),
    fault: { severity: 'high', rank: open.length, does: `lets ${what} run`, remedy: "Give each script a nonce, Vite::useCspNonce(), put handlers into scripts, and take 'unsafe-inline' away." },
  };
}

/** CSP-003: strings that become code. */
export function evalScripts(policies: readonly Policy[]): CspAnswer {
  const grant = evalGrant(policies);
  if (grant.kind === 'denied') return { subject: 'script-src', shown: 'no eval' };
  return { subject: 'script-src', shown: shownGrant(grant, "'unsafe-eval'"), fault: { severity: 'medium', rank: 1, does: 'lets scripts turn strings into code', remedy: "Use the CSP builds of Alpine and Livewire, and take 'unsafe-eval' away; WebAssembly needs 'wasm-unsafe-eval' only." } };
}

const BREADTHS: Readonly<Record<Breadth, { readonly severity: Severity; readonly rank: number; readonly why: string }>> = {
  'any-host': { severity: 'high', rank: 5, why: 'any host' },
  data: { severity: 'high', rank: 4, why: 'scripts that stand in an address' },
  'open-host': { severity: 'high', rank: 3, why: 'a host where anybody may publish' },
  address: { severity: 'high', rank: 2, why: 'a bare address' },
  'bypass-host': { severity: 'medium', rank: 1, why: 'a host known for JSONP or Angular' },
};

/** CSP-004: sources of scripts that let in too much. */
export function broadScripts(policies: readonly Policy[], page: PageOrigin | undefined, findBypasses: FindBypasses): CspAnswer {
  const broad = broadScriptSources(policies, page, findBypasses).map((one) => ({ ...one, ...BREADTHS[one.breadth] })).sort((a, b) => b.rank - a.rank);
  const [worst] = broad;
  if (worst === undefined) return { subject: 'script-src', shown: 'no broad source of scripts' };
  return {
    subject: 'script-src', shown: `${worst.directive} with ${broad.map(({ source }) => shownSource(source)).join(' ')}`,
    fault: { severity: worst.severity, rank: worst.rank, does: `takes scripts from ${worst.why}`, remedy: "Drop it and name the hosts of your own scripts, or use nonces with 'strict-dynamic'." },
  };
}

/** CSP-005: plugins, and the address that relative ones start from. */
export function openDoors(policies: readonly Policy[]): readonly CspAnswer[] {
  return [
    door(policies, 'object-src', 'lets the page embed plugins from anywhere', "Add object-src 'none'."),
    door(policies, 'base-uri', 'lets an injected base element redirect relative addresses of scripts', "Add base-uri 'none', or 'self'."),
  ];
}

function door(policies: readonly Policy[], directive: Directive, does: string, remedy: string): CspAnswer {
  const lists = listsFor(policies, directive);
  const narrow = lists.find(({ sources }) => wideSources(sources).length === 0);
  if (narrow !== undefined) return { subject: directive, shown: `${narrow.directive} is narrow` };
  const [wide] = lists;
  return { subject: directive, shown: wide === undefined ? `no ${directive}` : `${wide.directive} with ${wideSources(wide.sources).map(shownSource).join(' ')}`, fault: { severity: 'medium', rank: 1, does, remedy } };
}

/** CSP-010: inline styles where a list says so; a policy without a say about styles is another choice. */
export function inlineStyles(policies: readonly Policy[]): CspAnswer {
  const grant = inlineGrant(policies, 'style-src-elem');
  if (grant.kind !== 'allowed') return { subject: 'style-src', shown: grant.kind === 'denied' ? 'no inline style elements' : 'nothing about styles' };
  return { subject: 'style-src', shown: shownGrant(grant, "'unsafe-inline'"), fault: { severity: 'low', rank: 1, does: 'lets inline style elements in', remedy: "Give them a hash or a nonce; attributes alone need style-src-attr 'unsafe-inline' only." } };
}

/** CSP-008, the half that one policy shows: nonces that can be guessed. Undefined without a nonce. */
export function weakNonce(policies: readonly Policy[]): CspAnswer | undefined {
  const bits = noncesOf(policies).map(nonceBits);
  if (bits.length === 0) return undefined;
  const least = Math.min(...bits);
  if (least >= NONCE_BITS) return { subject: 'script-src', shown: `a nonce of ${NONCE_BITS} bits or more` };
  return { subject: 'script-src', shown: `a nonce of at most ${least} bits`, fault: { severity: 'high', rank: 1, does: `uses a nonce of at most ${least} bits, fewer than ${NONCE_BITS}`, remedy: 'Make a new nonce of 16 random bytes for each answer: Vite::useCspNonce() does.' } };
}

function shownGrant(grant: Grant, keyword: string): string {
  return grant.kind === 'allowed' ? `${grant.by[0].directive} with ${keyword}` : 'nothing about it';
}
