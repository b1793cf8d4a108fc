import { expect, test } from '@jest/globals';
import { manifestKey } from '../catalog/keys.ts';
import { DAY, forever, Shelf, SOURCE } from '../catalog/testing.ts';
import type { StoredObject } from '../stores/store.ts';
import { MemoryStore } from '../testing.ts';
import { newBackupRecord } from './record.ts';
import { verifyStored } from './verifying.ts';

test('what lies in an archive is told and passed over, and takes nobody\'s turn', async () => {
  const archived = new Set<string>();
  class Archive extends MemoryStore {
    override async head(key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
      const object = await super.head(key, signal);
      return object === undefined || ![...archived].some((id) => key.includes(`/${id}/`)) ? object : { ...object, archived: true };
    }
  }
  const shelf = new Shelf((now) => new Archive({ now }));
  const ids: string[] = [];
  for (const ago of [90, 80, 3, 2, 1]) ids.push((await shelf.backup({ agoMs: ago * DAY })).manifest.id);
  for (const id of ids.slice(0, 2)) archived.add(id);
  const notices: string[] = [];
  const log = { info: () => undefined, notice: (line: string) => { notices.push(line); }, warning: () => undefined, error: () => undefined };
  const run = async (): Promise<readonly string[]> => {
    const record = newBackupRecord(shelf.nowMs);
    const config = { stores: [shelf.store], depth: { kind: 'sample', parts: 1, of: 4 }, trusted: undefined, identity: undefined, signer: undefined, run: { runId: '7', runAttempt: '1', runUrl: '' } };
    await verifyStored(config as never, { source: SOURCE, owner: undefined }, record, { deps: { clock: { now: () => shelf.nowMs }, random: shelf.random, log } } as never, forever);
    expect(record.warnings).toEqual([expect.stringContaining(`${ids[0]}, ${ids[1]} in`)]);
    shelf.nowMs += 7 * DAY;
    return record.verified.map(({ id, verdict }) => `${id} ${verdict}`);
  };
  expect(await run()).toEqual([`${ids[4]} pass`, `${ids[2]} pass`]);
  expect(await run()).toEqual([`${ids[4]} pass`, `${ids[3]} pass`]);
  expect(notices).toHaveLength(2);
  expect(shelf.store.objects.has(manifestKey(SOURCE, ids[0] ?? ''))).toBe(true);
});
