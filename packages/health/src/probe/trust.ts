import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { Transport } from '../check.ts';

interface Trust {
  readonly withClient: SecureContext;
  readonly anonymous: SecureContext;
}

const built = new WeakMap<Transport, Trust>();

/**
 * The TLS context of a gate: Node's default roots, the system's, and `ca`. Given alone, Node's option
 * `ca` would replace the roots, and its default is only the bundled store. Built once: it costs some
 * 100 ms of CPU. `client` is false once a redirect left the origin.
 */
export function secureContext(transport: Transport, client: boolean): SecureContext {
  let trust = built.get(transport);
  if (trust === undefined) {
    const ca = [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...(transport.ca === undefined ? [] : [transport.ca])])];
    const anonymous = createSecureContext({ ca });
    const { clientCert, clientKey } = transport;
    const withClient = clientCert === undefined || clientKey === undefined ? anonymous : createSecureContext({ ca, cert: clientCert, key: clientKey.reveal() });
    trust = { anonymous, withClient };
    built.set(transport, trust);
  }
  return client ? trust.withClient : trust.anonymous;
}
