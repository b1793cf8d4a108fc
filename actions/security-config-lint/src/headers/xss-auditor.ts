import { linesOf, type HeaderList } from './list.ts';

/** True when X-XSS-Protection switches on the filter that old browsers had, and that could be turned against the page. */
export function enablesXssAuditor(headers: HeaderList): boolean {
  return linesOf(headers, 'x-xss-protection').some((value) => !/^0(?:\s*;|$)/.test(value));
}
