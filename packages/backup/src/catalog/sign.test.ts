import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import { canonicalJson } from './canonical-json.ts';
import { parseSigningKey, parseTrustedSigners, signatureProblem, withSignature, type Signable } from './sign.ts';

// Seed and public key of test 1 in RFC 8032.
const SEED = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
const PUBLIC = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');

const pair = generateKeyPairSync('ed25519');
const pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const publicDer = pair.publicKey.export({ format: 'der', type: 'spki' });
const signer = parseSigningKey(new Secret(pem));

interface Note extends Signable {
  readonly a: number;
  readonly b?: string;
}

describe('canonical JSON', () => {
  test.each([
    [{ b: 1, a: [true, null, 'x\n"é'] }, '{"a":[true,null,"x\\n\\"é"],"b":1}'],
    [{ z: undefined, y: { b: {}, a: [] } }, '{"y":{"a":[],"b":{}}}'],
    // By code point, not by UTF-16 unit: U+1F600 comes after U+FF21.
    [{ '😀': 1, 'Ａ': 2 }, '{"Ａ":2,"😀":1}'],
  ])('%j', (value, text) => expect(canonicalJson(value)).toBe(text));
});

describe('signing-key', () => {
  test.each([
    ['PEM', pem], ['PEM with CR LF and blanks around', ` ${pem.replaceAll('\n', '\r\n')}\n`],
    ['base64 of the DER', pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')],
    ['base64 of its 32 bytes', pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32).toString('base64')],
  ])('%s', (_, text) => expect(parseSigningKey(new Secret(text)).key).toBe(publicDer.toString('base64')));
  test('a seed gives the public key that the RFC gives', () => expect(Buffer.from(parseSigningKey(new Secret(SEED.toString('base64'))).key, 'base64').subarray(-32)).toEqual(PUBLIC));
  test('what is none says so and never quotes it', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    expect(() => parseSigningKey(new Secret(rsa))).toThrow('signing-key is a key of type rsa, and only ed25519 signs backups.');
    for (const text of ['', 'hunter2hunter2', pem.slice(0, 60), SEED.subarray(1).toString('base64')]) {
      let said = '';
      try { parseSigningKey(new Secret(text)); } catch (thrown) { said = String(thrown); }
      expect(said).toContain('signing-key is no private key that can be read');
      if (text !== '') expect(said).not.toContain(text);
    }
  });
});

describe('signatures', () => {
  const note: Note = { a: 1, b: 'x' };
  const signed = withSignature(note, signer);
  const trusted = parseTrustedSigners([signer.key]);
  test('hold, in any order of members, also after a journey through JSON', () => {
    expect(signatureProblem(signed, trusted)).toBeUndefined();
    expect(signatureProblem(JSON.parse(JSON.stringify({ signature: signed.signature, b: 'x', a: 1 })) as Note, trusted)).toBeUndefined();
    expect(signatureProblem(signed, undefined)).toBeUndefined();
  });
  test('signing again replaces the first', () => expect(withSignature(signed, signer)).toEqual(signed));
  test.each<[string, Note, string]>([
    ['changed', { ...signed, a: 2 }, 'its signature does not fit its content: somebody changed it'],
    ['one member more', { ...signed, c: 1 } as Note, 'its signature does not fit'],
    ['another value', { ...signed, signature: { key: signer.key, value: Buffer.alloc(64).toString('base64') } }, 'its signature does not fit'],
    ['no base64', { ...signed, signature: { key: '!', value: '!' } }, 'its signature does not fit'],
  ])('%s', (_, record, why) => {
    expect(signatureProblem(record, trusted)).toContain(why);
    expect(signatureProblem(record, undefined)).toContain(why);
  });
  test('unsigned or of a stranger: only with trusted-signers a problem', () => {
    const stranger = withSignature(note, parseSigningKey(new Secret(SEED.toString('base64'))));
    expect(signatureProblem(note, trusted)).toBe('it is not signed, and trusted-signers is set');
    expect(signatureProblem(stranger, trusted)).toMatch(/^it is signed by MCow.*, which is not among trusted-signers$/);
    expect(signatureProblem(note, undefined)).toBeUndefined();
    expect(signatureProblem(stranger, undefined)).toBeUndefined();
  });
});

describe('trusted-signers', () => {
  test.each([
    ['DER', [publicDer.toString('base64')]], ['32 bytes', [publicDer.subarray(-32).toString('base64')]],
    ['PEM', pair.publicKey.export({ format: 'pem', type: 'spki' }).toString().split('\n')], ['with an empty line', ['', signer.key, ' ']],
  ])('%s', (_, lines) => expect(parseTrustedSigners(lines)).toEqual(new Set([signer.key])));
  test('a line that is none is named', () => {
    expect(() => parseTrustedSigners([signer.key, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5'])).toThrow('trusted-signers holds `ssh-ed25519 AAAAC3Nz…`, which is no ed25519 public key.');
    expect(() => parseTrustedSigners([Buffer.alloc(31).toString('base64')])).toThrow(expect.objectContaining({ reason: 'bad-input' }));
  });
});
