import type { Secret } from '@ops/shared';
import { decoded } from './address.ts';

/** `https://PUBLIC_KEY@HOST/PATH/PROJECT`; https://develop.sentry.dev/sdk/foundations/transport/authentication/ */
export interface Dsn {
  /** Where envelopes go. */
  readonly endpoint: string;
  readonly publicKey: string;
  /** Of old projects; newer ones have none. */
  readonly secretKey: string | undefined;
}

const DSN_EXAMPLE = 'must be a DSN, such as https://PUBLIC_KEY@o1.ingest.sentry.io/2 (Project Settings, Client Keys)';

/** Why an address is no DSN. */
export function dsnProblem(url: URL): string | undefined {
  const path = url.pathname.split('/');
  return /^[A-Za-z0-9-]+$/.test(url.username) && /^[A-Za-z0-9-]*$/.test(url.password) && /^[A-Za-z0-9_-]+$/.test(path.at(-1) ?? '') && url.search === '' && url.hash === '' ? undefined : DSN_EXAMPLE;
}

/** Reads a DSN that `dsnProblem` let pass. */
export function parseDsn(address: Secret): Dsn {
  const url = new URL(address.reveal());
  const path = url.pathname.split('/');
  const project = path.pop() ?? '';
  return { endpoint: `${url.origin}${path.join('/')}/api/${project}/envelope/`, publicKey: url.username, secretKey: url.password === '' ? undefined : decoded(url.password) };
}
