import { combined, splitValues, type HeaderList } from './list.ts';

/** `protects`: some or all framing is refused. `ignored`: browsers do as if it were not there, for example with ALLOW-FROM. */
export type FrameOptions = 'absent' | 'protects' | 'ignored';

/** X-Frame-Options as browsers read it (https://html.spec.whatwg.org/#check-a-navigation-response's-adherence-to-x-frame-options). */
export function readFrameOptions(headers: HeaderList): FrameOptions {
  const value = combined(headers, 'x-frame-options');
  if (value === undefined) return 'absent';
  const options = new Set(splitValues(value).map((one) => one.toLowerCase()));
  // Several that differ, one of them known: the page is framed nowhere.
  if (options.size > 1) return ['deny', 'sameorigin', 'allowall'].some((known) => options.has(known)) ? 'protects' : 'ignored';
  return options.has('deny') || options.has('sameorigin') ? 'protects' : 'ignored';
}
