import { describe, expect, test } from '@jest/globals';
import type { Log } from '@ops/shared';
import { backupPrefix, leaseKey, manifestKey, segmentKey } from '../catalog/keys.ts';
import { markReading, placeHold } from '../catalog/marks.ts';
import type { Manifest } from '../catalog/manifest.ts';
import { newStampedId } from '../catalog/backup-id.ts';
import { countingRandom, DAY, forever, NOW, Shelf, SOURCE } from '../catalog/testing.ts';
import { MemoryStore } from '../testing.ts';
import { LEASE_MS, takeLease, type Lease } from './lease.ts';
import { meansNoRight } from './plan.ts';
import { prune, type PruneRequest, type PruneResult } from './prune.ts';

const ages = { frequent: 7 * DAY, daily: 30 * DAY, 'pre-deploy': 7 * DAY, monthly: 365 * DAY };
const verified = [['verify', 'pass']] as const;

/** Ten young verified backups and `old` expired ones. */
async function filled(old = 3, make?: (now: () => number) => MemoryStore): Promise<{ shelf: Shelf; old: string[]; newest: string }> {
  const shelf = new Shelf(make);
  const ids: string[] = [];
  for (let at = 0; at < old; at += 1) ids.push((await shelf.backup({ agoMs: (60 + at) * DAY, artifacts: { dump: ['one', 'two'] }, verdicts: verified })).manifest.id);
  let newest = '';
  for (let at = 9; at >= 0; at -= 1) newest = (await shelf.backup({ agoMs: at * DAY + 2 * 3_600_000, verdicts: verified })).manifest.id;
  shelf.store.calls.length = 0;
  return { shelf, old: ids, newest };
}

interface Said {
  readonly lines: string[];
  readonly notices: string[];
}

function run(shelf: Shelf, change: Partial<PruneRequest> = {}, said: Said = { lines: [], notices: [] }): Promise<PruneResult> {
  const log: Pick<Log, 'info' | 'notice' | 'warning'> = { info: (line) => { said.lines.push(line); }, notice: (line) => { said.notices.push(line); }, warning: (line) => { said.notices.push(line); } };
  return prune(
    { store: shelf.store, facts: { conditional: true }, source: SOURCE, policy: { ages, minVerified: 3 }, trusted: undefined, after: undefined, dryRun: false, confirmed: false, run: '1.1', signal: forever, ...change },
    { clock: { now: () => shelf.nowMs as never }, random: shelf.random, log },
  );
}

const lease = (shelf: Shelf): unknown => JSON.parse(shelf.store.text(leaseKey(SOURCE)) ?? 'null');

