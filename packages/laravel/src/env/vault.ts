import { createHmac, randomBytes } from 'node:crypto';
import type { Place, SecretShape, SecretValue, Trace } from '../value.ts';
import { phpBase64 } from './base64.ts';

/** Words that stand where a secret should. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'changeme', 'change-me', 'change_me', 'changeit', 'replaceme', 'replace-me', 'replace_me', 'secret', 'password', 'passwd', 'pass', 'user', 'admin', 'root', 'token', 'key',
  'null', 'none', 'undefined', 'todo', 'fixme', 'tbd', 'test', 'testing', 'example', 'dummy', 'fake', 'foo', 'bar', 'laravel', 'homestead', 'forge', 'default', 'empty', 'placeholder', 'insert-here',
]);
const PLACEHOLDER_SHAPE = /^(?:<.*>|\[.*\]|\{\{.*\}\}|\$\{?\w+\}?|%\w+%|x{3,}|\*{3,}|\.{3,}|-+|_+|0+|1234\d*|abc123|(?:your|my|enter|insert|put|add|some|replace|change)[-_ ].*|.*[-_ ](?:here|goes[-_ ]here|placeholder|changeme))$/i;

/** Holds the texts of secrets for as long as values are computed. What leaves is the shape; equality travels as a digest keyed for this run. */
export class SecretVault {
  readonly #digestKey = randomBytes(32);
  /** By digest: values are copied on their way. */
  readonly #texts = new Map<string, string>();

  seal(name: string, text: string, trace: Trace, place?: Place): SecretValue {
    const shape = this.#shapeOf(text);
    this.#texts.set(shape.digest, text);
    return { kind: 'secret', name, shape, ...(place === undefined ? {} : { place }), trace };
  }

  /** For computing with it; the result is sealed again. */
  textOf(value: SecretValue): string {
    const text = this.#texts.get(value.shape.digest);
    if (text === undefined) throw new RangeError('This secret was sealed by another reading.');
    return text;
  }

  /** Equal to `shape.digest` of a secret with this text, in this run only. */
  digestOf(text: string): string {
    return createHmac('sha256', this.#digestKey).update(text).digest('base64url').slice(0, 22);
  }

  #shapeOf(text: string): SecretShape {
    const decoded = text.startsWith('base64:') ? phpBase64(text.slice('base64:'.length)) : undefined;
    return {
      empty: text === '',
      falsy: text === '' || text === '0',
      bytes: Buffer.byteLength(text),
      ...(decoded === undefined ? {} : { decodedBytes: decoded.length }),
      entropy: entropyOf(decoded ?? Buffer.from(text)),
      placeholder: isPlaceholder(text),
      digest: this.digestOf(text),
    };
  }
}

export function isPlaceholder(text: string): boolean {
  const word = text.trim().toLowerCase();
  return PLACEHOLDERS.has(word) || PLACEHOLDER_SHAPE.test(word);
}

/** Shannon entropy in bits per byte. */
export function entropyOf(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  const counts = new Map<number, number>();
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / bytes.length) * Math.log2(count / bytes.length);
  return bits;
}
