/** Retention in a bucket with Object Lock. */
import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { milliseconds, realRandom } from '@ops/shared';
import { manifestKey } from '../../packages/backup/src/catalog/keys.ts';
import { readCatalog } from '../../packages/backup/src/catalog/list.ts';
import { DAY, forever, Shelf, SOURCE } from '../../packages/backup/src/catalog/testing.ts';
import { prune, type PruneResult } from '../../packages/backup/src/retention/prune.ts';
import type { MemoryStore } from '../../packages/backup/src/testing.ts';
import { describeWithServices } from '../support/require.ts';
import { startS3 } from '../support/s3.ts';
import { openStore } from '../support/stores.ts';

describeWithServices('a bucket with Object Lock', ['versitygw'], () => {
  test('locked backups and those under a legal hold stay whole and in the catalog, with one notice; what is free goes', async () => {
    await using s3 = await startS3({ versioning: true });
    await s3.makeBucket('locked', { objectLock: true });
    const line = `s3://locked/shop?endpoint=${s3.endpoint}`;
    const { store: locking } = openStore(line, s3.credentials, { settings: { objectLock: 'governance' } });
    const { store } = openStore(line, s3.credentials);
    const nowMs = Date.now();
    const make = async (into: typeof store, days: readonly number[]): Promise<string[]> => {
      const shelf = new Shelf(() => into as MemoryStore);
      shelf.nowMs = nowMs - 4 * 3_600_000;
      const ids: string[] = [];
      for (const ago of days) ids.push((await shelf.backup({ agoMs: ago * DAY, verdicts: [['verify', 'pass']] })).manifest.id);
      return ids;
    };
    const locked = await make(locking, [98, 97, 96]);
    const free = await make(store, [95, 94, 93]);
    const [held = ''] = await make(store, [92]);
    await make(locking, [5, 4, 3, 2, 1, 0.5, 0.4, 0.3]);
    const hold = '<LegalHold xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>ON</Status></LegalHold>';
    await s3.must('PUT', `/locked/shop/${manifestKey(SOURCE, held)}?legal-hold`, { body: hold, headers: { 'content-md5': createHash('md5').update(hold).digest('base64') } });

    const notices: string[] = [];
    const run = (dryRun: boolean): Promise<PruneResult> => prune({
      store, facts: { conditional: true }, source: SOURCE, policy: { ages: { frequent: DAY, daily: 30 * DAY, 'pre-deploy': DAY, monthly: DAY }, minVerified: 3 },
      trusted: undefined, after: undefined, dryRun, confirmed: false, run: '1.1', signal: forever,
    }, { clock: { now: () => milliseconds(nowMs) }, random: realRandom, log: { info: () => undefined, notice: (text) => { notices.push(text); }, warning: (text) => { notices.push(text); } } });
    const dry = await run(true);
    expect(dry.plan.decision.delete.map(({ id }) => id).toSorted()).toEqual(free);
    const real = await run(false);
    expect(real).toMatchObject({ deleted: free, skipped: [], stopped: undefined });
    expect(notices).toEqual(Array.from({ length: 2 }, () => expect.stringMatching(/^4 backups that retention no longer keeps stay in s3:\/\/locked\/shop, by Object Lock until \S+Z at the latest, 1 of them under a legal hold: /)));
    const reasons = (id: string): string => real.plan.decision.keep.find((kept) => kept.id === id)?.reasons.join('; ') ?? '';
    for (const id of locked) expect(reasons(id)).toMatch(/^locked in the store until 20/);
    expect(reasons(held)).toBe('held: the store keeps it under a legal hold');

    const { entries } = await readCatalog(store, { source: SOURCE, trusted: undefined, nowMs, signal: forever });
    const ids = entries.map(({ manifest }) => manifest.id);
    expect(ids).toHaveLength(12);
    expect(ids).toEqual(expect.arrayContaining([...locked, held]));
    for (const { key } of entries.flatMap(({ manifest }) => manifest.artifacts.flatMap(({ segments }) => segments))) expect(await store.head(key, forever)).toBeDefined();
    // Nothing lies hidden under a marker but what was let go.
    const hidden = [...(await s3.must('GET', '/locked?versions&prefix=shop')).matchAll(/<DeleteMarker>.*?<Key>([^<]*)<\/Key>/gs)].map(([, key = '']) => key);
    expect(hidden.filter((key) => !free.some((id) => key.includes(id)))).toEqual([]);
    // Why prune looks before it deletes: without a version's name the server takes the deletion of a locked object, and hides it.
    expect(await store.remove([manifestKey(SOURCE, locked[0] ?? '')], forever)).toEqual([]);
    expect(await store.head(manifestKey(SOURCE, locked[0] ?? ''), forever)).toBeUndefined();
    await locking.close();
    await store.close();
  }, 180_000);
});
