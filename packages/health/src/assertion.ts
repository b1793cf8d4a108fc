import type { Answer } from './observation.ts';
import { atPointer, isPointer, parseJson } from './pointer.ts';

const OPERATORS = ['=', '!=', 'contains', '<', '<=', '>', '>='] as const;
type Operator = (typeof OPERATORS)[number];

/** A condition on one answer, written `<what> <op> <value>`: `/db/lag < 5`, `body contains Welcome`, `header:x-release = 42`. */
export interface Assertion {
  readonly what: { readonly kind: 'pointer'; readonly pointer: string } | { readonly kind: 'header'; readonly name: string } | { readonly kind: 'body' };
  readonly operator: Operator;
  readonly value: string;
  /** As the user wrote it. */
  readonly text: string;
}

/** The assertion, or undefined when the text is not one. */
export function parseAssertion(text: string): Assertion | undefined {
  const match = /^(\S+)\s+(!=|<=|>=|=|<|>|contains)\s+(\S.*)$/s.exec(text.trim());
  const [, subject, word, value] = match ?? [];
  const operator = OPERATORS.find((candidate) => candidate === word);
  if (subject === undefined || operator === undefined || value === undefined) return undefined;
  const base = { operator, value: value.trim(), text: text.trim() };
  if (subject === 'body') return { ...base, what: { kind: 'body' } };
  if (/^header:[\w-]+$/i.test(subject)) return { ...base, what: { kind: 'header', name: subject.slice(7).toLowerCase() } };
  if (subject.startsWith('/') && isPointer(subject)) return { ...base, what: { kind: 'pointer', pointer: subject } };
  return undefined;
}

/** Undefined when the assertion holds, else what was found instead. */
export function assertionFailure(assertion: Assertion, answer: Answer): string | undefined {
  const found = subjectOf(assertion, answer);
  if (found === undefined) return 'nothing there';
  if (holds(found, assertion)) return undefined;
  return assertion.what.kind === 'body' ? 'another text' : `"${found.slice(0, 80)}"`;
}

function subjectOf({ what }: Assertion, answer: Answer): string | undefined {
  switch (what.kind) {
    case 'body':
      return answer.body;
    case 'header':
      return answer.headers[what.name];
    case 'pointer': {
      const value = atPointer(parseJson(answer.body), what.pointer);
      return value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
    }
  }
}

function holds(found: string, { operator, value }: Assertion): boolean {
  switch (operator) {
    case '=':
      return found === value;
    case '!=':
      return found !== value;
    case 'contains':
      return found.includes(value);
    default: {
      const [a, b] = [finite(found), finite(value)];
      if (a === undefined || b === undefined) return false;
      return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
    }
  }
}

/** `Number('')` is 0 and `Number('0x10')` is 16: only plain decimals count. */
function finite(text: string): number | undefined {
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}
