/**
 * Whole backups side by side with public tools that prove the same. Ours is the built action, started as a job would start it;
 * the times of its parts are those of its result file. The shell peers run the same dumper on the same server.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { makeKeys, proofDir, type Keys } from '../proofs/backup/bed.ts';
import { LyingPrograms } from '../proofs/backup/wrapped.ts';
import { startDatabase, type TestServer } from '../test/support/databases.ts';
import { SYSTEM_PATH } from '../test/support/database/engine.ts';
import { startS3, type TestS3 } from '../test/support/s3.ts';
import { loadSample } from '../test/support/samples.ts';
import { programOf } from '../test/support/services.ts';
import { watchProcess, type Watched } from './backup/watch.ts';
import type { BenchContext } from './run.ts';
import { Samples } from './samples.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const BUCKET = 'bench';
const SHELL = join(import.meta.dirname, 'backup/shell-proof.sh');
const ROOT = join(import.meta.dirname, '..');
const ACTION = join(ROOT, 'build/release/db-backup/dist/index.js');
/** Tables of Foodmart that hold nearly all of its rows. */
const LARGE = ['sales_fact_1997', 'sales_fact_1998', 'agg_pl_01_sales_fact_1997', 'agg_ll_01_sales_fact_1997', 'agg_c_special_sales_fact_1997', 'agg_c_14_sales_fact_1997', 'agg_lc_100_sales_fact_1997', 'agg_l_05_sales_fact_1997'];
/** Of names and status words in the private folder; the dump itself would be a thousand times as large. */
const TEMP_BYTES = 64 * 1024;

type Peer = 'bare' | 'proof' | 'age' | 'script';

interface Source {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Ours extends Watched {
  /** Of the whole process with all its children: start, dump, store, read-back. */
  readonly cpuMs: number;
  readonly seconds: number;
  readonly rawBytes: number;
  /** Milliseconds by part, from the result file. */
  readonly timing: Readonly<Record<string, number>>;
}

class Bed {
  readonly dir: string;
  readonly keys: Keys;
  readonly samples = new Samples();
  #made = 0;

  constructor(dir: string) {
    this.dir = dir;
    this.keys = makeKeys(dir);
    writeFileSync(join(dir, 'recipients'), this.keys.recipients.join('\n'));
  }

  /** One backup of the built action, as a job would start it; its temporary files and its folder are gone afterwards. */
  async ours(source: Source, change: Readonly<Record<string, string>> = {}): Promise<Ours> {
    this.#made += 1;
    const [folder = '', temp = '', files = ''] = ['store', 'temp', 'files'].map((name) => join(this.dir, `${name}${this.#made}`));
    mkdirSync(folder, { mode: 0o700 });
    for (const made of [temp, files]) mkdirSync(made);
    const runner = Object.fromEntries(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_PATH'].map((name) => [name, join(files, name)]));
    for (const file of Object.values(runner)) writeFileSync(file, '');
    const given = { 'database-url': source.url, 'stores': `file://${folder}`, 'identity': this.keys.identity, 'encryption': 'none', ...(change['encryption'] === 'age' && { recipients: this.keys.recipients.join('\n') }), ...change };
    const env = { ...source.env, ...runner, TMPDIR: temp, RUNNER_TEMP: temp, GITHUB_REPOSITORY: 'acme/shop', ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])) };
    const began = performance.now();
    const [file, ...args] = counted(process.execPath, ACTION);
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const watch = watchProcess(child.pid ?? 0, temp);
    const [said, cpuMs] = await Promise.all([text(child.stdout), cpuOf(child.stderr), once(child, 'close')]);
    const seconds = (performance.now() - began) / 1000;
    const watched = watch.stop();
    const outputs = readFileSync(join(files, 'GITHUB_OUTPUT'), 'utf8');
    if (child.exitCode !== 0 || !outputs.includes('verified')) throw new Error(`the built action ended with ${String(child.exitCode)}: ${said.split('\n').filter((line) => line.startsWith('::error')).join(' ')}`);
    const result: { readonly backup: { readonly rawBytes: number; readonly timing: Readonly<Record<string, number>> } } = JSON.parse(readFileSync(/^(\/.*\.json)$/m.exec(outputs)?.[1] ?? '', 'utf8'));
    for (const gone of [folder, temp, files]) rmSync(gone, { recursive: true, force: true });
    return { ...watched, cpuMs, seconds, rawBytes: result.backup.rawBytes, timing: result.backup.timing };
  }

  /** Milliseconds of a peer. */
  async peer(mode: Peer, server: TestServer, dumper: readonly string[]): Promise<{ readonly ms: number; readonly cpuMs: number }> {
    const began = performance.now();
    const [file, ...args] = counted('sh', SHELL, mode, join(this.dir, 'peer'), join(this.dir, 'recipients'), ...dumper);
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...server.env, AGE: programOf('age') ?? 'age' } });
    const cpu = cpuOf(child.stderr);
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`the peer ${mode} ended with ${String(code)}`);
    return { ms: performance.now() - began, cpuMs: await cpu };
  }
}

