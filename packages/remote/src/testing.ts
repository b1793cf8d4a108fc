/** Real processes, time and randomness for the tests of this package; no test of another package needs it. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeExec, parseAbsolutePath, realClock, realRandom, type AbsolutePath, type Deps } from '@ops/shared';
import { HostSession } from './host-session.ts';
import { openSession, type SessionOptions } from './open-session.ts';
import type { Batch, HostTarget, LockHolder } from './session.ts';

export const SHELLS = ['dash', 'bash', 'busybox sh'];

export type TestDeps = Pick<Deps, 'exec' | 'env' | 'random' | 'clock' | 'context' | 'cleanup'> & { readonly undo: (() => Promise<void> | void)[] };

export function testDeps(tempDir: string, env: Readonly<Record<string, string | undefined>> = process.env): TestDeps {
  const undo: (() => Promise<void> | void)[] = [];
  return {
    exec: nodeExec,
    env,
    random: realRandom,
    clock: realClock,
    context: {
      repository: 'acme/shop', actor: 'kim', eventName: 'push', sha: '0'.repeat(40), runId: '4711', runAttempt: '1', job: 'deploy',
      runUrl: 'https://github.example.com/acme/shop/actions/runs/4711', apiUrl: '', serverUrl: '', workspace: tempDir, tempDir, event: {},
    },
    cleanup: { defer: (_title, step) => { undo.push(step); } },
    undo,
  };
}

/** A fresh app dir on this machine with everything of its own, and sessions to it that are closed when it goes. */
export class TestBench implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'ops-remote-test-'));
  readonly app: AbsolutePath;
  readonly deps: TestDeps;
  readonly #sessions: HostSession[] = [];

  constructor(app = '') {
    this.app = path(app === '' ? join(this.dir, 'my app') : app);
    // TMPDIR of its own: what a session leaves there can be seen.
    this.deps = testDeps(this.dir, { ...process.env, TMPDIR: this.dir });
  }

  target(name = 'local'): HostTarget {
    return { name, address: { kind: 'local' }, path: this.app, roles: ['web'] };
  }

  async open(options: Partial<SessionOptions> & { env?: Readonly<Record<string, string>> } = {}): Promise<HostSession> {
    const { env = {}, ...rest } = options;
    const session = await openSession(this.target(), undefined, { ...this.deps, env: { ...this.deps.env, ...env } }, { runId: '4711.1', ...rest });
    if (!(session instanceof HostSession)) throw new Error('not ours');
    this.#sessions.push(session);
    return session;
  }

  journal(): Record<string, unknown>[] {
    const parse = (line: string): Record<string, unknown> => JSON.parse(line);
    return readFileSync(join(this.app, '.deploy/journal.ndjson'), 'utf8').trim().split('\n').map(parse);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close()));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function path(text: string): AbsolutePath {
  const parsed = parseAbsolutePath(text);
  if (parsed === undefined) throw new Error(`no path: ${text}`);
  return parsed;
}

export function holder(actor = 'kim'): LockHolder {
  return { actor, runUrl: 'https://github.example.com/acme/shop/actions/runs/4711', runId: '4711.1', since: '2026-01-31T08:15:00.000Z' };
}

export function batch(script: string, more: Partial<Batch> = {}): Batch {
  return { title: 'test', script, values: {}, critical: false, timeoutMs: 20_000, ...more };
}

/** A PATH with everything of this machine except some tools. */
export function pathWithout(dir: string, ...missing: readonly string[]): string {
  const bin = join(dir, `bin-without-${missing.join('-')}`);
  if (existsSync(bin)) return bin;
  mkdirSync(bin);
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).toReversed().filter((one) => existsSync(one) && !one.includes('node_modules'))) {
    for (const tool of readdirSync(folder)) {
      if (!missing.includes(tool) && !existsSync(join(bin, tool))) symlinkSync(join(folder, tool), join(bin, tool));
    }
  }
  return bin;
}

/** Polls until the condition holds; the test's own timeout ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

/** Processes whose environment contains the text, read from /proc. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return pid !== process.pid && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(text);
    } catch {
      return false;
    }
  });
}
