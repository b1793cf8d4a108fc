/** Throughput and memory of streams in both directions, side by side with plain ssh over loopback. */
import { spawn } from 'node:child_process';
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openStream, prepareSsh, type RemoteStream, type SshAccess, type StreamTarget } from '@ops/remote';
import { Secret } from '@ops/shared';
import { testDeps, type TestDeps } from '../packages/remote/src/testing.ts';
import { startNetwork } from '../test/support/hosts.ts';
import type { BenchContext } from './run.ts';

const MIB = 1 << 20;
const REMOTE_FILE = '/tmp/bench-stream';

interface Bed {
  readonly file: string;
  readonly bytes: number;
  /** ssh to the host, its stdin and stdout files. */
  plain(command: string, from: string): Promise<number>;
  stream(script: string): RemoteStream;
}

interface Sample {
  readonly ms: number;
  readonly grownMib: number;
}

export async function bench({ quick, figure, log }: BenchContext): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ops-bench-stream-'));
  const network = await startNetwork([{ name: 'app1', os: 'bookworm' }]);
  const real = testDeps(dir);
  const deps: TestDeps = { ...real, exec: { ...real.exec, start: (command) => {
    const [file, ...args] = network.wrap([command.file, ...command.args]);
    return real.exec.start({ ...command, file, args });
  } } };
  try {
    const { address } = network.host('app1');
    const access = await prepareSsh({ key: new Secret(readFileSync(network.keyFile, 'utf8')), knownHosts: network.knownHosts, bastion: undefined, connectTimeoutMs: 10_000 }, deps);
    const bytes = (quick ? 512 : 1024) * MIB;
    // Sparse files: the page cache serves them, no disk plays a part.
    const file = join(dir, 'file');
    writeFileSync(file, '');
    truncateSync(file, bytes);
    await network.host('app1').exec(`truncate -s ${bytes} ${REMOTE_FILE} && chmod 644 ${REMOTE_FILE}`);
    const bed = openBed(network.wrap(['ssh', '-F', access.configFile, '-T', '-l', 'deploy', '--', address]), access, address, deps, file, bytes);
    await compare('down', down, bed, quick ? 3 : 6, { figure, log, goal: 0.9 });
    await compare('up', up, bed, quick ? 3 : 6, { figure, log, goal: 0.8 });
  } finally {
    for (const step of real.undo) await step();
    await network[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  }
}

function openBed(ssh: readonly [string, ...string[]], access: SshAccess, address: string, deps: TestDeps, file: string, bytes: number): Bed {
  const target: StreamTarget = { name: 'app1', address: { kind: 'ssh', user: 'deploy', host: address, port: 22 } };
  return {
    file, bytes,
    async plain(command, from) {
      const [program, ...args] = ssh;
      const input = openSync(from, 'r');
      const began = performance.now();
      const child = spawn(program, [...args, command], { stdio: [input, 'ignore', 'inherit'] });
      const exit = await new Promise((resolve) => { child.once('close', resolve); });
      closeSync(input);
      if (exit !== 0) throw new Error(`plain ssh ended with ${String(exit)}`);
      return performance.now() - began;
    },
    stream: (script) => openStream(target, access, deps, { title: 'bench', script }),
  };
}

/** Alternating rounds, so that what else the machine does meets both; the best of each counts. */
async function compare(name: 'down' | 'up', way: (bed: Bed) => Promise<{ plainMs: number; ours: Sample }>, bed: Bed, rounds: number, { figure, log, goal }: Pick<BenchContext, 'figure' | 'log'> & { goal: number }): Promise<void> {
  const [ours, theirs, grown]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    const sample = await way(bed);
    theirs.push(sample.plainMs);
    ours.push(sample.ours.ms);
    grown.push(sample.ours.grownMib);
  }
  const mib = bed.bytes / MIB;
  const rate = (ms: readonly number[]): string => ms.map((one) => Math.round(mib / one * 1000)).join(' ');
  log(`${name}, ${mib} MiB over ssh, MiB/s by round: stream ${rate(ours)}; plain ssh ${rate(theirs)}`);
  figure(`stream-${name}-throughput`, Math.min(...theirs) / Math.min(...ours), '>=', goal);
  // The first round also grows what every later one finds grown: code, and the heap's free pages.
  figure(`stream-${name}-memory-growth-mib`, Math.max(...grown.slice(1)), '<=', 48);
}

async function down(bed: Bed): Promise<{ plainMs: number; ours: Sample }> {
  const command = `cat ${REMOTE_FILE}`;
  const plainMs = await bed.plain(command, '/dev/null');
  const ours = await measure(async () => {
    const stream = bed.stream(command);
    let bytes = 0;
    stream.stdout.on('data', (chunk: Buffer) => { bytes += chunk.length; });
    await check(stream);
    if (bytes !== bed.bytes) throw new Error(`the stream brought ${bytes} bytes`);
  });
  return { plainMs, ours };
}

async function up(bed: Bed): Promise<{ plainMs: number; ours: Sample }> {
  const command = 'cat >/dev/null';
  const plainMs = await bed.plain(command, bed.file);
  const ours = await measure(async () => {
    const stream = bed.stream(command);
    stream.stdout.resume();
    await Promise.all([pipeline(createReadStream(bed.file, { highWaterMark: 262_144 }), stream.stdin), check(stream)]);
  });
  return { plainMs, ours };
}

async function check(stream: RemoteStream): Promise<void> {
  const { exit, lost, cause } = await stream.exit;
  if (lost || exit !== 0) throw new Error(`the stream ended with ${exit}: ${cause?.message ?? ''}`);
}

async function measure(run: () => Promise<void>): Promise<Sample> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()); }, 50);
  const began = performance.now();
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return { ms: performance.now() - began, grownMib: (peak - before) / MIB };
}