/** The command, and after it on stderr what it and all its children used of the processor. */
function counted(...command: readonly string[]): [string, ...string[]] {
  return ['bash', '-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', ...command];
}

async function cpuOf(stderr: Readable): Promise<number> {
  const said = await text(stderr);
  const [line = '', user, system] = /^cpu (\S+) (\S+)$/m.exec(said) ?? [];
  const rest = said.replace(line, '').trim();
  if (rest !== '') console.error(rest);
  return (Number(user) + Number(system)) * 1000;
}

export async function bench(context: BenchContext): Promise<void> {
  if (!existsSync(ACTION)) execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts')], { stdio: 'inherit' });
  using dir = proofDir();
  const bed = new Bed(dir.path);
  {
    await using server = await startDatabase('mariadb-10.11');
    await throughput(bed, server, context);
    await memory(bed, server, context);
  }
  await using server = await startDatabase('postgres-17');
  await parallel(bed, server, context);
}

async function throughput(bed: Bed, server: TestServer, { quick, figure, log }: BenchContext): Promise<void> {
  await loadSample(server, 'foodmart', 'shop');
  await repeat(server, quick ? 2 : 4);
  const source = { url: server.url(server.rootUser, server.rootPassword, 'shop'), env: server.env };
  const dumper = [server.bin('mariadb-dump'), `--host=${server.host}`, `--port=${server.port}`, `--user=${server.rootUser}`, `--password=${server.rootPassword}`, '--single-transaction', '--quick', '--routines', '--triggers', '--events', '--hex-blob', '--skip-lock-tables', '--no-tablespaces', '--default-character-set=utf8mb4', 'shop'];
  await using s3 = await startS3();
  await s3.makeBucket(BUCKET);
  const { samples } = bed;
  let raw = 0;
  let disk = 0;
  for (let round = 0; round < (quick ? 2 : 3); round += 1) {
    for (const mode of ['bare', 'proof', 'age', 'script'] as const) {
      const { ms, cpuMs } = await bed.peer(mode, server, dumper);
      samples.add(mode, ms);
      samples.add(`${mode} cpu`, cpuMs);
    }
    for (const [name, change] of [['ours', {}], ['ours-age', { encryption: 'age' }], ['ours-s3', s3Of(s3, `round${round}`)], ['ours-s3-age', { ...s3Of(s3, `sealed${round}`), encryption: 'age' }]] as const) {
      const done = await bed.ours(source, change);
      samples.add(`${name} dump+store`, done.timing['dump'] ?? Number.NaN);
      samples.add(`${name} read-back`, done.timing['read-back'] ?? Number.NaN);
      samples.add(`${name} cpu`, done.cpuMs);
      raw = done.rawBytes;
      disk = Math.max(disk, done.diskBytes);
    }
  }
  for (const line of samples.table()) log(line);
  const best = (name: string): number => samples.median(name);
  const seconds = best('ours dump+store') / 1000;
  log(`${(raw / MIB).toFixed(0)} MiB of SQL, ${(raw / MIB / seconds).toFixed(0)} MiB/s; bare \`dumper | zstd\` ${(raw / MIB / (best('bare') / 1000)).toFixed(0)} MiB/s; ours is ${(best('bare') / best('ours dump+store')).toFixed(2)} x bare`);
  const cpu = (name: string): string => (best(`${name} cpu`) / 1000).toFixed(1);
  log(`processor seconds of whole processes, ours with start and read-back: shell proof ${cpu('proof')}, with age ${cpu('age')}, ours ${cpu('ours')}, with age ${cpu('ours-age')}, into S3 ${cpu('ours-s3')}`);
  log(`bounded by the processor: ${cpus().length} cores for the database, its dumper, zstd, zstd -d and the tap; the S3 server takes its share of them too`);
  log(`read-back, apart: ${best('ours read-back').toFixed(0)} ms from a folder, ${best('ours-s3 read-back').toFixed(0)} ms from S3, ${best('ours-s3-age read-back').toFixed(0)} ms with decryption`);
  figure('backup-folder-vs-shell-proof', best('proof') / best('ours dump+store'), '>=', 0.8);
  figure('backup-folder-age-vs-shell-proof-age', best('age') / best('ours-age dump+store'), '>=', 0.75);
  figure('backup-s3-vs-shell-proof-without-store', best('proof') / best('ours-s3 dump+store'), '>=', 0.8);
  figure('backup-s3-age-vs-shell-proof-without-store', best('age') / best('ours-s3-age dump+store'), '>=', 0.75);
  figure('backup-both-sides-verified-vs-disk-gzip-copy', best('script') / (best('ours dump+store') + best('ours read-back')), '>=', 2);
  figure('backup-temp-disk-bytes', disk, '<=', TEMP_BYTES);
}

