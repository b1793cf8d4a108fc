import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { asError, UserError, type Secret } from '@ops/shared';
import type { Transport } from '../check.ts';
import type { HealthInputs } from './health-inputs.ts';

/** What is wrong between inputs. */
export function wrong(message: string, remedy: string): UserError {
  return new UserError({ reason: 'input', message, remedy });
}

/** How requests travel. Throws a UserError `input` for certificates and keys that cannot be used. */
export function transportOf(inputs: HealthInputs, workspace: string): Transport {
  const [ca, clientCert] = [pem(inputs.ca, 'ca', workspace), pem(inputs['client-cert'], 'client-cert', workspace)];
  const clientKey = inputs['client-key'];
  if ((clientCert === undefined) !== (clientKey === undefined)) throw wrong('Only one of `client-cert` and `client-key` is given.', 'Give both or neither.');
  refuseBadPem(ca, clientCert, clientKey);
  return {
    requestTimeoutMs: inputs['request-timeout'] ?? 10_000,
    redirects: inputs.redirects ?? 'same-host',
    cacheBuster: inputs['cache-buster'] ?? true,
    resolve: inputs.resolve ?? {},
    insecure: inputs.insecure ?? false,
    ...(ca === undefined ? {} : { ca }),
    ...(clientCert === undefined ? {} : { clientCert }),
    ...(clientKey === undefined ? {} : { clientKey }),
  };
}

/** Before anything is asked: Node passes over a broken certificate authority without a word. */
function refuseBadPem(ca: string | undefined, cert: string | undefined, key: Secret | undefined): void {
  const attempt = (input: string, use: () => void): void => {
    try {
      use();
    } catch (cause) {
      throw new UserError({ reason: 'input', message: `\`${input}\` cannot be used: ${asError(cause).message}.`, remedy: 'Give whole PEM blocks, and a key that belongs to its certificate and has no passphrase.', cause });
    }
  };
  if (ca !== undefined) attempt('ca', () => void blocksOf(ca).map((block) => new X509Certificate(block)));
  if (cert !== undefined && key !== undefined) attempt('client-key', () => void createSecureContext({ cert, key: key.reveal() }));
}

function blocksOf(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [text];
}

function pem(value: string | undefined, input: string, workspace: string): string | undefined {
  if (value === undefined || value.includes('-----BEGIN CERTIFICATE-----')) return value;
  const file = resolve(workspace, value);
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (cause) {
    throw new UserError({ reason: 'input', message: `The file ${value} of \`${input}\` cannot be read.`, remedy: 'Give PEM text, or a path inside the workspace, after the checkout step.', cause });
  }
  throw wrong(`The file ${value} of \`${input}\` holds no PEM certificate.`, 'A PEM certificate begins with -----BEGIN CERTIFICATE-----.');
}