describe('deleting', () => {
  test('the manifest first, then the data, then what stands beside it; oldest first, and nothing else', async () => {
    const { shelf, old, newest } = await filled(2);
    const result = await run(shelf, { after: newest });
    expect(result).toMatchObject({ deleted: [old[1], old[0]], freedBytes: 12, skipped: [], collected: [], stopped: undefined });
    expect(shelf.store.calls.filter((call) => call.startsWith('remove')).map((call) => call.replaceAll(/\.checks\/.*/g, '.checks/…'))).toEqual([old[1] ?? '', old[0] ?? ''].flatMap((id) => [
      `remove ${manifestKey(SOURCE, id)}`, `remove ${segmentKey(SOURCE, 'daily', id, 'dump', 1)}`, `remove ${segmentKey(SOURCE, 'daily', id, 'dump', 2)}`, `remove ${SOURCE}/manifests/${id}.checks/…`,
    ]));
    expect((await shelf.catalog()).entries).toHaveLength(10);
    for (const id of old) expect(shelf.keys(id)).toEqual([]);
    expect(lease(shelf)).toMatchObject({ holder: '1.1', until: '1970-01-01T00:00:00.000Z' });
  });

  test('a dry run makes the same decision, deletes nothing and takes no lease', async () => {
    const { shelf, newest } = await filled();
    const before = shelf.keys();
    const dry = await run(shelf, { after: newest, dryRun: true });
    expect(shelf.keys()).toEqual(before);
    expect(shelf.store.calls).toEqual([]);
    const real = await run(shelf, { after: newest });
    expect(real.plan.decision).toEqual(dry.plan.decision);
    expect(dry.deleted).toEqual([]);
    expect([...real.deleted].sort()).toEqual(dry.plan.decision.delete.map(({ id }) => id).sort());
  });

  test('files that are not ours stay, also inside a folder of data', async () => {
    const { shelf, old, newest } = await filled();
    const foreign = [`${backupPrefix(SOURCE, 'daily', old[0] ?? '')}README`, `${backupPrefix(SOURCE, 'daily', old[0] ?? '')}dump.001.bak`, `${SOURCE}/data/notes/x.001`, `${SOURCE}2/data/daily/${old[0]}/dump.001`, `${manifestKey(SOURCE, old[0] ?? '')}.bak`];
    for (const key of foreign) await shelf.store.create(key, Buffer.from('x'), undefined, forever);
    expect((await run(shelf, { after: newest })).deleted).toHaveLength(3);
    expect(foreign.filter((key) => !shelf.store.objects.has(key))).toEqual([]);
  });

  test('cut off after any removal, the catalog names no backup without its data, and the next run ends the work', async () => {
    const { shelf: whole, newest } = await filled(2);
    await run(whole, { after: newest });
    const steps = whole.store.calls.filter((call) => call.startsWith('remove')).length;
    expect(steps).toBe(8);
    for (let cut = 0; cut < steps; cut += 1) {
      let left = cut;
      class Cut extends MemoryStore {
        override async remove(keys: readonly string[], signal: AbortSignal): ReturnType<MemoryStore['remove']> {
          for (const key of keys) {
            if (left <= 0) throw new Error('killed');
            left -= 1;
            await super.remove([key], signal);
          }
          return [];
        }
      }
      const { shelf } = await filled(2, (now) => new Cut({ now }));
      await expect(run(shelf)).rejects.toThrow('killed');
      for (const { manifest } of (await shelf.catalog()).entries) {
        for (const segment of manifest.artifacts.flatMap(({ segments }) => segments)) expect(shelf.store.objects.has(segment.key)).toBe(true);
      }
      left = Infinity;
      shelf.nowMs += 8 * DAY;
      await run(shelf);
      expect(shelf.keys('data/daily')).toHaveLength(10);
      expect(shelf.keys('.checks/')).toHaveLength(10);
    }
  }, 120_000);
});

