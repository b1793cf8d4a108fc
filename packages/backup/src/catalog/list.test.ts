import { describe, expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import { generateKeyPairSync } from 'node:crypto';
import { MemoryStore } from '../testing.ts';
import { newStampedId } from './backup-id.ts';
import { chooseBackup, parseWanted } from './choose.ts';
import { checkKey, holdKey, manifestKey, readingKey } from './keys.ts';
import type { Manifest } from './manifest.ts';
import { markReading, placeHold, READING_MS } from './marks.ts';
import { publishCopies, publishManifest } from './publish.ts';
import { parseSigningKey, parseTrustedSigners, withSignature } from './sign.ts';
import { DAY, forever, NOW, Shelf, SOURCE } from './testing.ts';

const newSigner = (): ReturnType<typeof parseSigningKey> => parseSigningKey(new Secret(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()));

function write(shelf: Shelf, key: string, value: unknown): Promise<void> {
  return shelf.store.create(key, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), undefined, forever);
}

describe('status', () => {
  test.each<[string, [('verify' | 'drill'), ('pass' | 'fail')][], Partial<Manifest>, string, boolean]>([
    ['manifest alone', [], {}, 'complete', false],
    ['read back', [['verify', 'pass']], {}, 'verified', true],
    ['drilled without a read-back', [['drill', 'pass']], {}, 'drilled', true],
    ['both', [['verify', 'pass'], ['drill', 'pass']], {}, 'drilled', true],
    ['read back, then failed', [['verify', 'pass'], ['verify', 'fail']], {}, 'complete', false],
    ['failed, then read back', [['verify', 'fail'], ['verify', 'pass']], {}, 'verified', true],
    ['drilled, then a read-back fails', [['drill', 'pass'], ['verify', 'fail']], {}, 'complete', false],
    ['read-back fails, then drilled', [['verify', 'fail'], ['drill', 'pass']], {}, 'drilled', true],
    ['drill fails after a read-back', [['verify', 'pass'], ['drill', 'fail']], {}, 'complete', false],
    ['a read-back does not answer a failed drill', [['drill', 'fail'], ['verify', 'pass']], {}, 'complete', false],
    ['but a drill does', [['drill', 'fail'], ['drill', 'pass']], {}, 'drilled', true],
    ['suspect', [['verify', 'pass'], ['drill', 'pass']], { suspect: 'size-shrank: half' }, 'complete', false],
    ['partial', [['verify', 'pass']], { partial: ['no right to see triggers'] }, 'complete', false],
    ['a failed check', [['verify', 'pass']], { checks: [{ name: 'rows', result: 'fail', why: 'users' }] }, 'complete', false],
    ['rows never counted: a read-back is not enough', [['verify', 'pass']], { checks: [{ name: 'rows', result: 'not-run', why: 'no pg_restore' }] }, 'complete', false],
    ['rows never counted: a drill is', [['verify', 'pass'], ['drill', 'pass']], { checks: [{ name: 'rows', result: 'not-run', why: 'no pg_restore' }] }, 'drilled', true],
    ['another check not run', [['verify', 'pass']], { checks: [{ name: 'role-passwords', result: 'not-run', why: 'no right' }] }, 'verified', true],
  ])('%s', async (_, verdicts, change, status, proven) => {
    const shelf = new Shelf();
    const { manifest } = await shelf.backup({ agoMs: DAY, verdicts, change });
    expect(await shelf.entry(manifest.id)).toMatchObject({ status, proven });
  });

  test('a verdict about another manifest, another backup or from the future does not count; a failed one from the future does', async () => {
    const shelf = new Shelf();
    const old = await shelf.backup({ agoMs: 2 * DAY, verdicts: [['verify', 'pass']] });
    const fresh = await shelf.backup({ agoMs: DAY });
    const [check = ''] = shelf.keys(`${old.manifest.id}.checks`);
    await write(shelf, check.replace(old.manifest.id, fresh.manifest.id), shelf.store.text(check) ?? '');
    await shelf.verdict({ ...fresh, sha256: '0'.repeat(64) }, 'verify', 'pass');
    shelf.nowMs += 10 * DAY;
    await shelf.verdict(fresh, 'drill', 'pass');
    shelf.nowMs = NOW;
    const catalog = await shelf.catalog();
    expect(catalog.entries[0]).toMatchObject({ manifest: { id: fresh.manifest.id }, status: 'complete', verdicts: [] });
    expect(catalog.oddities.map(({ kind, reason, why }) => `${kind} ${reason}: ${why}`).sort()).toEqual([
      `verdict replayed: it belongs to backup ${old.manifest.id} of source ${SOURCE}`,
      'verdict replayed: it is dated 2026-12-05T12:00:00.000Z, which is in the future',
      'verdict replayed: it speaks about another manifest than the one that stands here',
    ]);
    shelf.nowMs += 10 * DAY;
    await shelf.verdict(fresh, 'verify', 'fail');
    shelf.nowMs = NOW;
    expect((await shelf.entry(fresh.manifest.id)).revoked?.kind).toBe('verify');
  });
});

