/** Throughput and memory of a stream, side by side with plain `ssh host cat` over loopback, and with plain `cat` for local targets. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStream, prepareSsh, type SshAccess, type StreamTarget } from '@ops/remote';
import { Secret } from '@ops/shared';
import { testDeps, type TestDeps } from '../packages/remote/src/testing.ts';
import { startNetwork } from '../test/support/hosts.ts';
import type { BenchContext } from './run.ts';

const SIZE_BYTES = 1 << 30;
const MIB = 1 << 20;

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
    const target: StreamTarget = { name: 'app1', address: { kind: 'ssh', user: 'deploy', host: address, port: 22 } };
    const script = `head -c ${SIZE_BYTES} /dev/zero`;
    const plain = network.wrap(['ssh', '-F', access.configFile, '-T', '-l', 'deploy', '--', address, script]);
    const rounds = quick ? 2 : 5;
    const [ours, theirs]: [number[], number[]] = [[], []];
    let grown = 0;
    for (let round = 0; round < rounds; round += 1) {
      theirs.push(await timePlain(plain));
      const run = await timeStream(target, access, deps, script);
      ours.push(run.ms);
      grown = Math.max(grown, run.grownMib);
    }
    log(`1 GiB over ssh: ${Math.min(...ours).toFixed(0)} ms by a stream, ${Math.min(...theirs).toFixed(0)} ms by plain ssh`);
    figure('stream-ssh-throughput', Math.min(...theirs) / Math.min(...ours), '>=', 0.9);
    figure('stream-memory-growth-mib', grown, '<=', 64);
  } finally {
    for (const step of real.undo) await step();
    await network[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function timePlain([file, ...args]: readonly [string, ...string[]]): Promise<number> {
  const began = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => { bytes += chunk.length; });
  await new Promise((resolve) => { child.once('close', resolve); });
  if (bytes !== SIZE_BYTES) throw new Error(`plain ssh brought ${bytes} bytes`);
  return performance.now() - began;
}

async function timeStream(target: StreamTarget, access: SshAccess, deps: TestDeps, script: string): Promise<{ ms: number; grownMib: number }> {
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const stream = openStream(target, access, deps, { title: 'bench', script });
  let [bytes, peak] = [0, before];
  for await (const chunk of stream.stdout) {
    if (!Buffer.isBuffer(chunk)) throw new Error('not bytes');
    bytes += chunk.length;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  const exit = await stream.exit;
  if (bytes !== SIZE_BYTES || exit.lost) throw new Error(`the stream brought ${bytes} bytes: ${exit.cause?.message ?? ''}`);
  return { ms: performance.now() - began, grownMib: (peak - before) / MIB };
}