describe('what stops it', () => {
  test('the backup of this run is not verified', async () => {
    const { shelf } = await filled();
    const { manifest } = await shelf.backup({});
    const said: Said = { lines: [], notices: [] };
    expect((await run(shelf, { after: manifest.id }, said)).deleted).toEqual([]);
    expect(said.notices).toEqual([`Nothing is deleted from s3://memory/backups: the backup of this run, ${manifest.id}, is complete and not verified.`]);
    expect((await run(shelf, { after: newStampedId(NOW, countingRandom()) })).stopped).toContain('is not in s3://memory/backups');
  });
  test('no verified backup at all, or only expired ones', async () => {
    const shelf = new Shelf();
    for (const ago of [40, 50, 60, 70, 80]) await shelf.backup({ agoMs: ago * DAY });
    expect((await run(shelf)).stopped).toBe('Nothing is deleted from s3://memory/backups: no backup of this source is verified.');
    const { manifest } = await shelf.backup({ agoMs: 31 * DAY, verdicts: verified });
    expect((await run(shelf)).stopped).toBe(`Nothing is deleted from s3://memory/backups: the newest verified backup, ${manifest.id}, is older than its tier's age: make a new one first.`);
  });
  test('more than half: refused, and done once confirmed', async () => {
    const { shelf, newest } = await filled(11);
    await expect(run(shelf, { after: newest })).rejects.toMatchObject({ reason: 'retention-guard', message: expect.stringMatching(/^Retention stops: 11 of 21 backups would be deleted, more than half \(2026.*, …\)\./) });
    expect(shelf.store.calls).toEqual([]);
    expect((await run(shelf, { after: newest, dryRun: true })).plan.decision.guard).toBe('11 of 21 backups would be deleted, more than half');
    expect((await run(shelf, { after: newest, confirmed: true })).deleted).toHaveLength(11);
  });
  test('a login without the right to delete: one notice, and the rest is not tried', async () => {
    let tried = 0;
    class ReadOnly extends MemoryStore {
      override remove(keys: readonly string[]): ReturnType<MemoryStore['remove']> {
        tried += 1;
        return Promise.resolve(keys.map((key) => ({ key, why: 'AccessDenied: Access Denied' })));
      }
    }
    for (const [old, tries] of [[5, 3], [1, 1]] as const) {
      tried = 0;
      const { shelf } = await filled(old, (now) => new ReadOnly({ now }));
      const said: Said = { lines: [], notices: [] };
      const result = await run(shelf, {}, said);
      expect(tried).toBe(tries);
      expect(result.deleted).toEqual([]);
      expect(result.skipped).toHaveLength(tries);
      expect(said.notices).toEqual(['Nothing is deleted from s3://memory/backups: this login may not delete (the store refused to delete it: AccessDenied: Access Denied). Give it the right, or set prune-role, or prune: never.']);
      expect((await shelf.catalog()).entries).toHaveLength(10 + old);
    }
    class Thrower extends MemoryStore {
      override remove(): ReturnType<MemoryStore['remove']> { return Promise.reject(new Error('Access Denied')); }
    }
    expect((await run((await filled(3, (now) => new Thrower({ now }))).shelf)).stopped).toContain('this login may not delete');
  });
  test('one that may not be deleted, for whatever reason, does not keep the others', async () => {
    let hold = '';
    class Hold extends MemoryStore {
      override remove(keys: readonly string[], signal: AbortSignal): ReturnType<MemoryStore['remove']> {
        return keys.includes(hold) ? Promise.resolve([{ key: hold, why: 'Access Denied' }]) : super.remove(keys, signal);
      }
    }
    const { shelf, old } = await filled(3, (now) => new Hold({ now }));
    hold = manifestKey(SOURCE, old[2] ?? '');
    expect(await run(shelf)).toMatchObject({ deleted: [old[1], old[0]], skipped: [{ id: old[2] }], stopped: undefined });
  });
  test('an object lock is told and passed over, whether the store names its end or not', async () => {
    class Worm extends MemoryStore {
      override remove(keys: readonly string[], signal: AbortSignal): ReturnType<MemoryStore['remove']> {
        return keys.some((key) => key === worm) ? Promise.resolve([{ key: worm, why: 'AccessDenied: Access Denied because object protected by object lock.' }]) : super.remove(keys, signal);
      }
    }
    let worm = '';
    const { shelf, old } = await filled(3, (now) => new Worm({ now }));
    worm = manifestKey(SOURCE, old[2] ?? '');
    shelf.store.lock(manifestKey(SOURCE, old[1] ?? ''), NOW + DAY);
    const result = await run(shelf);
    expect(result.deleted).toEqual([old[0]]);
    expect(result.skipped).toEqual([{ id: old[2], why: 'the store refused to delete it: AccessDenied: Access Denied because object protected by object lock' }]);
    expect(result.plan.decision.keep.find(({ id }) => id === old[1])?.reasons).toEqual(['locked in the store until 2026-11-26T12:00:00.000Z']);
  });
  test('locks that only a closer look shows are seen before deciding, by the dry run too, and told in one notice', async () => {
    class Shy extends MemoryStore {
      override async *list(prefix: string, signal: AbortSignal): ReturnType<MemoryStore['list']> {
        for await (const { lockedUntilMs: _, ...object } of super.list(prefix, signal)) yield object;
      }
      override async head(key: string, signal: AbortSignal): ReturnType<MemoryStore['head']> {
        const object = await super.head(key, signal);
        return object !== undefined && key === hold ? { ...object, legalHold: true } : object;
      }
    }
    let hold = '';
    const { shelf, old } = await filled(4, (now) => new Shy({ now }));
    shelf.store.lock(manifestKey(SOURCE, old[0] ?? ''), NOW + DAY);
    shelf.store.lock(manifestKey(SOURCE, old[1] ?? ''), NOW + 2 * DAY);
    hold = manifestKey(SOURCE, old[2] ?? '');
    for (const dryRun of [true, false]) {
      const said: Said = { lines: [], notices: [] };
      const result = await run(shelf, { dryRun }, said);
      expect(result.deleted).toEqual(dryRun ? [] : [old[3]]);
      expect(result.skipped).toEqual([]);
      const why = (id: string | undefined): readonly string[] | undefined => result.plan.decision.keep.find((kept) => kept.id === id)?.reasons;
      expect([why(old[0]), why(old[1]), why(old[2])]).toEqual([['locked in the store until 2026-11-26T12:00:00.000Z'], ['locked in the store until 2026-11-27T12:00:00.000Z'], ['held: the store keeps it under a legal hold']]);
      expect(said.notices).toEqual([expect.stringMatching(/^3 backups that retention no longer keeps stay in s3:\S+, by Object Lock until 2026-11-27T12:00:00\.000Z at the latest, 1 of them under a legal hold: /)]);
    }
    expect(shelf.keys(old[0])).toHaveLength(4);
  });
  test.each(['lock', 'legal hold'])('a %s that comes after the decision', async (kind) => {
    class Late extends MemoryStore {
      override async head(key: string, signal: AbortSignal): ReturnType<MemoryStore['head']> {
        const object = await super.head(key, signal);
        return object !== undefined && key === victim && this.objects.has(leaseKey(SOURCE)) ? { ...object, ...(kind === 'lock' ? { lockedUntilMs: NOW + DAY } : { legalHold: true }) } : object;
      }
    }
    let victim = '';
    const { shelf, old } = await filled(1, (now) => new Late({ now }));
    victim = manifestKey(SOURCE, old[0] ?? '');
    expect((await run(shelf)).skipped).toEqual([{ id: old[0], why: kind === 'lock' ? 'the store keeps it locked until 2026-11-26T12:00:00.000Z' : 'the store keeps it under a legal hold' }]);
    expect(shelf.keys(old[0])).toHaveLength(4);
  });
  test.each(['hold', 'reader'])('a %s that comes after the decision', async (kind) => {
    const mark = (shelf: Shelf, id: string): Promise<unknown> => (kind === 'hold' ? placeHold(shelf.store, SOURCE, id, { why: 'audit', by: 'kim', atMs: NOW }, forever) : markReading(shelf.store, SOURCE, id, '9.1', NOW, forever));
    const { shelf, old } = await filled(2);
    const plain = shelf.store.create.bind(shelf.store);
    // The lease is taken after the decision and before the first deletion.
    shelf.store.create = async (key, ...rest) => {
      await plain(key, ...rest);
      if (key === leaseKey(SOURCE)) await mark(shelf, old[0] ?? '');
    };
    const result = await run(shelf);
    expect(result.deleted).toEqual([old[1]]);
    expect(result.skipped).toEqual([{ id: old[0], why: kind === 'hold' ? 'it is held since a moment ago' : 'it is being read (9.1)' }]);
    expect(shelf.keys(old[0])).toHaveLength(5);
  });
  test('a reader that comes while the manifest is deleted gets it back', async () => {
    const { shelf, old } = await filled(1);
    const key = manifestKey(SOURCE, old[0] ?? '');
    const text = shelf.store.text(key);
    const plain = shelf.store.remove.bind(shelf.store);
    shelf.store.remove = async (keys, signal) => {
      if (keys.includes(key)) await shelf.store.create(`${SOURCE}/manifests/${old[0]}.reading/9.1`, Buffer.from(JSON.stringify({ run: '9.1', since: new Date(NOW).toISOString() })), undefined, signal);
      return plain(keys, signal);
    };
    const result = await run(shelf);
    expect(result).toMatchObject({ deleted: [], skipped: [{ id: old[0], why: 'it is being read (9.1), so its manifest was put back' }] });
    expect(shelf.store.text(key)).toBe(text);
    expect(shelf.keys(`data/daily/${old[0]}`)).toHaveLength(2);
  });
  test('cancelled: nothing more is deleted, and the lease is let go', async () => {
    const { shelf, old } = await filled(3);
    const cancel = new AbortController();
    const plain = shelf.store.remove.bind(shelf.store);
    shelf.store.remove = async (keys, signal) => {
      const refused = await plain(keys, signal);
      if (keys.some((key) => key.includes('.checks/'))) cancel.abort(new Error('cancelled'));
      return refused;
    };
    await expect(run(shelf, { signal: cancel.signal })).rejects.toThrow('cancelled');
    expect(old.filter((id) => shelf.keys(id).length > 0)).toHaveLength(2);
    expect(lease(shelf)).toMatchObject({ until: '1970-01-01T00:00:00.000Z' });
  });
});

