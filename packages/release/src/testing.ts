/** For tests: sessions that run batches on this machine without a supervisor, and the dependencies of a run. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch, BatchResult, HostTarget, Session } from '@ops/remote';
import { CancelledError, milliseconds, parseAbsolutePath, UserError, type AbsolutePath, type Clock, type Exec, type Log } from '@ops/shared';

/** What a test may do between two batches: throw to fail it, return to let it run. */
export type Meddle = (host: string, batch: string) => void;

/** A clock that jumps: sleeping costs nothing. */
export function jumpingClock(): Clock {
  let now = Date.UTC(2026, 0, 31, 8, 15, 0);
  return {
    now: () => milliseconds(now),
    monotonic: () => milliseconds(now),
    sleep: (ms, signal) => {
      if (signal?.aborted === true) return Promise.reject(new CancelledError('waiting'));
      now += ms;
      return Promise.resolve();
    },
  };
}

/** Keeps what was logged. */
export function memoryLog(lines: string[]): Log {
  const say = (line: string): void => void lines.push(line);
  return { info: say, debug: () => {}, notice: say, warning: say, error: say, group: (_title, body) => body(), foreign: (prefix, text) => say(`${prefix} | ${text}`) };
}

export function absolute(path: string): AbsolutePath {
  const parsed = parseAbsolutePath(path);
  if (parsed === undefined) throw new Error(`${path} is not absolute`);
  return parsed;
}

/** Runs real processes, synchronously: enough for tar and git. */
export function plainExec(start: Exec['start']): Exec {
  return {
    run: ({ file, args, env, cwd }) => {
      const result = spawnSync(file, [...args], { env: { ...env }, ...(cwd === undefined ? {} : { cwd }), encoding: 'utf8' });
      return Promise.resolve({ exit: result.status ?? 127, stdout: result.stdout ?? '', stderr: result.stderr ?? '', timedOut: false, cancelled: false });
    },
    start,
  };
}

/** A folder with a `sync` that does nothing: these tests cut no power, and a busy disk would make each commit wait. */
function withoutSync(path: string): string {
  const folder = join(path, '..', 'bin');
  if (!existsSync(folder)) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'sync'), '#!/bin/sh\n', { mode: 0o755 });
  }
  return folder;
}

/** A session whose host is this machine. Holds the lock as a file; `meddle` runs before each batch. */
export class PlainSession implements Session {
  readonly target: HostTarget;
  readonly #meddle: Meddle;
  roundTrips = 0;
  fence: number | undefined;
  armed: string | undefined;

  constructor(target: HostTarget, meddle: Meddle = () => {}) {
    this.target = target;
    this.#meddle = meddle;
  }

  run(batch: Batch, signal?: AbortSignal): Promise<BatchResult> {
    if (signal?.aborted === true) return Promise.reject(new CancelledError(batch.title));
    try {
      this.#meddle(this.target.name, batch.title);
      if (batch.lock !== undefined) this.#lock(batch.lock.holder.runId);
      return Promise.resolve(this.#spawn(batch));
    } catch (thrown) {
      return Promise.reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }

  #lock(runId: string): void {
    const state = join(this.target.path, '.deploy');
    mkdirSync(state, { recursive: true });
    const journal = join(state, 'journal.ndjson');
    const file = join(state, 'lock');
    if (existsSync(file) && readFileSync(file, 'utf8') !== `${runId} ${this.target.name}`) throw new UserError({ reason: 'lock', message: `${this.target.name} is locked by ${readFileSync(file, 'utf8')}.` });
    writeFileSync(file, `${runId} ${this.target.name}`);
    const last = existsSync(journal) ? /.*"fence":(\d+)/s.exec(readFileSync(journal, 'utf8'))?.[1] : undefined;
    this.fence = Number(last ?? 0) + 1;
    writeFileSync(journal, `${JSON.stringify({ phase: 'lock', run: runId, fence: this.fence })}\n`, { flag: 'a' });
  }

  #spawn(batch: Batch): BatchResult {
    this.roundTrips += 1;
    // The host owns what was uploaded: it may move it away.
    const payload = batch.payload === undefined ? undefined : `${batch.payload.file}.${this.target.name}`;
    if (batch.payload !== undefined && payload !== undefined) copyFileSync(batch.payload.file, payload);
    const env = {
      PATH: `${withoutSync(this.target.path)}:${process.env['PATH'] ?? ''}`, HOME: '/nonexistent', ...batch.values,
      ...Object.fromEntries(Object.entries(batch.secrets ?? {}).map(([name, secret]) => [name, secret.reveal()])),
      ...(payload === undefined ? {} : { OPS_PAYLOAD: payload }),
    };
    const result = spawnSync('sh', ['-c', batch.script], { env, cwd: existsSync(this.target.path) ? this.target.path : '/', encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return { exit: result.status ?? 1, stdout: result.stdout, stderr: result.stderr, ms: 1, timedOut: false, ...(this.fence === undefined ? {} : { fence: this.fence }) };
  }

  arm(title: string): void {
    this.armed = title;
  }

  disarm(): void {
    this.armed = undefined;
  }

  unlock(): Promise<void> {
    if (this.fence !== undefined) rmSync(join(this.target.path, '.deploy', 'lock'), { force: true });
    this.fence = undefined;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.unlock();
  }
}
