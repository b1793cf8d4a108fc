import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Secret } from '@ops/shared';
import { BackupFault } from '../fault.ts';
import { canonicalJson } from './canonical-json.ts';

/** DER in front of the 32 bytes of an ed25519 key (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;

export interface Signature {
  readonly key: string;
  readonly value: string;
}

/** A record that may carry a signature. */
export interface Signable {
  readonly signature?: Signature | undefined;
}

export interface Signer {
  /** The public key as trusted-signers takes it: base64 of its SubjectPublicKeyInfo. */
  readonly key: string;
  sign(text: string): string;
}

/** Public keys in the form of Signer.key. */
export type TrustedSigners = ReadonlySet<string>;

function publicName(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

function base64Bytes(text: string): Buffer | undefined {
  const clean = text.replaceAll(/\s/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(clean) ? Buffer.from(clean, 'base64') : undefined;
}

/** Reads `signing-key`: PEM (PKCS8), or base64 of the 32 bytes seed or of the PKCS8 DER. Throws `bad-input`. */
export function parseSigningKey(secret: Secret): Signer {
  const text = secret.reveal().trim();
  let key: KeyObject | undefined;
  try {
    const bytes = base64Bytes(text);
    if (bytes === undefined) key = createPrivateKey(text);
    else key = createPrivateKey({ key: bytes.length === KEY_BYTES ? Buffer.concat([PKCS8_HEAD, bytes]) : bytes, format: 'der', type: 'pkcs8' });
  } catch {
    // OpenSSL's words name no cause a user could act on, and must never quote the key.
  }
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw new BackupFault({
      reason: 'bad-input',
      message: key === undefined ? 'signing-key is no private key that can be read: it may be cut, protected by a passphrase, or of another format than PKCS8 PEM and base64.' : `signing-key is a key of type ${key.asymmetricKeyType ?? 'unknown'}, and only ed25519 signs backups.`,
      remedy: 'Make one with: openssl genpkey -algorithm ed25519',
    });
  }
  const signing = key;
  return { key: publicName(createPublicKey(signing)), sign: (words) => sign(null, Buffer.from(words), signing).toString('base64') };
}

/** Reads the lines of `trusted-signers`: base64 of the public key's DER or of its 32 bytes, or PEM blocks. Throws `bad-input` naming the line. */
export function parseTrustedSigners(lines: readonly string[]): TrustedSigners {
  const blocks = lines.join('\n').replaceAll(/-----BEGIN PUBLIC KEY-----([^-]*)-----END PUBLIC KEY-----/g, (_, body: string) => body.replaceAll(/\s/g, ''));
  const names = blocks.split('\n').map((line) => line.trim()).filter((line) => line !== '').map((line) => {
    const key = publicKey(line);
    if (key !== undefined) return publicName(key);
    throw new BackupFault({ reason: 'bad-input', message: `trusted-signers holds \`${line.slice(0, 20)}…\`, which is no ed25519 public key.`, remedy: 'Print the right line with: openssl pkey -in key.pem -pubout -outform DER | base64' });
  });
  return new Set(names);
}

function publicKey(text: string): KeyObject | undefined {
  const bytes = base64Bytes(text);
  if (bytes === undefined) return undefined;
  try {
    const key = createPublicKey({ key: bytes.length === KEY_BYTES ? Buffer.concat([SPKI_HEAD, bytes]) : bytes, format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The text that is signed: everything but the signature. */
export function signedText(record: Signable): string {
  const { signature: _, ...rest } = record;
  return canonicalJson(rest);
}

/** The record with its signature, or without one when nobody signs. */
export function withSignature<R extends Signable>(record: R, signer: Signer | undefined): R {
  return { ...record, signature: signer === undefined ? undefined : { key: signer.key, value: signer.sign(signedText(record)) } };
}

/** Why the signature is not accepted, one clause; undefined when it is. Without `trusted` an unsigned record is fine, a wrong signature never. */
export function signatureProblem(record: Signable, trusted: TrustedSigners | undefined): string | undefined {
  const { signature } = record;
  if (signature === undefined) return trusted === undefined ? undefined : 'it is not signed, and trusted-signers is set';
  const key = publicKey(signature.key);
  const value = base64Bytes(signature.value);
  if (key === undefined || value === undefined || !verify(null, Buffer.from(signedText(record)), key, value)) return 'its signature does not fit its content: somebody changed it';
  return trusted === undefined || trusted.has(publicName(key)) ? undefined : `it is signed by ${signature.key}, which is not among trusted-signers`;
}