describe('lease', () => {
  const take = (shelf: Shelf, holder: string): ReturnType<typeof takeLease> => takeLease(shelf.store, SOURCE, holder, { clock: { now: () => shelf.nowMs as never }, random: shelf.random }, forever);
  async function taken(shelf: Shelf, holder: string): Promise<Lease> {
    const result = await take(shelf, holder);
    if (!('lease' in result)) throw new Error(result.busy);
    return result.lease;
  }
  test('one of many gets it', async () => {
    const shelf = new Shelf();
    const results = await Promise.all(Array.from({ length: 8 }, (_, at) => take(shelf, `run-${at}`)));
    expect(results.filter((result) => 'lease' in result)).toHaveLength(1);
    shelf.nowMs += LEASE_MS + 60_000;
    expect((await Promise.all(Array.from({ length: 8 }, (_, at) => take(shelf, `later-${at}`)))).filter((result) => 'lease' in result)).toHaveLength(1);
  });
  test('it lasts 15 minutes and one for clocks that differ, is renewed, and once taken over it is lost', async () => {
    const shelf = new Shelf();
    const first = await taken(shelf, 'first');
    shelf.nowMs += LEASE_MS + 59_999;
    expect(await take(shelf, 'second')).toEqual({ busy: 'first has it until 2026-11-25T12:15:00.000Z' });
    expect(await first.renew(forever)).toBe(true);
    shelf.nowMs += LEASE_MS + 59_999;
    expect(await take(shelf, 'second')).toHaveProperty('busy');
    shelf.nowMs += 1;
    const second = await taken(shelf, 'second');
    expect(await first.renew(forever)).toBe(false);
    await first.release();
    expect(lease(shelf)).toMatchObject({ holder: 'second' });
    await second.release();
    await taken(shelf, 'third');
  });
  test('a lease that cannot be read is taken over', async () => {
    const shelf = new Shelf();
    await shelf.store.create(leaseKey(SOURCE), Buffer.from('{'), undefined, forever);
    await taken(shelf, 'first');
  });
  test('while another run has it nothing is deleted, and that is said', async () => {
    const { shelf } = await filled();
    await taken(shelf, 'other-run');
    expect((await run(shelf)).stopped).toBe('Nothing is deleted from s3://memory/backups: another run prunes there, other-run has it until 2026-11-25T12:15:00.000Z.');
    expect((await shelf.catalog()).entries).toHaveLength(13);
  });
  test('a run that outlives its lease stops when it was taken over', async () => {
    const { shelf } = await filled(3);
    const plain = shelf.store.remove.bind(shelf.store);
    shelf.store.remove = async (keys, signal) => {
      const refused = await plain(keys, signal);
      if (!keys.some((key) => key.includes('.checks/'))) return refused;
      shelf.nowMs += LEASE_MS + 60_000;
      await taken(shelf, 'other-run');
      return refused;
    };
    const result = await run(shelf);
    expect(result).toMatchObject({ deleted: [expect.any(String)], stopped: 'Nothing more is deleted from s3://memory/backups: another run took the lease over.' });
    expect(lease(shelf)).toMatchObject({ holder: 'other-run' });
  });
  test('without conditional writes it says so and prunes', async () => {
    const { shelf } = await filled();
    const said: Said = { lines: [], notices: [] };
    expect((await run(shelf, { facts: { conditional: false } }, said)).deleted).toHaveLength(3);
    expect(said.notices).toEqual(['s3://memory/backups has no conditional writes, so nothing but the workflow\'s concurrency group keeps two runs from pruning at once.']);
    expect(lease(shelf)).toBeNull();
  });
});

