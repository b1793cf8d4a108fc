/** Archives of PostgreSQL that lie: cut, empty, swapped, with rows missing. */
import { zstdDecompressSync } from 'node:zlib';
import { join } from 'node:path';
import { MemoryStore } from '../../packages/backup/src/testing.ts';
import type { TestServer } from '../../test/support/databases.ts';
import { attempt, configOf, manifestsIn, type Keys } from './bed.ts';
import { borders, flipped, some, spread, type CaseGroup } from './cases.ts';
import { POSTGRES_SHOP } from './shop.ts';
import { LyingPrograms } from './wrapped.ts';

const SECTIONS = ['pre-data', 'data', 'post-data'] as const;
type Part = (typeof SECTIONS)[number] | 'globals';
const DUMPED = ['dump-failed', 'server-lost', 'stage-killed', 'empty-dump', 'no-trailer', 'inventory-differs', 'checksum-differs'];

interface Lie {
  readonly name: string;
  readonly part: Part;
  readonly body: Buffer;
  readonly after?: string;
}

export async function lyingArchives(server: TestServer, dir: string, keys: Keys): Promise<CaseGroup> {
  await server.sql('CREATE DATABASE shop');
  await server.sql(POSTGRES_SHOP, { database: 'shop' });
  const programs = new LyingPrograms(join(dir, server.product), { pg_dump: server.bin('pg_dump'), pg_dumpall: server.bin('pg_dumpall') });
  const source = { url: server.url(server.rootUser, server.rootPassword, 'shop'), env: { ...server.env, PATH: `${programs.bin}:${server.env['PATH'] ?? ''}` } };
  const first = new MemoryStore();
  const honest = await attempt(configOf(source, first, keys, { encryption: 'none', recipients: [] }));
  const partOf = (part: Part): Buffer => {
    const body = [...first.objects].find(([key]) => key.includes(`/${part === 'data' ? 'data-1' : part}.`))?.[1].body;
    if (body === undefined) throw new Error(`the honest backup of ${server.product} failed: ${honest.reason ?? ''} ${honest.message}`);
    return zstdDecompressSync(body);
  };
  const parts: Readonly<Record<Part, Buffer>> = { 'globals': partOf('globals'), 'pre-data': partOf('pre-data'), 'data': partOf('data'), 'post-data': partOf('post-data') };
  const tell = ({ part, body, after = '' }: Lie): void => {
    if (part === 'globals') programs.lie('pg_dumpall', `cat "$HERE/part"; ${after}`, { part: body });
    else programs.lie('pg_dump', `case " $* " in *" --section=${part} "*) cat "$HERE/part"; ${after === '' ? 'exit 0' : after} ;; *) exec "$REAL" "$@" ;; esac`, { part: body });
  };
  return {
    damaged: lies(parts).map((lie) => ({
      layer: 'dump', name: `${server.product}: ${lie.part}: ${lie.name}`,
      async accepted() {
        const store = new MemoryStore();
        programs.honest();
        tell(lie);
        const { reason, message } = await attempt(configOf(source, store, keys));
        programs.honest();
        const manifests = await manifestsIn(store);
        return manifests.length === 0 && DUMPED.includes(reason ?? 'none') ? undefined : `${manifests.length} manifests, reason ${reason ?? 'none'}: ${message}`;
      },
    })),
    controls: (['globals', 'pre-data', 'data', 'post-data'] as const).map((part) => ({
      name: `${server.product}: its own ${part}, played back`,
      async refused() {
        const store = new MemoryStore();
        programs.honest();
        tell({ name: '', part, body: parts[part] });
        const { reason, message, record } = await attempt(configOf(source, store, keys));
        programs.honest();
        return reason === undefined && record.status === 'verified' ? undefined : `${record.status ?? ''} ${reason ?? ''} ${message}`;
      },
    })),
  };
}

function lies(parts: Readonly<Record<Part, Buffer>>): Lie[] {
  const found: Lie[] = [];
  const lie = (part: Part, name: string, body: Buffer, after?: string): void => { found.push({ part, name, body, ...(after !== undefined && { after }) }); };
  const { globals, data } = parts;
  const lastData = data.lastIndexOf('\\.');
  lie('globals', 'nothing, exit 0', Buffer.alloc(0));
  lie('globals', 'no trailer', globals.subarray(0, globals.indexOf('-- PostgreSQL database cluster dump complete')));
  lie('globals', 'the header only', globals.subarray(0, 40));
  lie('globals', 'trailer and exit 1', globals, 'exit 1');
  lie('globals', 'twice', Buffer.concat([globals, globals]));
  for (const part of SECTIONS) {
    const body = parts[part];
    lie(part, 'nothing, exit 0', Buffer.alloc(0));
    lie(part, 'the magic only', body.subarray(0, 5));
    lie(part, 'the header only', body.subarray(0, 11));
    lie(part, 'whole and exit 1', body, 'exit 1');
    lie(part, 'whole and killed', body, 'kill -9 $$');
    lie(part, 'a plain dump instead', Buffer.from('--\n-- PostgreSQL database dump\n--\nSELECT 1;\n--\n-- PostgreSQL database dump complete\n--\n'));
    lie(part, 'magic flipped', flipped(body, 2));
    lie(part, 'format flipped', flipped(body, 10));
  }
  lie('pre-data', 'post-data in its place', parts['post-data']);
  lie('post-data', 'pre-data in its place', parts['pre-data']);
  lie('data', 'pre-data in its place', parts['pre-data']);
  const toc = Math.max(data.indexOf('1\tAda') - 20, 200);
  for (const at of [...spread(20, toc, 4), toc, ...some(borders(data, '\n').filter((one) => one > toc && one < lastData), 4), ...spread(toc, lastData, 4)]) lie('data', `cut at byte ${at}`, data.subarray(0, at));
  for (const at of spread(20, parts['pre-data'].length - 20, 3)) lie('pre-data', `cut at byte ${at}`, parts['pre-data'].subarray(0, at));
  return found;
}
