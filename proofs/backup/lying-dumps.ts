/** Dumps of MySQL and MariaDB that lie, and codecs that do: the backup must fail before anything is published. */
import { execFileSync } from 'node:child_process';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { join } from 'node:path';
import { MemoryStore } from '../../packages/backup/src/testing.ts';
import type { TestServer } from '../../test/support/databases.ts';
import { attempt, configOf, manifestsIn, type Keys } from './bed.ts';
import { borders, flipped, some, spread, type CaseGroup, type DamageCase } from './cases.ts';
import { MYSQL_SHOP } from './shop.ts';
import type { Script } from './wrapped.ts';
import { LyingPrograms } from './wrapped.ts';

const DUMPED = ['dump-failed', 'server-lost', 'stage-killed', 'empty-dump', 'no-trailer', 'inventory-differs', 'checksum-differs', 'login-refused', 'right-missing', 'no-room', 'tool-missing'];
const FRAME_HEADER_BYTES = 6;

interface Lie {
  readonly name: string;
  readonly program: string;
  readonly script: Script;
  readonly files?: Readonly<Record<string, Buffer>>;
  /** Reasons that are right; any of the dump's when not given. */
  readonly reasons?: readonly string[];
}

export async function lyingDumps(server: TestServer, dir: string, keys: Keys): Promise<CaseGroup> {
  await server.sql('CREATE DATABASE shop');
  await server.sql(MYSQL_SHOP, { database: 'shop' });
  const dumper = 'mysqldump';
  // MariaDB has it under two names, and either may be called.
  const real = server.bin(server.family === 'mariadb' ? 'mariadb-dump' : dumper);
  const programs = new LyingPrograms(join(dir, server.product), { [dumper]: real, ...(server.family === 'mariadb' && { 'mariadb-dump': real }), zstd: execFileSync('sh', ['-c', 'command -v zstd'], { encoding: 'utf8' }).trim() });
  const source = { url: server.url(server.rootUser, server.rootPassword, 'shop'), env: { ...server.env, PATH: `${programs.bin}:${server.env['PATH'] ?? ''}` } };
  const open = { encryption: 'none', recipients: [] } as const;

  const first = new MemoryStore();
  const honest = await attempt(configOf(source, first, keys, open));
  const stored = [...first.objects].find(([key]) => key.endsWith('.001'))?.[1].body;
  if (stored === undefined) throw new Error(`the honest backup of ${server.product} failed: ${honest.reason ?? ''} ${honest.message}`);
  const dump = zstdDecompressSync(stored);

  const lie: LyingPrograms['lie'] = (program, script, files) => {
    programs.lie(program, script, files);
    if (program === dumper) programs.lie('mariadb-dump', script, files);
  };
  const refused = ({ name, program, script, files, reasons = DUMPED }: Lie): DamageCase => ({
    layer: 'dump', name: `${server.product}: ${name}`,
    async accepted() {
      const store = new MemoryStore();
      programs.honest();
      lie(program, script, files);
      const { reason, message } = await attempt(configOf(source, store, keys));
      programs.honest();
      const manifests = await manifestsIn(store);
      const left = [...store.objects.keys()].filter((key) => key.includes('/data/'));
      if (manifests.length > 0 || left.length > 0) return `published ${[...manifests, ...left].join(', ')}, reason ${reason ?? 'none'}`;
      return reasons.includes(reason ?? 'none') ? undefined : `reason ${reason ?? 'none'}: ${message}`;
    },
  });
  const passes = async (lie: () => void): Promise<string | undefined> => {
    programs.honest();
    lie();
    const store = new MemoryStore();
    const { reason, message, record } = await attempt(configOf(source, store, keys));
    programs.honest();
    return reason === undefined && record.status === 'verified' ? undefined : `${record.status ?? ''} ${reason ?? ''} ${message}`;
  };
  const text = (name: string, body: Buffer, after = '', reasons?: readonly string[]): Lie => ({ name, program: dumper, script: `cat "$HERE/dump"; ${after}`, files: { dump: body }, ...(reasons && { reasons }) });
  return {
    damaged: [...dumpLies(dump, dumper, text), ...codecLies(stored)].map(refused),
    controls: [
      { name: `${server.product}: as it is`, refused: () => passes(() => undefined) },
      { name: `${server.product}: its own dump, played back`, refused: () => passes(() => lie(dumper, 'cat "$HERE/dump"', { dump })) },
      { name: `${server.product}: its own compressed dump, played back`, refused: () => passes(() => programs.lie('zstd', 'cat >/dev/null; cat "$HERE/dump"', { dump: stored })) },
    ],
  };
}