describe('leftovers', () => {
  async function orphaned(agoMs: number): Promise<{ shelf: Shelf; id: string }> {
    const { shelf } = await filled(0);
    const { manifest } = await shelf.backup({ agoMs, unpublished: true, artifacts: { dump: ['one', 'two'] } });
    return { shelf, id: manifest.id };
  }
  test('data without a manifest is told and collected after seven days, not at them', async () => {
    const { shelf, id } = await orphaned(7 * DAY);
    expect((await run(shelf)).plan.leftovers.orphans).toMatchObject([{ id, bytes: 6, ageMs: 7 * DAY, due: false }]);
    shelf.nowMs += 1;
    const said: Said = { lines: [], notices: [] };
    const dry = await run(shelf, { dryRun: true }, said);
    expect(said.lines).toContain(`Data of ${id} has no manifest: 6 bytes, 7 days old, left by a run that ended early.`);
    expect(dry.collected).toEqual([]);
    expect(await run(shelf)).toMatchObject({ collected: [id], freedBytes: 6, deleted: [] });
    expect(shelf.keys(id)).toEqual([]);
  });
  test('the younger of its id and its objects decides', async () => {
    const { shelf, id } = await orphaned(20 * DAY);
    await shelf.store.create(segmentKey(SOURCE, 'daily', id, 'dump', 3), Buffer.from('late'), undefined, forever);
    expect((await run(shelf)).collected).toEqual([]);
  });
  test('data of a manifest that is not accepted is no orphan, nor is held data', async () => {
    const { shelf, id } = await orphaned(20 * DAY);
    await shelf.store.create(manifestKey(SOURCE, id), Buffer.from('{"version":2}'), undefined, forever);
    const held = await shelf.backup({ agoMs: 20 * DAY, unpublished: true });
    await placeHold(shelf.store, SOURCE, held.manifest.id, { why: 'audit', by: 'kim', atMs: NOW }, forever);
    const result = await run(shelf);
    expect(result.collected).toEqual([]);
    expect(result.skipped).toEqual([{ id: held.manifest.id, why: 'it is held since a moment ago' }]);
    expect(result.plan.decision.keep.find((kept) => kept.id === id)?.reasons).toEqual(['not understood: it is of version 2, and this release reads version 1']);
  });
  test('a backup that is published while prune looks is no orphan', async () => {
    const { shelf, id } = await orphaned(20 * DAY);
    const plain = shelf.store.create.bind(shelf.store);
    shelf.store.create = async (key, ...rest) => {
      await plain(key, ...rest);
      if (key === leaseKey(SOURCE)) await plain(manifestKey(SOURCE, id), Buffer.from('{}'), undefined, forever);
    };
    expect(await run(shelf)).toMatchObject({ collected: [], skipped: [{ id, why: 'it has a manifest by now' }] });
    expect(shelf.keys(`data/daily/${id}`)).toHaveLength(2);
  });
  test('unfinished uploads of ours end after seven days', async () => {
    const { shelf, id } = await orphaned(DAY);
    const mine = segmentKey(SOURCE, 'daily', id, 'dump', 9);
    const abandoned: string[] = [];
    shelf.store.unfinished = () => Promise.resolve([{ key: mine, id: '1', sinceMs: NOW - 7 * DAY - 1 }, { key: segmentKey(SOURCE, 'daily', id, 'dump', 8), id: '2', sinceMs: NOW - DAY }, { key: `${SOURCE}/data/other`, id: '3', sinceMs: 0 }]);
    shelf.store.abandon = (key) => { abandoned.push(key); return Promise.resolve(); };
    expect((await run(shelf)).collected).toEqual([mine]);
    expect(abandoned).toEqual([mine]);
  });
});

