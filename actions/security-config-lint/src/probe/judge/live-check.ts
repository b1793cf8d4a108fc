import type { FindBypasses } from '../../csp/broad.ts';
import type { Finding, Safe, Subject } from '../../finding.ts';
import { judged, notApplicable, type Judgement } from '../../judgement.ts';
import type { Severity } from '../../severity.ts';
import { inconclusive, type Fact, type Inconclusive } from '../fact.ts';
import type { Observations, Page } from '../observations.ts';
import { hasNosniff } from '../../headers/nosniff.ts';

/** What live checks look at: what the wire showed, and what of the configuration it takes to read it. */
export interface LiveView {
  readonly seen: Observations;
  /** Effective `session.cookie`; undefined when it is not known, and then no cookie is the session's. */
  readonly sessionCookie: string | undefined;
  readonly findBypasses: FindBypasses;
  /** The input `strict`. */
  readonly strict: boolean;
}

/** The live half of a rule. `given`: what the policy sets, checked before by the rule's schema. */
export type LiveCheck = (view: LiveView, given: unknown) => Judgement;

/** What the wire says about one subject: good, at fault, or nothing that counts. */
export type WireAnswer =
  | { readonly kind: 'safe'; readonly subject: Subject; readonly shown: string }
  | { readonly kind: 'fault'; readonly subject: Subject; readonly shown: string; readonly severity: Severity; readonly rank: number; readonly message: string; readonly remedy: string }
  | Inconclusive;

export function safe(subject: Subject, shown: string): WireAnswer {
  return { kind: 'safe', subject, shown };
}

export interface Fault {
  readonly subject: Subject;
  /** The value as it may be printed. */
  readonly shown: string;
  readonly severity: Severity;
  /** One sentence with the effective value. */
  readonly message: string;
  readonly remedy: string;
  /** Default 1. */
  readonly rank?: number;
}

export function fault({ rank = 1, ...rest }: Fault): WireAnswer {
  return { kind: 'fault', rank, ...rest };
}

/** Folds the answers: a fault beats everything, and one that says nothing takes a pass away. Without any answer the rule does not apply. */
export function judgeWire(seen: Observations, answers: readonly WireAnswer[], noSubject = 'the wire shows nothing of it'): Judgement {
  const findings = answers.flatMap((answer) => (answer.kind === 'fault' ? [findingOf(seen, answer)] : []));
  const good = answers.flatMap((answer) => (answer.kind === 'safe' ? [safeOf(seen, answer)] : []));
  const open = answers.filter((answer) => answer.kind === 'inconclusive');
  const [first] = open;
  if (findings.length > 0 || first === undefined) return judged({ findings, safe: good }, noSubject);
  return { kind: 'inconclusive', why: open.length === 1 ? first.why : `${first.why}, and ${open.length - 1} more answers prove nothing` };
}

function findingOf(seen: Observations, { subject, shown, severity, rank, message, remedy }: Extract<WireAnswer, { kind: 'fault' }>): Finding {
  return { subject, severity, message, remedy, shown, rank, trace: traceOf(seen, shown) };
}

function safeOf(seen: Observations, { subject, shown }: Extract<WireAnswer, { kind: 'safe' }>): Safe {
  return { subject, shown, trace: traceOf(seen, shown) };
}

function traceOf({ site }: Observations, shown: string): Finding['trace'] {
  return [{ file: undefined, line: 0, column: 0, what: `${site.origin} answers: ${shown}` }];
}

/** A check of the page, whatever kind of document it is. */
export function pageCheck(judge: (page: Page, view: LiveView, given: unknown) => readonly WireAnswer[]): LiveCheck {
  return (view, given) => judgeFact(view, view.seen.pages[0], (page) => judge(page, view, given));
}

/** A check of something that browsers do only with HTML. An answer of JSON that they cannot take for HTML needs none of it. */
export function htmlCheck(judge: (page: Page, view: LiveView, given: unknown) => readonly WireAnswer[], noSubject?: string): LiveCheck {
  return (view, given) => {
    const [fact] = view.seen.pages;
    if (fact.kind === 'seen' && isPlainJson(fact.value)) return notApplicable('the page is JSON with nosniff, and browsers make no document of it');
    return judgeFact(view, fact, (page) => (page.content === 'html' ? judge(page, view, given) : [inconclusive('the page is not HTML')]), noSubject);
  };
}

export function judgeFact<T>(view: LiveView, fact: Fact<T>, judge: (value: T) => readonly WireAnswer[], noSubject?: string): Judgement {
  return judgeWire(view.seen, fact.kind === 'seen' ? judge(fact.value) : [fact], noSubject);
}

function isPlainJson({ content, headers }: Page): boolean {
  return content === 'json' && hasNosniff(headers);
}
