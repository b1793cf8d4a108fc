import { expect, test } from '@jest/globals';
import type { EngineName } from '../connection.ts';
import { requireOwnFolder, type Owner } from './owner.ts';

const folder = { source: 'a-b-c', store: 's3://backups/shop' };
const newest = (environment: string | undefined, database: string, identity?: string, engine: EngineName = 'mariadb'): Parameters<typeof requireOwnFolder>[0] => ({
  id: '20260131T020711Z-01KG6V3Q8G0000000000000000', engine, database, server: { version: '1', major: '1', ...(identity === undefined ? {} : { identity }) }, ...(environment === undefined ? {} : { environment }),
});
const owner = (environment: string, database: string, identity?: string): Owner => ({ environment, database, identity });

test.each<[string, Parameters<typeof requireOwnFolder>[0], Owner | undefined]>([
  ['an empty folder', undefined, owner('a', 'b-c')],
  ['nobody knows whose it must be', newest('a-b', 'c'), undefined],
  ['the same pair, on whichever server', newest('a', 'b-c', 'one'), owner('a', 'b-c', 'two')],
  ['a manifest that names no environment', newest(undefined, 'b-c'), owner('a', 'b-c')],
  ['an environment that got another name, on the same server', newest('old', 'shop', 'one'), owner('new', 'shop', 'one')],
])('fine: %s', (_, manifest, whose) => expect(() => { requireOwnFolder(manifest, whose, folder); }).not.toThrow());

test.each<[string, Parameters<typeof requireOwnFolder>[0], Owner]>([
  ['two pairs that make one name', newest('a-b', 'c', 'one'), owner('a', 'b-c', 'one')],
  ['another database of the same environment', newest('a', 'c', 'one'), owner('a', 'b-c', 'one')],
  ['another database, environment unknown', newest(undefined, 'c'), owner('a', 'b-c')],
  ['the same name in another environment, on another server', newest('staging', 'shop', 'one'), owner('production', 'shop', 'two')],
  ['the same, server unknown', newest('staging', 'shop'), owner('production', 'shop')],
  ['a SQLite file of the same path on another machine', newest('staging', 'shop.sqlite', '/srv/shop.sqlite', 'sqlite'), owner('production', 'shop.sqlite', '/srv/shop.sqlite')],
])('refused: %s', (_, manifest, whose) => {
  expect(() => { requireOwnFolder(manifest, whose, folder); }).toThrow(expect.objectContaining({
    reason: 'bad-input', message: expect.stringMatching(/^source: the folder a-b-c in s3:\/\/backups\/shop belongs to the database .* and this is the database /), remedy: expect.stringContaining(`Example: source: ${whose.environment}.${whose.database}`),
  }));
});