/** The large tables of Foodmart once more under other names, so that there are so many of each. */
async function repeat(server: TestServer, times: number): Promise<void> {
  for (let copy = 2; copy <= times; copy += 1) {
    for (const table of LARGE) await server.sql(`CREATE TABLE ${table}_${copy} AS SELECT * FROM ${table}`, { database: 'shop' });
  }
}

function s3Of(s3: TestS3, folder: string): Readonly<Record<string, string>> {
  return { 'stores': `s3://${BUCKET}/${folder}?endpoint=${s3.endpoint}`, 'access-key-id': s3.accessKeyId, 'secret-access-key': s3.secretAccessKey };
}

/** The dump of Foodmart played back with its rows repeated, so that its size is what is asked for; encrypted, into S3. */
async function memory(bed: Bed, server: TestServer, { quick, figure, log }: BenchContext): Promise<void> {
  const real = server.bin('mariadb-dump');
  const programs = new LyingPrograms(bed.dir, { 'mysqldump': real, 'mariadb-dump': real });
  const dump = execFileSync(real, [`--host=${server.host}`, `--port=${server.port}`, `--user=${server.rootUser}`, `--password=${server.rootPassword}`, '--single-transaction', '--routines', '--triggers', '--events', '--hex-blob', 'shop'], { env: server.env, maxBuffer: 2 * GIB });
  const end = dump.lastIndexOf('-- Dump completed');
  const at = dump.indexOf('INSERT INTO `sales_fact_1998`');
  const rows = dump.subarray(at, dump.indexOf('\n/*!', at) + 1);
  if (at < 0 || rows.length < MIB) throw new Error('the dump of Foodmart has no rows of sales_fact_1998');
  const files = { body: dump.subarray(0, end), rows, trailer: dump.subarray(end) };
  await using s3 = await startS3();
  await s3.makeBucket(BUCKET);
  const source = { url: server.url(server.rootUser, server.rootPassword, 'shop'), env: { ...server.env, PATH: `${programs.bin}:${server.env['PATH'] ?? SYSTEM_PATH}` } };
  for (const [name, bytes] of [['0.1-gb', 0.1e9], ['2-gb', 2e9]] as const) {
    if (quick && bytes > 1e9) continue;
    const times = Math.max(0, Math.ceil((bytes - dump.length) / rows.length));
    const script = `cat "$HERE/body"; i=0; while [ "$i" -lt ${times} ]; do cat "$HERE/rows"; i=$((i + 1)); done; cat "$HERE/trailer"`;
    for (const program of ['mysqldump', 'mariadb-dump']) programs.lie(program, script, files);
    const done = await bed.ours(source, { ...s3Of(s3, `memory-${name}`), encryption: 'age' });
    log(`the built action, ${(bytes / 1e9).toFixed(1)} GB of SQL into S3, encrypted and read back: ${done.seconds.toFixed(1)} s`);
    figure(`backup-memory-mib-at-${name}`, done.memoryBytes / MIB, '<=', 350);
  }
}

/** One stream and several over one snapshot, interleaved; the same tap for both. */
async function parallel(bed: Bed, server: TestServer, { quick, figure, log }: BenchContext): Promise<void> {
  await loadSample(server, 'foodmart', 'shop');
  // Streams cost their start, half a second of processor each: who asks for several has a large database.
  if (!quick) await repeat(server, 12);
  const source = { url: server.url(server.rootUser, server.rootPassword, 'shop'), env: server.env };
  const few = cpus().length < 4;
  let raw = 0;
  for (let round = 0; round < (quick ? 2 : 3); round += 1) {
    for (const streams of [1, 3]) {
      const done = await bed.ours(source, { parallel: String(streams) });
      raw = done.rawBytes;
      bed.samples.add(`postgres, ${streams} streams`, done.timing['dump'] ?? Number.NaN);
      bed.samples.add(`postgres, ${streams} streams cpu`, done.cpuMs);
    }
  }
  const [one, three] = [bed.samples.median('postgres, 1 streams'), bed.samples.median('postgres, 3 streams')];
  const cpu = (streams: number): string => (bed.samples.median(`postgres, ${streams} streams cpu`) / 1000).toFixed(1);
  log(`PostgreSQL, ${(raw / MIB).toFixed(0)} MiB: one stream ${one.toFixed(0)} ms and ${cpu(1)} s of processor, three ${three.toFixed(0)} ms and ${cpu(3)} s, on ${cpus().length} cores; each stream starts a pg_dump, two zstd, a pg_restore and a thread`);
  figure('backup-postgres-parallel-vs-one-stream', one / three, '>=', few ? 0.9 : 1.3);
}