describe('manifests that are not accepted', () => {
  test('moved to another id, another source or naming data of another backup: replayed, and kept in sight', async () => {
    const shelf = new Shelf();
    const { manifest, key } = await shelf.backup({ agoMs: DAY });
    const text = shelf.store.text(key) ?? '';
    const other = newStampedId(NOW, shelf.random);
    await write(shelf, manifestKey(SOURCE, other), text);
    await write(shelf, manifestKey('staging-shop', manifest.id), text);
    const renamed = newStampedId(NOW + 1, shelf.random);
    await write(shelf, manifestKey(SOURCE, renamed), { ...manifest, id: renamed });
    const catalog = await shelf.catalog();
    expect(catalog.entries.map((entry) => entry.manifest.id)).toEqual([manifest.id]);
    expect(catalog.oddities.map(({ id, reason, why }) => [id, reason, why])).toEqual([
      [other, 'replayed', `it belongs to backup ${manifest.id}`],
      [renamed, 'replayed', `it names ${manifest.artifacts[0]?.segments[0]?.key}, which is no data of this backup`],
    ]);
    expect(catalog.ids).toEqual(new Set([manifest.id, other, renamed]));
    expect((await shelf.catalog(undefined, 'staging-shop')).oddities.map(({ why }) => why)).toEqual([`it belongs to source ${SOURCE}`]);
  });
  test.each<[string, (manifest: Manifest) => unknown, string, string]>([
    ['of another version', (manifest) => ({ ...manifest, version: 2, more: true }), 'unknown-version', 'it is of version 2, and this release reads version 1'],
    ['empty', () => '', 'unreadable', 'it is empty'],
    ['cut', (manifest) => JSON.stringify(manifest).slice(0, 100), 'unreadable', 'it is no JSON'],
    ['of another kind', () => ({ version: 1, hello: 1 }), 'unreadable', 'id: '],
    ['an array', () => [], 'unreadable', 'Invalid input'],
    ['with one member more', (manifest) => ({ ...manifest, extra: 1 }), 'unreadable', 'Unrecognized key'],
    ['with a wrong sum', (manifest) => ({ ...manifest, artifacts: manifest.artifacts.map((artifact) => ({ ...artifact, storedBytes: 5 })) }), 'replayed', 'the segments of dump are 4 bytes, and it says 5'],
  ])('%s', async (_, change, reason, why) => {
    const shelf = new Shelf();
    const good = await shelf.backup({ agoMs: DAY });
    const { manifest } = await shelf.backup({ unpublished: true });
    await write(shelf, manifestKey(SOURCE, manifest.id), change(manifest));
    const catalog = await shelf.catalog();
    expect(catalog.entries.map((entry) => entry.manifest.id)).toEqual([good.manifest.id]);
    expect(catalog.oddities).toMatchObject([{ id: manifest.id, kind: 'manifest', reason, why: expect.stringContaining(why) }]);
  });
  test('look-alike names and foreign files are told and change nothing', async () => {
    const shelf = new Shelf();
    const { manifest, key } = await shelf.backup();
    for (const name of [`${key}.bak`, `${key.replace('.json', '.JSON')}`, `${SOURCE}/manifests/README.md`, manifestKey(`${SOURCE}2`, manifest.id)]) await write(shelf, name, 'x');
    const catalog = await shelf.catalog();
    expect(catalog.entries).toHaveLength(1);
    expect(catalog.oddities.map(({ kind }) => kind)).toEqual(['foreign', 'foreign', 'foreign']);
  });
});

