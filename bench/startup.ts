/**
 * Start-up CPU of each built action, side by side with `@actions/core` alone. An action is given an unknown input, so it starts, reads
 * inputs, reports and ends; the peer bundle imports core and ends. All run in turn, round by round, and medians are compared.
 * Because an action loads the rest of its code only for good inputs, a second figure goes further: from the start of deploy to the
 * first thing it does to a host, one that refuses the connection at once.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BenchContext } from './run.ts';

/** One process to measure. */
export interface Start {
  readonly name: string;
  /** A built main module. */
  readonly main: string;
  readonly env: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, '..');
const release = join(root, 'build/release');
/** The limit for a start, as a multiple of core alone. */
export const STARTUP_GOAL = 1.3;
/** As one bundle, before anything was loaded late, it took 1.6 to 1.9 times as much as core; loading late must not cost more. */
const FIRST_STEP_GOAL = 1.9;
/** Prints the CPU time of its own process after everything else, whatever the main module did. */
const METER = "process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').writeSync(3, String((user + system) / 1000)); });";

export async function bench({ quick, figure, log }: BenchContext): Promise<void> {
  if (!existsSync(release)) execFileSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' });
  using lab = new Lab();
  const starts = startsOf(release);
  const further = existsSync(join(release, 'deploy/dist/index.js')) ? [lab.firstStep(join(release, 'deploy/dist/index.js'))] : [];
  const { core, ours } = lab.sideBySide([...starts, ...further], quick ? 5 : 25);
  for (const { name, ms } of ours) log(`${name}: ${ms.toFixed(0)} ms CPU, @actions/core alone ${core.toFixed(0)} ms`);
  for (const [at, { name, ms }] of ours.entries()) figure(name, ms / core, '<=', at < starts.length ? STARTUP_GOAL : FIRST_STEP_GOAL);
}

/** The main module and the post step of every action of a release tree, each started with an input that it does not have. */
export function startsOf(tree: string): Start[] {
  return readdirSync(tree).sort().flatMap((action) => [['', 'dist/index.js'], ['-post', 'dist/post/index.js']].flatMap(([what = '', file = '']) => {
    const main = join(tree, action, file);
    return existsSync(main) ? [{ name: `startup-${action}${what}`, main, env: { INPUT_NO_SUCH_INPUT: 'x' } }] : [];
  }));
}

/** A folder with the meter, the bundle of core and a home for the runs. */
export class Lab implements Disposable {
  readonly #dir = mkdtempSync(join(tmpdir(), 'ops-startup-'));
  readonly #meter = join(this.#dir, 'meter.cjs');
  readonly #core: Start;

  constructor() {
    writeFileSync(this.#meter, METER);
    this.#core = { name: 'core', main: bundleCore(this.#dir), env: { INPUT_NO_SUCH_INPUT: 'x' } };
  }

  /** Medians of `rounds` runs of each and of core, in turn, after one that warms the disk's cache. */
  sideBySide(starts: readonly Start[], rounds: number): { readonly core: number; readonly ours: readonly { readonly name: string; readonly ms: number }[] } {
    const times = [this.#core, ...starts].map((start) => ({ start, ms: Array<number>() }));
    for (let round = -1; round < rounds; round += 1) {
      for (const { start, ms } of times) {
        const spent = this.#cpuMs(start);
        if (round >= 0) ms.push(spent);
      }
    }
    const [core, ...ours] = times.map(({ start, ms }) => ({ name: start.name, ms: median(ms) }));
    return { core: core?.ms ?? Number.NaN, ours };
  }

  /** A deploy with good inputs, up to a host where nothing listens: port 1 needs no server to refuse. */
  firstStep(main: string): Start {
    const key = join(this.#dir, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    mkdirSync(join(this.#dir, 'app'));
    writeFileSync(join(this.#dir, 'app/index.php'), '<?php\n');
    const hostKey = readFileSync(`${key}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    const inputs = {
      hosts: 'deploy@127.0.0.1:1 path=/srv/app', 'ssh-key': readFileSync(key, 'utf8'), 'known-hosts': `[127.0.0.1]:1 ${hostKey}`,
      source: 'app', ref: 'a'.repeat(40), health: 'none', backup: 'never', 'backup-reason': 'nothing is deployed',
    };
    return { name: 'first-step-deploy', main, env: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])) };
  }

  #cpuMs({ main, env }: Start): number {
    const base = { PATH: process.env['PATH'], HOME: this.#dir, GITHUB_WORKSPACE: this.#dir, RUNNER_TEMP: this.#dir };
    const run = spawnSync(process.execPath, ['--require', this.#meter, main], { env: { ...base, ...env }, cwd: this.#dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    const ms = Number(run.output[3]);
    if (run.error !== undefined || !(ms > 0)) throw new Error(`${main} could not be measured: ${run.stderr}`);
    // A run that fell over before it did its work would look fast.
    if (env['INPUT_HOSTS'] !== undefined && !run.stdout.includes('refuses the connection')) throw new Error(`${main} did not come to its host:\n${run.stdout.split('\n').filter((line) => !line.includes('add-mask')).join('\n')}`);
    return ms;
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