test('a clock that is years ahead, a copy of another server, look-alike sources: nothing good goes', async () => {
  const { shelf } = await filled(0);
  const server: Manifest['server'] = { version: '10.11', major: '10.11', identity: 'server-b' };
  const others = [400, 401, 402].map((ago) => ({ agoMs: ago * DAY, change: { server }, verdicts: verified }));
  const kept: string[] = [];
  for (const other of others) kept.push((await shelf.backup(other)).manifest.id);
  kept.push((await shelf.backup({ agoMs: -900 * DAY, verdicts: verified })).manifest.id);
  await shelf.backup({ agoMs: 900 * DAY, source: `${SOURCE}2`, verdicts: verified });
  expect((await run(shelf)).deleted).toEqual([]);
  expect((await shelf.catalog()).entries.filter(({ manifest }) => kept.includes(manifest.id))).toHaveLength(4);
  // Now our own clock runs ahead: the first backup under it ages nothing, and after more of them the guard speaks.
  shelf.nowMs += 700 * DAY;
  await shelf.backup({ verdicts: verified });
  expect((await run(shelf)).deleted).toEqual([]);
  for (let more = 0; more < 2; more += 1) await shelf.backup({ verdicts: verified });
  await expect(run(shelf)).rejects.toMatchObject({ reason: 'retention-guard' });
});

test.each([['AccessDenied: Access Denied', true], ['EACCES: permission denied, unlink', true], ['403 Forbidden', true], ['the key writ… may not: it lacks s3:DeleteObject on backups/shop, or the key is wrong.', true], ['SlowDown', false], ['Access Denied because object protected by object lock.', false], ['object is WORM protected', false], ['InternalError', false]])('%s', (words, none) => expect(meansNoRight(words)).toBe(none));