describe('signatures', () => {
  test('with trusted-signers only signed manifests and verdicts count', async () => {
    const shelf = new Shelf();
    const signer = newSigner();
    const unsigned = await shelf.backup({ agoMs: DAY });
    shelf.signer = signer;
    const signed = await shelf.backup({ verdicts: [['verify', 'pass']] });
    shelf.signer = newSigner();
    await shelf.verdict(signed, 'drill', 'pass');
    shelf.signer = undefined;
    await shelf.verdict(signed, 'verify', 'fail');
    const catalog = await shelf.catalog(parseTrustedSigners([signer.key]));
    expect(catalog.entries).toMatchObject([{ manifest: { id: signed.manifest.id }, status: 'verified' }]);
    expect(catalog.oddities.filter(({ reason }) => reason === 'signature-bad').map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual([`manifest ${unsigned.manifest.id}`, `verdict ${signed.manifest.id}`, `verdict ${signed.manifest.id}`]);
    expect(() => chooseBackup(catalog, { kind: 'id', id: unsigned.manifest.id })).toThrow(expect.objectContaining({ reason: 'signature-bad', message: expect.stringContaining('it is not signed, and trusted-signers is set') }));
  });
  test('a changed manifest is refused also without trusted-signers', async () => {
    const shelf = new Shelf();
    const { manifest } = await shelf.backup({ unpublished: true });
    await write(shelf, manifestKey(SOURCE, manifest.id), { ...withSignature(manifest, newSigner()), database: 'other' });
    expect((await shelf.catalog()).oddities).toMatchObject([{ reason: 'signature-bad', why: 'its signature does not fit its content: somebody changed it' }]);
  });
});

test('newest snapshot first, whatever the store lists first, and a change of server is told', async () => {
  const shelf = new Shelf();
  const server = (identity: string | undefined): Manifest['server'] => ({ version: '10.11', major: '10.11', ...(identity === undefined ? {} : { identity }) });
  const ids: string[] = [];
  for (const [ago, identity] of [[1, 'b'], [4, 'a'], [2, undefined], [3, 'a']] as const) ids.push((await shelf.backup({ agoMs: ago * DAY, change: { server: server(identity) } })).manifest.id);
  const catalog = await shelf.catalog();
  expect(catalog.entries.map(({ manifest }) => manifest.id)).toEqual([ids[0], ids[2], ids[3], ids[1]]);
  expect(catalog.identityChanges).toEqual([{ id: ids[0], from: 'a', to: 'b' }]);
});

test('hold and readers are seen; a mark of six hours is dead, one that cannot be read is alive', async () => {
  const shelf = new Shelf();
  const { manifest: { id } } = await shelf.backup({ agoMs: DAY });
  await placeHold(shelf.store, SOURCE, id, { why: 'audit', by: 'kim', atMs: NOW }, forever);
  await markReading(shelf.store, SOURCE, id, '1.1', NOW - READING_MS + 1, forever);
  await markReading(shelf.store, SOURCE, id, '2.1', NOW - READING_MS, forever);
  const done = await markReading(shelf.store, SOURCE, id, '3.1', NOW, forever);
  await write(shelf, readingKey(SOURCE, id, '4.1'), '?');
  expect(await shelf.entry(id)).toMatchObject({ held: 'audit', readers: ['1.1', '3.1', '4.1'] });
  await done();
  expect((await shelf.entry(id)).readers).toEqual(['1.1', '4.1']);
  const other = await shelf.backup({ agoMs: DAY });
  await write(shelf, holdKey(SOURCE, other.manifest.id), '');
  expect((await shelf.entry(other.manifest.id)).held).toBe('no reason given');
});

test('a reader of a backup that is gone takes its mark away and says so', async () => {
  const shelf = new Shelf();
  const { manifest: { id }, key } = await shelf.backup();
  await shelf.store.remove([key], forever);
  await expect(markReading(shelf.store, SOURCE, id, '1.1', NOW, forever)).rejects.toMatchObject({ reason: 'missing' });
  expect(shelf.keys('.reading/')).toEqual([]);
});

test('a thousand manifests: read in parallel, never more than sixteen at once', async () => {
  let now = 0;
  let most = 0;
  class Slow extends MemoryStore {
    override async read(key: string, signal: AbortSignal): ReturnType<MemoryStore['read']> {
      most = Math.max(most, now += 1);
      await new Promise((resolve) => { setImmediate(resolve); });
      now -= 1;
      return super.read(key, signal);
    }
  }
  const shelf = new Shelf((clock) => new Slow({ now: clock }));
  for (let at = 0; at < 1000; at += 1) await shelf.backup({ agoMs: at * 1000 });
  most = 0;
  expect((await shelf.catalog()).entries).toHaveLength(1000);
  expect(most).toBe(16);
}, 120_000);

test('a store that does not answer is an error, not an empty catalog', async () => {
  class Broken extends MemoryStore {
    override read(): ReturnType<MemoryStore['read']> { return Promise.reject(new Error('503')); }
  }
  const shelf = new Shelf((clock) => new Broken({ now: clock }));
  await write(shelf, manifestKey(SOURCE, newStampedId(NOW, shelf.random)), '{}');
  await expect(shelf.catalog()).rejects.toThrow('503');
});

describe('publish', () => {
  test('writes last what a catalog accepts, and never over another', async () => {
    const shelf = new Shelf();
    const { manifest, key, sha256 } = await shelf.backup();
    expect(shelf.store.calls.at(-1)).toBe(`create ${key}`);
    expect(manifest.store).toBe(shelf.store.name);
    expect((await shelf.entry(manifest.id)).sha256).toBe(sha256);
    await expect(publishManifest(shelf.store, { ...manifest, database: 'x' }, undefined, forever)).rejects.toMatchObject({ reason: 'store-conflict' });
  });
  test('refuses to write what it would refuse to read', async () => {
    const shelf = new Shelf();
    const { manifest } = await shelf.backup({ unpublished: true });
    await expect(publishManifest(shelf.store, { ...manifest, source: 'other' }, undefined, forever)).rejects.toThrow('would be refused when read: it names');
    expect(shelf.keys('manifests')).toEqual([]);
  });
  test('a store that gives back other bytes has no backup', async () => {
    class Liar extends MemoryStore {
      override read(): ReturnType<MemoryStore['read']> { return Promise.resolve(undefined); }
    }
    const shelf = new Shelf((clock) => new Liar({ now: clock }));
    await expect(shelf.backup()).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringContaining('and then had none') });
  });
  test('copies have a manifest of their own with the store\'s name; a failing one is a result', async () => {
    const shelf = new Shelf();
    const signer = newSigner();
    const { manifest } = await shelf.backup();
    class Down extends MemoryStore {
      override create(): Promise<void> { return Promise.reject(new Error('region down')); }
    }
    const copy = new MemoryStore({ name: 's3://second/backups' });
    const results = await publishCopies(manifest, [{ store: copy }, { store: new Down({ name: 's3://third/backups' }) }], signer, forever);
    expect(results).toMatchObject([{ store: 's3://second/backups', published: { manifest: { store: 's3://second/backups', id: manifest.id } } }, { store: 's3://third/backups', why: 'region down' }]);
    expect(JSON.parse(copy.text(manifestKey(SOURCE, manifest.id)) ?? '')).toMatchObject({ store: 's3://second/backups', signature: { key: signer.key } });
  });
  test('verdicts stand beside the manifest under names of their own', async () => {
    const shelf = new Shelf();
    const { manifest } = await shelf.backup({ agoMs: DAY, verdicts: [['verify', 'pass'], ['verify', 'fail']] });
    const names = shelf.keys('.checks/').map((key) => key.slice(key.lastIndexOf('/') + 1, -5));
    expect(names).toHaveLength(2);
    expect(shelf.keys('.checks/')).toEqual(names.map((name) => checkKey(SOURCE, manifest.id, name)));
  });
});

