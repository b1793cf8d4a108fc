import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { leaseKey, manifestKey, segmentKey } from '../catalog/keys.ts';
import { readCatalog } from '../catalog/list.ts';
import { markReading, placeHold } from '../catalog/marks.ts';
import { newStampedId } from '../catalog/backup-id.ts';
import { publishManifest, type Published } from '../catalog/publish.ts';
import { countingRandom, DAY, forever, NOW, Shelf } from '../catalog/testing.ts';
import { openPlaintext } from '../pipeline/plaintext.ts';
import { FsStore } from '../stores/fs.ts';
import { verifyBackup } from '../verify/verify.ts';
import { prune, type PruneResult } from './prune.ts';

const source = 'my shop/é';
const random = countingRandom();
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Everything of catalog, read-back and pruning in a real folder, with a real decoder. */
test('backups in a folder: published, read back and decoded, pruned, damaged and found out', async () => {
  const root = await mkdtemp(join(tmpdir(), `ops-retention-${process.pid}-`));
  try {
    let now = NOW;
    const clock = { now: () => now as never };
    const store = new FsStore({ name: `file://${root}`, path: root }, { clock, random });
    const sample = (await new Shelf().backup()).manifest;
    const plain = Buffer.from('INSERT INTO `users` VALUES (1);\n'.repeat(20_000));
    const stored = gzipSync(plain);
    const parts = [stored.subarray(0, 1000), stored.subarray(1000)];
    const verify = (backup: Published): ReturnType<typeof verifyBackup> => verifyBackup({ store, manifest: backup.manifest, manifestSha256: backup.sha256, depth: 'read-back', decode: { open: openPlaintext, identity: undefined }, runUrl: '', signal: forever }, { now: () => now, random, signer: undefined });
    const made: Published[] = [];
    for (const ago of [90, 80, 70, 60, 5, 4, 3, 2, 1]) {
      const id = newStampedId(now - ago * DAY, random);
      const at = new Date(now - ago * DAY).toISOString();
      const segments = parts.map((body, index) => ({ key: segmentKey(source, 'daily', id, 'dump', index + 1), bytes: body.length, sha256: sha(body), proof: 'size' as const }));
      for (const [index, body] of parts.entries()) await store.create(segments[index]?.key ?? '', body, 'daily', forever);
      made.push(await publishManifest(store, {
        ...sample, id, source, startedAt: at, snapshotAt: at, endedAt: at, codec: { compression: 'gzip', level: 6, encryption: 'none', recipients: [] },
        artifacts: [{ name: 'dump', segments, storedBytes: stored.length, storedSha256: sha(stored), plainBytes: plain.length, plainSha256: sha(plain) }],
      }, undefined, forever));
      const last = made.at(-1);
      if (last !== undefined) expect((await verify(last)).checks.map(({ result }) => result)).toEqual(['pass', 'pass', 'pass']);
    }
    const id = (at: number): string => made.at(at)?.manifest.id ?? '';
    await markReading(store, source, id(0), '1.1', now, forever);
    await placeHold(store, source, id(1), { why: 'audit', by: 'kim', atMs: now }, forever);
    const run = async (after?: string): Promise<PruneResult> => prune({ store, facts: await store.probe(forever), source, policy: { ages: { frequent: DAY, daily: 30 * DAY, 'pre-deploy': DAY, monthly: 365 * DAY }, minVerified: 3 }, trusted: undefined, after, dryRun: false, confirmed: false, run: '1.1', signal: forever }, { clock, random, log: { info: () => undefined, notice: () => undefined, warning: () => undefined } });
    expect(await run(id(-1))).toMatchObject({ deleted: [id(2), id(3)], skipped: [], freedBytes: 2 * stored.length });
    expect(existsSync(join(root, manifestKey(source, id(2))))).toBe(false);
    expect(existsSync(join(root, segmentKey(source, 'daily', id(2), 'dump', 2)))).toBe(false);
    // The lease was let go, and the reader's mark is no mark any more after six hours.
    expect(JSON.parse(await readFile(join(root, leaseKey(source)), 'utf8'))).toMatchObject({ until: '1970-01-01T00:00:00.000Z' });
    now += DAY;
    expect((await run()).deleted).toEqual([id(0)]);
    const victim = made.at(5);
    if (victim === undefined) throw new Error('no backup');
    const file = join(root, segmentKey(source, 'daily', id(5), 'dump', 2));
    const body = await readFile(file);
    body[10] = (body[10] ?? 0) ^ 4;
    await writeFile(file, body);
    expect((await verify(victim)).verdict).toBe('fail');
    const { entries } = await readCatalog(store, { source, trusted: undefined, nowMs: now, signal: forever });
    expect(entries.map((entry) => `${entry.manifest.id} ${entry.status}`)).toEqual([8, 7, 6, 5, 4, 1].map((at) => `${id(at)} ${at === 5 ? 'complete' : 'verified'}`));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}, 120_000);
