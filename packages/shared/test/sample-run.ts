import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILES = { main: join(import.meta.dirname, 'sample-action.ts'), post: join(import.meta.dirname, 'sample-post.ts') };

export interface SampleRun {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly outputs: string;
  readonly state: string;
  readonly summary: string;
  readonly result: Readonly<Record<string, unknown>> | undefined;
  /** Processes that carry the run's mark in their environment and live on. */
  readonly survivors: number;
}

export interface SampleOptions {
  readonly with?: Readonly<Record<string, string>>;
  readonly opsFile?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sent when the action has printed `ready`. */
  readonly signal?: NodeJS.Signals;
  /** SIGKILL that long after the signal, as a platform does that is tired of waiting. */
  readonly killAfterMs?: number;
  /** Nobody reads stdout. */
  readonly deafAfterStart?: boolean;
}

/** Runs the sample action in a process of its own, in the environment of a runner. */
export async function runSample(mode: string, options: SampleOptions = {}, phase: keyof typeof FILES = 'main'): Promise<SampleRun> {
  const dir = mkdtempSync(join(tmpdir(), 'ops-sample-'));
  try {
    const file = (name: string, text = ''): string => { writeFileSync(join(dir, name), text); return join(dir, name); };
    mkdirSync(join(dir, '.github'));
    if (options.opsFile !== undefined) writeFileSync(join(dir, '.github/ops.yml'), options.opsFile);
    const mark = `OPS_SAMPLE=${dir}`;
    const env = {
      PATH: process.env['PATH'], OPS_SAMPLE: dir, GITHUB_WORKSPACE: dir, RUNNER_TEMP: dir, GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_OUTPUT: file('output'), GITHUB_STATE: file('state'), GITHUB_STEP_SUMMARY: file('summary'), ...options.env,
      ...Object.fromEntries(Object.entries(options.with ?? {}).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    };
    const child = spawn(process.execPath, ['--no-warnings', FILES[phase], mode], { env, cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    let patience: NodeJS.Timeout | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (options.signal === undefined || !/^ready$/m.test(stdout) || child.killed) return;
      child.kill(options.signal);
      if (options.killAfterMs !== undefined) patience = setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
    });
    if (options.deafAfterStart === true) child.stdout.destroy();
    child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
    const [exit, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done) => { child.once('close', (code, by) => done([code, by])); });
    clearTimeout(patience);
    const outputs = readFileSync(join(dir, 'output'), 'utf8');
    const resultFile = /result-json<<(\S+)\n(.*)\n\1/.exec(outputs)?.[2];
    return {
      exit, signal, stderr, outputs, lines: stdout.trimEnd().split('\n'), state: readFileSync(join(dir, 'state'), 'utf8'), summary: readFileSync(join(dir, 'summary'), 'utf8'),
      result: resultFile === undefined || !existsSync(resultFile) ? undefined : JSON.parse(readFileSync(resultFile, 'utf8')),
      survivors: survivors(mark),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function survivors(mark: string): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
    } catch {
      return false;
    }
  }).length;
}
