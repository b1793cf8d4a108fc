import { expect, test } from '@jest/globals';
import { milliseconds, realClock, realRandom, Secret } from '@ops/shared';
import { readCatalog } from '../../packages/backup/src/catalog/list.ts';
import { DAY, forever, Shelf, SOURCE } from '../../packages/backup/src/catalog/testing.ts';
import { takeLease } from '../../packages/backup/src/retention/lease.ts';
import { prune, type PruneResult } from '../../packages/backup/src/retention/prune.ts';
import { openStores } from '../../packages/backup/src/stores/open.ts';
import type { Store } from '../../packages/backup/src/stores/store.ts';
import { sampleSettings } from '../../packages/backup/src/stores/testing.ts';
import { verifyBackup } from '../../packages/backup/src/verify/verify.ts';
import type { MemoryStore } from '../../packages/backup/src/testing.ts';
import { describeWithServices } from '../support/require.ts';
import { APPEND_ONLY, startS3, type Credentials } from '../support/s3.ts';

describeWithServices('backups in an S3 store', ['versitygw'], () => {
  test('are written and read back without the right to delete, and pruned by who has it, one run at a time', async () => {
    await using s3 = await startS3();
    await s3.makeBucket('backups');
    const open = (credentials: Credentials): Store => {
      const settings = sampleSettings({ profile: 'minio', endpoint: s3.endpoint, region: s3.region, accessKeyIds: [credentials.accessKeyId], secretAccessKey: new Secret(credentials.secretAccessKey) });
      const [store] = openStores(['s3://backups/shop'], settings, { clock: realClock, random: realRandom, log: { warning: () => undefined }, mask: () => undefined, fetch, host: () => { throw new Error('no host here'); }, tokens: undefined, runId: '1' });
      if (store === undefined) throw new Error('no store');
      return store;
    };
    const writer = open(await s3.addUser('writer', 'backups', APPEND_ONLY));
    const owner = open(s3.credentials);
    try {
      const facts = await writer.probe(forever);
      const now = Date.now();
      const clock = { now: () => milliseconds(now) };
      const shelf = new Shelf(() => writer as MemoryStore);
      shelf.nowMs = now - 3 * 3_600_000;
      const ids: string[] = [];
      for (const ago of [90, 80, 70, 60, 5, 4, 3, 2, 1]) ids.push((await shelf.backup({ agoMs: ago * DAY, verdicts: [['verify', 'pass']], artifacts: { dump: ['one', 'two'] } })).manifest.id);
      const { entries, oddities } = await readCatalog(writer, { source: SOURCE, trusted: undefined, nowMs: now, signal: forever });
      expect(entries.map(({ manifest, status }) => `${manifest.id} ${status}`)).toEqual(ids.toReversed().map((id) => `${id} verified`));
      expect(oddities).toEqual([]);
      for (const { manifest, sha256 } of entries) {
        const { verdict, bytes } = await verifyBackup({ store: writer, manifest, manifestSha256: sha256, depth: 'read-back', runUrl: '', signal: forever }, { now: () => now, random: realRandom, signer: undefined });
        expect([verdict, bytes]).toEqual(['pass', 6]);
      }
      const notices: string[] = [];
      const run = (store: Store): Promise<PruneResult> => prune({ store, facts, source: SOURCE, policy: { ages: { frequent: DAY, daily: 30 * DAY, 'pre-deploy': DAY, monthly: DAY }, minVerified: 3 }, trusted: undefined, after: ids.at(-1), dryRun: false, confirmed: false, run: '1.1', signal: forever }, { clock, random: realRandom, log: { info: () => undefined, notice: (line) => { notices.push(line); }, warning: (line) => { notices.push(line); } } });
      expect((await run(writer)).deleted).toEqual([]);
      expect(notices).toEqual([expect.stringContaining('lacks s3:DeleteObject')]);
      const rivals = await Promise.all(Array.from({ length: 5 }, async (_, at) => takeLease(owner, SOURCE, `rival-${at}`, { clock, random: realRandom }, forever)));
      const [winner, ...more] = rivals.flatMap((result) => ('lease' in result ? [result.lease] : []));
      expect([winner === undefined, more.length]).toEqual([false, 0]);
      expect((await run(owner)).stopped).toMatch(/another run prunes there, rival-\d has it until/);
      await winner?.release();
      expect((await run(owner)).deleted).toEqual(ids.slice(0, 4));
      const left: string[] = [];
      for await (const { key } of owner.list('', forever)) left.push(key);
      expect(left.filter((key) => ids.slice(0, 4).some((id) => key.includes(id)))).toEqual([]);
      // Five backups of two segments, and a manifest and two verdicts each.
      expect(left.filter((key) => key.startsWith(`${SOURCE}/data/`) || key.startsWith(`${SOURCE}/manifests/`))).toHaveLength(5 * 5);
    } finally {
      await writer.close();
      await owner.close();
    }
  }, 180_000);
});
