import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Manifest } from '../catalog/manifest.ts';
import { Shelf } from '../catalog/testing.ts';
import { openPlaintext } from '../pipeline/plaintext.ts';
import { bytesOf, MemoryStore } from '../testing.ts';
import { encryptInto } from './encrypted-copy.ts';

const never = new AbortController().signal;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const TEXT = 'a line of a dump\n'.repeat(12_000);

/** A backup of one plain file in a store. */
async function plainBackup(): Promise<{ readonly shelf: Shelf; readonly manifest: Manifest; readonly key: string }> {
  const shelf = new Shelf();
  const { manifest } = await shelf.backup({ artifacts: { dump: [TEXT] } });
  return { shelf, manifest, key: manifest.artifacts[0]?.segments[0]?.key ?? '' };
}

async function keys(): Promise<{ readonly identity: string; readonly recipients: readonly string[] }> {
  const both = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
  return { identity: both[1], recipients: await Promise.all(both.map((key) => identityToRecipient(key))) };
}

test('a plain backup is copied encrypted, in segments as the other store wants them, and opens with a key', async () => {
  const { shelf, manifest } = await plainBackup();
  const { identity, recipients } = await keys();
  const to = new MemoryStore({ segmentBytes: 64_000 });
  const begun: string[] = [];
  const [artifact] = await encryptInto(manifest, shelf.store, to, recipients, { onUpload: (_store, key) => begun.push(key), signal: never });
  if (artifact === undefined) throw new Error('no artifact');
  expect(begun).toEqual(artifact.segments.map(({ key }) => key));
  expect(artifact.segments.length).toBe(Math.ceil(artifact.storedBytes / 64_000));
  const stored = Buffer.concat(artifact.segments.map(({ key }) => to.objects.get(key)?.body ?? Buffer.alloc(0)));
  expect(artifact).toMatchObject({ storedBytes: stored.length, storedSha256: sha256(stored), plainSha256: sha256(Buffer.from(TEXT)) });
  expect(stored.includes('a line of a dump')).toBe(false);
  const opened = await bytesOf(await openPlaintext(artifact.segments, to, { compression: 'none', level: 3, encryption: 'age', recipients }, identity, never));
  expect(opened.toString()).toBe(TEXT);
});

test('bytes that are not those of the manifest are not copied', async () => {
  const { shelf, manifest, key } = await plainBackup();
  const { recipients } = await keys();
  const whole = shelf.store.objects.get(key);
  if (whole === undefined) throw new Error('no object');
  whole.body = Buffer.from(`${TEXT.slice(0, -1)}x`);
  const to = new MemoryStore();
  await expect(encryptInto(manifest, shelf.store, to, recipients, { onUpload: () => undefined, signal: never })).rejects.toMatchObject({ reason: 'checksum-differs' });
  expect([[...to.objects.keys()], await to.unfinished('')]).toEqual([[], []]);
});
