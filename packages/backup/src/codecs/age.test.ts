import { describe, expect, test } from '@jest/globals';
import * as age from 'age-encryption';
import { AgeDamage, AgeDecryptor, AgeEncryptor, AgeWrongIdentity } from './age.ts';
import { identityRecipients, requireFittingIdentity } from './identity.ts';
import { parseRecipients } from './recipients.ts';

const SIZES = [0, 1, 65_535, 65_536, 65_537, 131_072, 300_001];
const bytes = (size: number): Buffer => Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) % 256));

async function encrypt(recipients: readonly string[], plain: Buffer, pieceBytes: number): Promise<Buffer> {
  const encryptor = await AgeEncryptor.to(recipients);
  const out: Buffer[] = [];
  for (let at = 0; at < plain.length; at += pieceBytes) out.push(...encryptor.update(plain.subarray(at, at + pieceBytes)));
  return Buffer.concat([...out, ...encryptor.final()]);
}

async function decrypt(identity: string, sealed: Buffer, pieceBytes: number): Promise<Buffer> {
  const decryptor = new AgeDecryptor([identity]);
  const out: Buffer[] = [];
  for (let at = 0; at < sealed.length; at += pieceBytes) out.push(...await decryptor.update(sealed.subarray(at, at + pieceBytes)));
  return Buffer.concat([...out, decryptor.final()]);
}

async function keys(): Promise<{ identity: string; recipient: string; quantum: string; quantumRecipient: string }> {
  const identity = await age.generateX25519Identity();
  const quantum = await age.generateHybridIdentity();
  return { identity, recipient: await age.identityToRecipient(identity), quantum, quantumRecipient: await age.identityToRecipient(quantum) };
}

describe('age', () => {
  test.each(SIZES)('%i bytes pass between us and age-encryption, for every kind of recipient and piece', async (size) => {
    const { identity, recipient, quantum, quantumRecipient } = await keys();
    const plain = bytes(size);
    for (const piece of [999, 65_536, 1_000_000]) {
      const ours = await encrypt([recipient, quantumRecipient], plain, piece);
      for (const key of [identity, quantum]) {
        const theirs = new age.Decrypter();
        theirs.addIdentity(key);
        expect(Buffer.from(await theirs.decrypt(ours)).equals(plain)).toBe(true);
        expect((await decrypt(key, ours, piece)).equals(plain)).toBe(true);
      }
    }
    const encrypter = new age.Encrypter();
    encrypter.addRecipient(recipient);
    expect((await decrypt(identity, Buffer.from(await encrypter.encrypt(plain)), 777)).equals(plain)).toBe(true);
  });

  test('a cut, a changed byte, something behind it and another key are told apart', async () => {
    const { identity, recipient } = await keys();
    const other = await age.generateX25519Identity();
    const sealed = await encrypt([recipient], bytes(200_000), 65_536);
    for (const length of [10, 200, sealed.length - 1, sealed.length - 16, sealed.length - 3408, sealed.length - (200_000 % 65_536) - 16]) await expect(decrypt(identity, sealed.subarray(0, length), 65_536)).rejects.toThrow(AgeDamage);
    for (const at of [5, 90, 250, sealed.length - 100, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(decrypt(identity, changed, 65_536)).rejects.toThrow();
    }
    await expect(decrypt(identity, Buffer.concat([sealed, Buffer.from('x')]), 65_536)).rejects.toThrow(AgeDamage);
    await expect(decrypt(other, sealed, 65_536)).rejects.toThrow(AgeWrongIdentity);
  });
});

describe('recipients', () => {
  test('two different ones, with comments, of any kind', async () => {
    const { recipient, quantumRecipient } = await keys();
    expect(await parseRecipients(`# ours\n${recipient}  # operations\n\n${quantumRecipient}\n`)).toEqual({ recipients: [recipient, quantumRecipient], problems: [] });
  });

  test.each<[string, (keyPair: Awaited<ReturnType<typeof keys>>) => string, RegExp]>([
    ['none', () => ' \n# none\n', /no recipient.*needs two different ones/],
    ['one', ({ recipient }) => recipient, /one recipient.*break-glass.*example: age1/],
    ['the same twice', ({ recipient }) => `${recipient}\n${recipient}`, /same recipient twice/],
    ['an SSH key', ({ recipient }) => `${recipient}\nssh-ed25519 AAAAC3 me@host`, /SSH key.*age-keygen/],
    ['a secret key', ({ recipient, identity }) => `${recipient}\n${identity}`, /secret key.*age-keygen -y/],
    ['a typing mistake', ({ recipient }) => `${recipient}\n${recipient.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q'))}`, /typing mistake/],
    ['half a key', ({ recipient }) => `${recipient}\n${recipient.slice(0, 20)}`, /not a whole age recipient/],
    ['a word', ({ recipient }) => `${recipient}\noperations`, /begins with age1/],
  ])('%s is refused', async (_name, text, problem) => {
    const pair = await keys();
    const { problems } = await parseRecipients(text(pair));
    expect(problems.join('\n')).toMatch(problem);
    expect(problems.join('\n')).not.toContain(pair.identity);
  });
});

describe('identity', () => {
  test('says which recipients it opens, and names those that are needed', async () => {
    const { identity, recipient, quantum, quantumRecipient } = await keys();
    expect(await identityRecipients(`# created: today\n${identity}\n${quantum}\n`)).toEqual([recipient, quantumRecipient]);
    await expect(requireFittingIdentity(identity, ['age1other', recipient])).resolves.toBeUndefined();
    await expect(requireFittingIdentity(identity, ['age1other', 'age1third'])).rejects.toMatchObject({ reason: 'identity-wrong', message: expect.stringMatching(/age1other and age1third/) });
  });

  test.each([['', /is empty/], ['age1abc', /is a recipient/], ['-----BEGIN OPENSSH PRIVATE KEY-----', /SSH or PEM/], ['hunter2hunter2', /no age key/], ['AGE-SECRET-KEY-1QQQQ', /typing mistake/]])('%j is bad input', async (text, message) => {
    await expect(identityRecipients(text)).rejects.toMatchObject({ reason: 'bad-input', message: expect.stringMatching(message) });
  });
});