describe('choice', () => {
  test('latest is the newest that nothing speaks against; what is newer is told', async () => {
    const shelf = new Shelf();
    const drilled = await shelf.backup({ agoMs: 5 * DAY, verdicts: [['drill', 'pass']] });
    const verified = await shelf.backup({ agoMs: 4 * DAY, verdicts: [['verify', 'pass']] });
    const complete = await shelf.backup({ agoMs: 3 * DAY });
    const suspect = await shelf.backup({ agoMs: 2 * DAY, change: { suspect: 'size-shrank: half' } });
    const failed = await shelf.backup({ agoMs: DAY, verdicts: [['verify', 'fail']] });
    const catalog = await shelf.catalog();
    expect(chooseBackup(catalog, parseWanted(' latest '))).toMatchObject({
      entry: { manifest: { id: complete.manifest.id } },
      passedOver: [{ id: failed.manifest.id, why: expect.stringMatching(/^its read-back of .* failed$/) }, { id: suspect.manifest.id, why: 'suspect: size-shrank: half' }],
    });
    expect(chooseBackup(catalog, { kind: 'latest' }, 'verified').entry.manifest.id).toBe(verified.manifest.id);
    expect(chooseBackup(catalog, { kind: 'emergency' })).toMatchObject({ entry: { manifest: { id: drilled.manifest.id } }, passedOver: [{}, {}, { why: 'it is only complete' }, { why: 'it is only verified' }] });
    expect(chooseBackup(catalog, parseWanted(suspect.manifest.id)).entry.manifest.id).toBe(suspect.manifest.id);
    expect(() => chooseBackup(catalog, { kind: 'id', id: failed.manifest.id }, 'verified')).toThrow(/is complete, and verified is asked for: its read-back of .* failed\./);
    expect(() => chooseBackup(catalog, { kind: 'id', id: complete.manifest.id }, 'verified')).toThrow('nothing has read it back yet');
    expect(() => chooseBackup(catalog, { kind: 'id', id: newStampedId(NOW, shelf.random) })).toThrow(expect.objectContaining({ reason: 'missing', remedy: `The newest are ${[failed, suspect, complete].map(({ manifest }) => manifest.id).join(', ')}.` }));
  });
  test('emergency takes even a suspect one when there is nothing else; latest says why not', async () => {
    const shelf = new Shelf();
    const { manifest } = await shelf.backup({ change: { suspect: 'size-shrank: half' } });
    const catalog = await shelf.catalog();
    expect(chooseBackup(catalog, { kind: 'emergency' }).entry.manifest.id).toBe(manifest.id);
    expect(() => chooseBackup(catalog, { kind: 'latest' })).toThrow(`of the 1 there the newest, ${manifest.id}, is passed over because suspect: size-shrank: half`);
    expect(() => chooseBackup({ ...catalog, entries: [] }, { kind: 'latest' })).toThrow('there is none at all');
  });
  test.each(['', 'newest', '../x'])('backup-id %j is bad input', (text) => expect(() => parseWanted(text)).toThrow(expect.objectContaining({ reason: 'bad-input' })));
});
