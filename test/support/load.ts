/** Readers: they ask the hosts all the time while a test does something to them, and count what they got. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ReaderPlan, UrlReport } from './bed/reader.ts';
import type { TestNetwork } from './hosts.ts';

export type { UrlReport } from './bed/reader.ts';

const READER = fileURLToPath(new URL('bed/reader.ts', import.meta.url));

export interface LoadOptions {
  /** Over all URLs together, default 50. A Laravel answer costs some 10 ms of processor. */
  readonly perSecond?: number;
  /** The readers stop by themselves after this time, default 120 s. */
  readonly forMs?: number;
  /** Of one request, default 5 s. */
  readonly timeoutMs?: number;
}

export interface Load extends AsyncDisposable {
  /** Stops asking, waits for the answers under way, and resolves with what was seen of each URL. Call it once. */
  stop(): Promise<Readonly<Record<string, UrlReport>>>;
}

/** Starts readers of these URLs in the runner's network. */
export async function startLoad(network: TestNetwork, urls: readonly string[], options: LoadOptions = {}): Promise<Load> {
  const plan: ReaderPlan = { urls, perSecond: options.perSecond ?? 50, forMs: options.forMs ?? 120_000, timeoutMs: options.timeoutMs ?? 5_000 };
  const [file, ...args] = network.wrap([process.execPath, '--no-warnings', READER, JSON.stringify(plan)]);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
  child.stdin.on('error', () => undefined); // it stopped by itself
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.value !== 'ready') throw new Error('the readers did not start');
  return {
    async stop() {
      child.stdin.end();
      const report = await lines.next();
      await ended;
      if (report.done === true) throw new Error('the readers ended without a report');
      const seen: Record<string, UrlReport> = JSON.parse(report.value);
      return seen;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** How many requests of a report got no answer, or one of 500 and more. */
export function failuresOf(report: UrlReport): number {
  const statuses = Object.entries(report.statuses).filter(([status]) => Number(status) >= 500);
  return [...statuses, ...Object.entries(report.errors)].reduce((sum, [, times]) => sum + times, 0);
}