function dumpLies(dump: Buffer, dumper: string, text: (name: string, body: Buffer, after?: string, reasons?: readonly string[]) => Lie): Lie[] {
  const end = dump.lastIndexOf('-- Dump completed');
  const trailer = dump.subarray(end);
  const dataAt = dump.indexOf('INSERT INTO');
  const lies: Lie[] = [
    text('nothing, exit 0', Buffer.alloc(0), '', ['empty-dump']),
    text('one newline, exit 0', Buffer.from('\n'), '', ['no-trailer']),
    text('the header only, exit 0', dump.subarray(0, dump.indexOf('DROP TABLE')), '', ['no-trailer']),
    text('the trailer only', trailer, '', ['inventory-differs']),
    text('no trailer', dump.subarray(0, end), '', ['no-trailer']),
    text('half a trailer', dump.subarray(0, end + 9), '', ['no-trailer']),
    text('trailer and exit 2, as --force does', dump, 'exit 2', ['dump-failed']),
    text('trailer and exit 1', dump, 'exit 1', ['dump-failed']),
    text('trailer and exit 3', dump, 'exit 3', ['dump-failed']),
    text('trailer and exit 255', dump, 'exit 255'),
    text('the dump twice, two trailers', Buffer.concat([dump, dump])),
    text('a second trailer', Buffer.concat([dump, trailer])),
    text('a statement after the trailer', Buffer.concat([dump, Buffer.from('\nDROP TABLE customers;\n')])),
    text('garbage after the trailer', Buffer.concat([dump, Buffer.from('\nxyzzy garbage\n')])),
    text('binary garbage after the trailer', Buffer.concat([dump, Buffer.from([0, 255, 1, 254, 10, 0, 200])])),
    text('an error of the client in the middle', Buffer.concat([dump.subarray(0, dataAt), Buffer.from("mysqldump: Error 2013: Lost connection to server during query;\n"), dump.subarray(dataAt)])),
    text('a warning of a wrapper at the start', Buffer.concat([Buffer.from('Warning: Using a password on the command line can be insecure.;\n'), dump])),
    text('the trailer inside, the rest gone', Buffer.concat([dump.subarray(0, dataAt), trailer])),
    text('the words of a trailer inside a row, and none at the end', Buffer.concat([dump.subarray(0, end), Buffer.from("INSERT INTO `customers` VALUES (9,'\n-- Dump completed on 2026-01-01  0:00:00\n');\n")]), '', ['no-trailer']),
    text('a line like that of the stages inside the dump, exit 2', Buffer.concat([Buffer.from('-- 0123456789abcdef codec=zstd dump=0 zstd=0\n'), dump]), 'exit 2', ['dump-failed']),
    text('a forged line of the stages on stderr, exit 2', dump, "echo '0123456789abcdef0123456789abcdef codec=zstd dump=0 zstd=0' >&2; exit 2", ['dump-failed']),
    text('the line of the stages with its own secret on stderr, exit 2', dump, 'echo "$NONCE codec=zstd dump=0 zstd=0" >&2; exit 2', ['dump-failed']),
    text('that line, and killed', dump.subarray(0, end), 'echo "$NONCE codec=zstd dump=0 zstd=0" >&2; kill -9 $$', ['stage-killed']),
    text('its shell is killed with that line', dump, 'echo "$NONCE codec=zstd dump=0 zstd=0" >&2; kill -9 $PPID'),
    { name: 'the dumper cannot be run', program: dumper, script: 'exit 126' },
  ];
  for (const option of ['--skip-triggers', '--no-data --skip-triggers', '--skip-routines --skip-events']) {
    lies.push({ name: `the real dumper with ${option}`, program: dumper, script: `d=$1; shift; exec "$REAL" "$d" --single-transaction --routines --triggers --events ${option} shop`, reasons: ['inventory-differs'] });
  }
  lies.push({ name: 'the real dumper for some tables only', program: dumper, script: 'd=$1; shift; exec "$REAL" "$d" --single-transaction --triggers shop customers orders', reasons: ['inventory-differs'] });
  lies.push({ name: 'the real dumper without comments', program: dumper, script: 'd=$1; shift; exec "$REAL" "$d" --single-transaction --routines --triggers --events --skip-comments shop', reasons: ['no-trailer'] });

  const cuts: readonly (readonly [string, readonly number[], number])[] = [
    ['at the border of a statement', borders(dump, ';\n').filter((at) => at < end), 14],
    ['between two rows', borders(dump, '),').filter((at) => at < end), 8],
    ['before an INSERT', borders(dump, 'INSERT INTO ').map((at) => at - 'INSERT INTO '.length), 4],
    ['after an INSERT', borders(dump, ');\n').filter((at) => at > dataAt && at < end), 4],
    ['at any byte', spread(1, end, 14), 14],
    ['near the end', spread(dump.length - 60, dump.length - 45, 5), 5],
  ];
  for (const [where, all, count] of cuts) {
    for (const at of some(all, count)) {
      lies.push(text(`cut ${where} (byte ${at}), exit 0`, dump.subarray(0, at)));
    }
  }
  for (const at of spread(1, end, 8)) lies.push({ ...text(`killed at byte ${at}`, dump, '', ['stage-killed']), script: `head -c ${at} "$HERE/dump"; kill -9 $$` });
  for (const at of some(borders(dump, ';\n').filter((one) => one < end - 400), 6)) {
    lies.push(text(`cut at the border of a statement (byte ${at}), trailer put behind`, Buffer.concat([dump.subarray(0, at), trailer]), '', ['inventory-differs']));
  }
  for (const pattern of [/\/\*!50003 CREATE\*\/ \/\*!50017[^\n]*TRIGGER `?orders_audit[^;]*;;\n/, /\/\*!50003 CREATE\*\/[^\n]*TRIGGER `?notes_audit[\s\S]*?;;\n/, /CREATE [^\n]*PROCEDURE `?tidy[\s\S]*?;;\n/, /CREATE [^\n]*FUNCTION `?twice[\s\S]*?;;\n/, /[^\n]*EVENT `?nightly[\s\S]*?;;\n/, /CREATE TABLE `customers`[\s\S]*?;\n/, /CREATE TABLE `audits`[\s\S]*?;\n/, /\/\*!50001 VIEW[\s\S]*?;\n/]) {
    const latin = dump.toString('latin1');
    const without = latin.replace(pattern, '');
    if (without !== latin) lies.push(text(`without ${/(\w+_audit|tidy|twice|nightly|customers|audits|VIEW)/.exec(pattern.source)?.[1] ?? ''}`, Buffer.from(without, 'latin1'), '', ['inventory-differs']));
  }
  return lies;
}

function codecLies(stored: Buffer): Lie[] {
  const instead = (name: string, body: Buffer, after = '', reasons: readonly string[] = ['checksum-differs', 'no-trailer', 'empty-dump', 'inventory-differs']): Lie => ({ name: `zstd: ${name}`, program: 'zstd', script: `cat >/dev/null; cat "$HERE/packed"; ${after}`, files: { packed: body }, reasons });
  const blocks = blockBorders(stored);
  const lies: Lie[] = [
    instead('writes nothing, exit 0', Buffer.alloc(0)),
    instead('all written, exit 1', stored, 'exit 1', ['dump-failed', 'stage-killed']),
    instead('all written, killed', stored, 'kill -9 $$', ['stage-killed']),
    { name: 'zstd: killed in the middle', program: 'zstd', script: '"$REAL" "$@" | head -c 5000; kill -9 $$', reasons: ['stage-killed'] },
    { name: 'zstd: killed before it reads', program: 'zstd', script: 'kill -9 $$', reasons: ['stage-killed'] },
    { name: 'zstd: its disk is full', program: 'zstd', script: "cat >/dev/null; echo 'zstd: error 70 : Write error : cannot write block : No space left on device' >&2; exit 70", reasons: ['no-room'] },
    { name: 'zstd: ends early and well', program: 'zstd', script: 'head -c 100000 | "$REAL" "$@"', reasons: ['no-trailer', 'dump-failed', 'stage-killed'] },
    instead('garbage behind the frame', Buffer.concat([stored, Buffer.from('garbage')])),
    instead('zeroes behind the frame', Buffer.concat([stored, Buffer.alloc(64)])),
    instead('a second frame with SQL', Buffer.concat([stored, zstdCompressSync(Buffer.from('DROP TABLE orders;\n'))])),
    instead('half a second frame', Buffer.concat([stored, stored.subarray(0, 900)])),
    instead('the frame twice', Buffer.concat([stored, stored])),
    instead('no frame at all, but text', Buffer.from('-- MariaDB dump\n'.repeat(100))),
  ];
  for (const at of [...blocks, 1, 4, FRAME_HEADER_BYTES, stored.length - 4, stored.length - 1, ...spread(7, stored.length - 5, 6)]) lies.push(instead(`cut at byte ${at}, exit 0`, stored.subarray(0, at)));
  for (const at of [0, 3, 4, FRAME_HEADER_BYTES, stored.length - 1, stored.length - 3, ...spread(FRAME_HEADER_BYTES, stored.length, 10)]) lies.push(instead(`bit flipped in byte ${at}, exit 0`, flipped(stored, at, maskAt(at))));
  return lies;
}

/** The bit to flip in a byte of a zstd frame: one of byte 4 means nothing to a decoder (RFC 8878, unused bit). */
export function maskAt(at: number): number {
  return at === 4 ? 4 : 1 << (at % 8);
}

/** Ends of the blocks of the first zstd frame (RFC 8878), a few of them. */
export function blockBorders(frame: Buffer): number[] {
  const descriptor = frame[4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const found: number[] = [];
  for (let at = 5 + (single ? 0 : 1) + dictionaryBytes + sizeBytes; at + 3 <= frame.length;) {
    const header = frame.readUIntLE(at, 3);
    at += 3 + ((header >> 1 & 3) === 1 ? 1 : header >> 3);
    if ((header & 1) === 1) break;
    found.push(at);
  }
  return some(found, 6);
}
