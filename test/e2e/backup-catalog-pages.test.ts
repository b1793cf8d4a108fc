/** Catalogs that no single page of a list holds. */
import { expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { milliseconds, realRandom } from '@ops/shared';
import { newStampedId } from '../../packages/backup/src/catalog/backup-id.ts';
import { segmentKey } from '../../packages/backup/src/catalog/keys.ts';
import { readCatalog } from '../../packages/backup/src/catalog/list.ts';
import { DAY, forever, Shelf, SOURCE } from '../../packages/backup/src/catalog/testing.ts';
import { prune, type PruneResult } from '../../packages/backup/src/retention/prune.ts';
import type { Store } from '../../packages/backup/src/stores/store.ts';
import type { MemoryStore } from '../../packages/backup/src/testing.ts';
import { describeWithServices } from '../support/require.ts';
import { startS3Faults, type S3Faults } from '../support/s3-faults.ts';
import { startS3, type TestS3 } from '../support/s3.ts';
import { openStore } from '../support/stores.ts';

interface Filled extends AsyncDisposable {
  readonly s3: TestS3;
  readonly faults: S3Faults;
  readonly store: Store;
  /** Oldest first. */
  readonly ids: readonly string[];
  readonly nowMs: number;
}

/** So many backups, one a day, of four segments, one manifest and three verdicts each. */
async function filled(count: number, pageKeys: number): Promise<Filled> {
  await using undo = new AsyncDisposableStack();
  const s3 = undo.use(await startS3());
  const faults = undo.use(await startS3Faults(s3.endpoint));
  await s3.makeBucket('backups');
  const { store } = openStore(`s3://backups/shop?endpoint=${faults.endpoint}`, s3.credentials, { limits: { pageKeys } });
  undo.defer(() => store.close());
  const shelf = new Shelf(() => store as MemoryStore);
  shelf.nowMs = Date.now() - 4 * 3_600_000;
  const ids: string[] = [];
  for (let ago = count; ago > 0; ago -= 1) ids.push((await shelf.backup({ agoMs: ago * DAY, artifacts: { dump: ['one', 'two', 'three', 'four'] }, verdicts: [['verify', 'pass'], ['verify', 'pass'], ['verify', 'pass']] })).manifest.id);
  const stop = undo.move();
  return { s3, faults, store, ids, nowMs: Date.now(), [Symbol.asyncDispose]: () => stop.disposeAsync() };
}

function pruned({ store, nowMs, ids }: Filled, days: number): Promise<PruneResult> {
  const log = { info: () => undefined, notice: () => undefined, warning: () => undefined };
  return prune({
    store, facts: { conditional: true }, source: SOURCE, policy: { ages: { frequent: DAY, daily: days * DAY, 'pre-deploy': DAY, monthly: DAY }, minVerified: 3 },
    trusted: undefined, after: ids.at(-1), dryRun: false, confirmed: true, run: '1.1', signal: forever,
  }, { clock: { now: () => milliseconds(nowMs) }, random: realRandom, log });
}

async function catalogIds(store: Store, nowMs: number): Promise<string[]> {
  const { entries, oddities } = await readCatalog(store, { source: SOURCE, trusted: undefined, nowMs, signal: forever });
  expect(oddities).toEqual([]);
  expect(entries.filter(({ verdicts }) => verdicts.length !== 3)).toEqual([]);
  return entries.map(({ manifest }) => manifest.id).toReversed();
}

describeWithServices('a catalog of many pages', ['versitygw'], () => {
  test.each([['short pages', 12, 5], ['pages of S3\'s own size, and more than a thousand objects', 260, 1000]])('%s: the whole of it is read and pruned, and what is left is whole', async (_, count, pageKeys) => {
    await using bed = await filled(count, pageKeys);
    const { store, faults, ids, nowMs } = bed;
    const before = faults.count('ListObjects');
    expect(await catalogIds(store, nowMs)).toEqual(ids);
    // Four objects a backup under manifests/.
    expect(faults.count('ListObjects') - before).toBe(Math.ceil((count * 4) / pageKeys));
    expect(count * 4).toBeGreaterThan(pageKeys);

    // An orphan and uploads that sort behind everything else are found too.
    const orphan = newStampedId(nowMs, realRandom);
    await store.create(segmentKey(SOURCE, 'pre-deploy', orphan, 'dump', 1), Buffer.from('x'), undefined, forever);
    for (let at = 0; at < 7; at += 1) await bed.s3.must('POST', `/backups/shop/${segmentKey(SOURCE, 'daily', ids.at(-1) ?? '', `late-${at}`, 1)}?uploads`);
    expect(await store.unfinished(`${SOURCE}/data/`, forever)).toHaveLength(7);

    const keptDays = Math.floor(count / 2);
    const result = await pruned(bed, keptDays);
    const gone = ids.slice(0, result.deleted.length);
    expect(result.deleted).toEqual(gone);
    expect(gone.length).toBeGreaterThanOrEqual(count / 3);
    expect(result.plan.leftovers.orphans.map(({ id }) => id)).toEqual([orphan]);
    expect(result.plan.leftovers.unfinished).toHaveLength(7);
    expect(await catalogIds(store, nowMs)).toEqual(ids.slice(gone.length));
    const left: string[] = [];
    for await (const { key } of store.list(`${SOURCE}/`, forever)) left.push(key);
    expect(left.filter((key) => gone.some((id) => key.includes(id)))).toEqual([]);
    expect(left.filter((key) => key.includes('/data/daily/'))).toHaveLength((count - gone.length) * 4);
    expect(left).toEqual(left.toSorted());
    expect(new Set(left).size).toBe(left.length);
  }, 400_000);

  test('a list that breaks off at a page is an error, not a shorter catalog', async () => {
    await using bed = await filled(4, 5);
    let lists = 0;
    bed.faults.add({ on: ({ operation }) => operation === 'ListObjects' && (lists += 1) === 2, fault: { kind: 'answer', status: 403, code: 'AccessDenied', message: 'Access Denied' } });
    await expect(catalogIds(bed.store, bed.nowMs)).rejects.toMatchObject({ reason: 'store-refused' });
    await expect(catalogIds(bed.store, bed.nowMs)).resolves.toEqual(bed.ids);
  }, 120_000);
});

test.each([['without a word where', ''], ['from the same place for ever', '<NextContinuationToken>same</NextContinuationToken>']])('a server whose list goes on %s is not believed', async (_, token) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>true</IsTruncated>${token}<Contents><Key>shop/a</Key><Size>1</Size></Contents></ListBucketResult>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { store } = openStore(`s3://backups/shop?endpoint=http://127.0.0.1:${(server.address() as AddressInfo).port}`, { accessKeyId: 'key', secretAccessKey: 'secret' });
  try {
    const seen: string[] = [];
    await expect((async () => {
      for await (const { key } of store.list('', forever)) seen.push(key);
    })()).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringContaining('does not say where') });
    expect(seen.length).toBeLessThanOrEqual(2);
  } finally {
    await store.close();
    await new Promise((resolve) => server.close(resolve));
  }
}, 60_000);
