/**
 * Start-up CPU of each built action, side by side with `@actions/core` alone. An action is given an unknown input, so it starts, reads
 * inputs, reports and ends; the peer bundle imports core and ends. Both run in turn in one process environment, medians are compared.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface BenchIo {
  readonly quick: boolean;
  readonly figure: (name: string, value: number, op: '<=' | '>=', goal: number) => void;
  readonly log: (line: string) => void;
}

const root = resolve(import.meta.dirname, '..');
const GOAL = 1.3;
/** Prints the CPU time of its own process after everything else, whatever the main module did. */
const METER = "process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').writeSync(3, String((user + system) / 1000)); });";

export async function bench({ quick, figure, log }: BenchIo): Promise<void> {
  const release = join(root, 'build/release');
  if (!existsSync(release)) execFileSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' });
  const dir = mkdtempSync(join(tmpdir(), 'ops-startup-'));
  try {
    const meter = join(dir, 'meter.cjs');
    writeFileSync(meter, METER);
    const core = bundleCore(dir);
    for (const name of readdirSync(release).filter((entry) => existsSync(join(release, entry, 'dist/index.js'))).sort()) {
      const mains = [['', 'dist/index.js'], [' post', 'dist/post/index.js']].flatMap(([what = '', file = '']) => (existsSync(join(release, name, file)) ? [{ what, file: join(release, name, file) }] : []));
      for (const { what, file } of mains) {
        const { ours, theirs } = sideBySide(file, core, meter, dir, quick ? 5 : 25);
        log(`${name}${what}: ${ours.toFixed(0)} ms CPU, @actions/core alone ${theirs.toFixed(0)} ms`);
        figure(`startup-${name}${what.replace(' ', '-')}`, ours / theirs, '<=', GOAL);
      }
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A bundle of core alone, made as our actions are. */
function bundleCore(dir: string): string {
  const entry = join(root, 'bench', `.startup-core-${process.pid}.mjs`);
  // Inside the repository, because the bundler looks for core from there.
  writeFileSync(entry, "import { getInput } from '@actions/core';\nif (getInput('x') !== '') process.exitCode = 1;\n");
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/@vercel/ncc/dist/ncc/cli.js'), 'build', entry, '--no-cache', '--out', join(dir, 'core'), '--quiet'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  } finally {
    rmSync(entry);
  }
  return join(dir, 'core', readdirSync(join(dir, 'core')).find((file) => /^index\.m?js$/.test(file)) ?? 'index.js');
}

/** Medians of `rounds` runs of each, in turn, after one that warms the disk's cache. */
function sideBySide(ours: string, theirs: string, meter: string, dir: string, rounds: number): { readonly ours: number; readonly theirs: number } {
  const [mine, peer]: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round += 1) {
    const [a, b] = [cpuMs(ours, meter, dir), cpuMs(theirs, meter, dir)];
    if (round >= 0) { mine.push(a); peer.push(b); }
  }
  return { ours: median(mine), theirs: median(peer) };
}

function cpuMs(main: string, meter: string, dir: string): number {
  const env = { PATH: process.env['PATH'], HOME: dir, GITHUB_WORKSPACE: dir, RUNNER_TEMP: dir, INPUT_NO_SUCH_INPUT: 'x' };
  const run = spawnSync(process.execPath, ['--require', meter, main], { env, cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const ms = Number(run.output[3]);
  if (run.error !== undefined || !(ms > 0)) throw new Error(`${main} could not be measured: ${run.stderr}`);
  return ms;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
