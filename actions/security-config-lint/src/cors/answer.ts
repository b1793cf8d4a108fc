import { combined, type HeaderList } from '../headers/list.ts';

/** What Access-Control-Allow-Origin says to the origin that asked. Only comparing it with what was sent proves anything: php-cors answers a list of one entry with that entry, whoever asks. */
export type AllowOrigin = 'none' | 'echo' | 'any' | 'other';

export interface CorsAnswer {
  readonly allowOrigin: AllowOrigin;
  /** True when cookies may go along. */
  readonly credentials: boolean;
}

/** Reads the answer as a browser would that sent this Origin (https://fetch.spec.whatwg.org/#cors-check). A header that was sent twice matches nothing. */
export function readCorsAnswer(headers: HeaderList, sent: string): CorsAnswer {
  const allowed = combined(headers, 'access-control-allow-origin');
  return { allowOrigin: allowOrigin(allowed, sent), credentials: combined(headers, 'access-control-allow-credentials') === 'true' };
}

function allowOrigin(allowed: string | undefined, sent: string): AllowOrigin {
  if (allowed === undefined || allowed === '') return 'none';
  if (allowed === '*') return 'any';
  return allowed === sent ? 'echo' : 'other';
}
