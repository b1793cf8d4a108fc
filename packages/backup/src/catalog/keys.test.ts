import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TIERS } from '../stores/store.ts';
import { compactUtc, isBackupId, newStampedId, stampedTime } from './backup-id.ts';
import { checkKey, holdKey, leaseKey, manifestKey, parseCatalogKey, readingKey, runKey, segmentKey } from './keys.ts';
import { defaultSource, folderSource, sourceFolder } from './source.ts';
import { countingRandom, NOW } from './testing.ts';

const random = countingRandom();
const id = newStampedId(NOW, random);

describe('backup id', () => {
  test('tells its time twice', () => {
    expect(id).toMatch(/^20261125T120000Z-[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(stampedTime(id)).toBe(NOW);
    // The example of the ULID specification, so that other tools read the same time.
    expect(newStampedId(1_469_918_176_385, { hex: () => '00000000000000000000', fraction: () => 0 })).toBe('20160730T223616Z-01ARYZ6S410000000000000000');
  });
  test('sorts by time, and never repeats', () => fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 4e12 }), (one, other) => {
    const [left, right] = [newStampedId(one, random), newStampedId(other, random)];
    expect(left).not.toBe(right);
    if (one !== other) expect(left < right).toBe(one < other);
    expect([stampedTime(left), stampedTime(right)]).toEqual([one, other]);
  })));
  test.each(['', 'latest', '20261125T120000Z', id.toLowerCase(), `${id}x`, `x${id}`, id.replace('2026', '2027'), id.replace(/Z-../, 'Z-00'), `${id.slice(0, -1)}U`, id.slice(0, -1), `${id}\n`])('%j is none', (text) => expect(isBackupId(text)).toBe(false));
  test('compact time', () => expect(compactUtc(NOW + 999)).toBe('20261125T120000Z'));
});

describe('source', () => {
  test.each([
    ['production-shop', 'production-shop'], ['Shop_1.sqlite', 'Shop_1.sqlite'], ['a b', 'a%20b'], ['a/b', 'a%2Fb'], ['a%2Fb', 'a%252Fb'],
    ['..', '%2E.'], ['.ops-probe', '%2Eops-probe'], ['é', '%C3%A9'], ['a\\b\n', 'a%5Cb%0A'],
  ])('%j is %s', (source, folder) => {
    expect(sourceFolder(source)).toBe(folder);
    expect(folderSource(folder)).toBe(source);
  });
  test('two sources never share a folder, and a folder is one path segment', () => fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 10, unit: 'binary' }), fc.string({ minLength: 1, maxLength: 10, unit: 'binary' }), (one, other) => {
    expect(sourceFolder(one) === sourceFolder(other)).toBe(Buffer.from(one).equals(Buffer.from(other)));
    expect(sourceFolder(one)).toMatch(/^[A-Za-z0-9_%-][A-Za-z0-9._%-]*$/);
  })));
  test.each(['%2e', 'a b', '%41', '', '..', '%C3'])('folder %j is no source of ours', (folder) => expect(folderSource(folder)).toBeUndefined());
  test('over 120 bytes or empty is bad input', () => {
    expect(sourceFolder('a'.repeat(120))).toHaveLength(120);
    expect(() => sourceFolder('a'.repeat(121))).toThrow('makes a folder name of 121 bytes, and 120 are the limit');
    expect(() => sourceFolder('é'.repeat(21))).toThrow('126 bytes');
    expect(() => sourceFolder('')).toThrow(expect.objectContaining({ reason: 'bad-input' }));
  });
  test('default', () => {
    expect(defaultSource({ environment: 'production', engine: 'mysql', database: 'shop' })).toBe('production-shop');
    expect(defaultSource({ environment: '', engine: 'postgres', database: 'shop' })).toBe('shop');
    expect(defaultSource({ environment: 'staging', engine: 'sqlite', database: '/var/www/app/database/database.sqlite' })).toBe('staging-database.sqlite');
  });
});

describe('keys', () => {
  const source = 'my shop';
  test('stand as the paper has them', () => {
    expect(segmentKey(source, 'monthly', id, 'data-1', 7)).toBe(`my%20shop/data/monthly/${id}/data-1.007`);
    expect(manifestKey(source, id)).toBe(`my%20shop/manifests/${id}.json`);
    expect(checkKey(source, id, id)).toBe(`my%20shop/manifests/${id}.checks/${id}.json`);
    expect(holdKey(source, id)).toBe(`my%20shop/manifests/${id}.hold`);
    expect(readingKey(source, id, '42.1')).toBe(`my%20shop/manifests/${id}.reading/42.1`);
    expect(runKey(source, '42.1')).toBe('my%20shop/runs/42.1.json');
    expect(leaseKey(source)).toBe('my%20shop/prune.lease');
  });
  test('are read back as what they are', () => {
    for (const tier of TIERS) {
      for (const index of [1, 999, 1000]) expect(parseCatalogKey(source, segmentKey(source, tier, id, 'post-data', index))).toEqual({ kind: 'segment', id, tier, artifact: 'post-data', index });
    }
    expect(parseCatalogKey(source, manifestKey(source, id))).toEqual({ kind: 'manifest', id });
    expect(parseCatalogKey(source, checkKey(source, id, id))).toEqual({ kind: 'check', id, atMs: NOW });
    expect(parseCatalogKey(source, holdKey(source, id))).toEqual({ kind: 'hold', id });
    expect(parseCatalogKey(source, readingKey(source, id, '42.1'))).toEqual({ kind: 'reading', id, run: '42.1' });
    expect(parseCatalogKey(source, runKey(source, '42.1'))).toEqual({ kind: 'run', run: '42.1' });
    expect(parseCatalogKey(source, leaseKey(source))).toEqual({ kind: 'lease' });
  });
  test.each([
    `my%20shop2/manifests/${id}.json`, `my shop/manifests/${id}.json`, `my%20shop/manifests/${id}.json.bak`, `my%20shop/manifests/copy-of-${id}.json`, `my%20shop/manifests/${id}.json/x`,
    `my%20shop/manifests/${id}`, `my%20shop/manifests/${id}.checks/notes.txt`, `my%20shop/manifests/${id}.checks/a/b`, `my%20shop/manifests/${id}.checks`,
    `my%20shop/data/daily/${id}/dump.1`, `my%20shop/data/daily/${id}/dump.000`, `my%20shop/data/daily/${id}/dump.0001`, `my%20shop/data/weekly/${id}/dump.001`, `my%20shop/data/daily/x/dump.001`, `my%20shop/data/daily/${id}/sub/dump.001`, `my%20shop/data/daily/${id}/README`, 'my%20shop/other', `my%20shop/runs/a/b.json`, '',
  ])('%s is foreign', (key) => expect(parseCatalogKey(source, key)).toEqual({ kind: 'foreign' }));
  test.each(['', '../x', 'a/b', 'a b', '.hidden', 'x'.repeat(121)])('run %j names nothing', (run) => expect(() => runKey(source, run)).toThrow(expect.objectContaining({ reason: 'bad-input' })));
  test.each([['a/b', 1], ['..', 1], ['dump', 0], ['dump', 1.5]])('artifact %j, segment %d has no key', (artifact, index) => expect(() => segmentKey(source, 'daily', id, artifact, index)).toThrow('no segment key'));
});
