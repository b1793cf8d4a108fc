/** A place on this machine, a program that plays the dumper, and a store in memory: for tests of the pipeline alone. */
import { expect } from '@jest/globals';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BackupFault, storeArtifact, type ArtifactRequest, type Codec, type Progress, type Scan } from '../../packages/backup/src/index.ts';
import { localPlace, MemoryStore } from '../../packages/backup/src/testing.ts';

export const TAP = pathToFileURL(join(import.meta.dirname, '../../packages/backup/src/pipeline/tap-worker.ts'));
export const PLAIN: Codec = { compression: 'zstd', level: 3, encryption: 'none', recipients: [] };
export const WAIT_MS = 60_000;

/** A few rows as mysqldump writes them, `count` times. */
export const rows = (count: number): string => `CREATE TABLE \`t\` (\`id\` int);\n${"INSERT INTO `t` VALUES (1,'a;\\'b'),(2,'(c)');\n".repeat(count)}`;
export const TRAILER = '-- Dump completed on 2026-11-25 12:00:00\n';

export class Bench {
  readonly dir = mkdtempSync(join(tmpdir(), 'ops-pipeline-test-'));
  readonly store: MemoryStore;
  readonly seen: string[] = [];
  readonly progress: Progress[] = [];
  readonly scans: Scan[] = [];
  readonly abort = new AbortController();

  constructor(store = new MemoryStore()) {
    this.store = store;
  }

  /** A program that plays the dumper. */
  program(name: string, script: string): string {
    const path = join(this.dir, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  request(script: string, more: Partial<ArtifactRequest> = {}): ArtifactRequest {
    const program = this.program('dumper', script);
    return {
      place: localPlace({ ...process.env, TMPDIR: this.dir, OPS_TEST_MARK: this.dir, PATH: `${this.dir}/bin:${process.env['PATH'] ?? ''}` }),
      plan: { name: 'dump', commands: [{ id: 'dump', program, args: [] }], scan: 'mysql' },
      login: { files: [], env: {} }, codec: PLAIN, store: this.store, segmentKey: (index) => `data/x.${index}`, tier: 'daily', estimateBytes: 1000, parallel: 1,
      onProgress: (progress) => this.progress.push(progress), onUpload: (key) => this.seen.push(key), approve: (scan) => { this.scans.push(scan); return Promise.resolve(); },
      signal: this.abort.signal, workers: { tap: TAP }, ...more,
    };
  }

  /** The fault of a run that must fail, after looking that nothing is left of it. */
  async fails(request: ArtifactRequest): Promise<BackupFault> {
    const outcome: unknown = await storeArtifact(request).then((stored) => stored, (thrown: unknown) => thrown);
    if (!(outcome instanceof BackupFault)) throw new Error(`it did not fail with a BackupFault: ${JSON.stringify(outcome)} ${String(outcome)}`);
    await this.nothingLeft();
    expect([...this.store.objects.keys()]).toEqual([]);
    expect(await this.store.unfinished('')).toEqual([]);
    return outcome;
  }

  marked(): string[] {
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid)).filter((pid) => {
      try {
        if (readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`OPS_TEST_MARK=${this.dir}`)) return true;
        // Decoders are children of this process, whose environment knows no mark. One that nobody has reaped yet is gone.
        const [state, parent] = (readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1) ?? '').split(' ');
        return parent === String(process.pid) && state !== 'Z' && /^(zstd|gzip|pg_restore)/.test(readFileSync(`/proc/${pid}/comm`, 'latin1'));
      } catch { return false; }
    });
  }

  async nothingLeft(): Promise<void> {
    await until(() => this.marked().length === 0 && !readdirSync(this.dir).some((name) => name.startsWith('ops-stream')), () => `processes ${this.marked().join(' ')}, files ${readdirSync(this.dir).join(' ')}`);
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export async function until(condition: () => boolean, what: () => string = () => condition.toString()): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${WAIT_MS} ms: ${what()}`);
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
}

/** Kills the first process of the bench whose command line fits. */
export async function killed(bench: Bench, pattern: RegExp, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const find = (): string | undefined => bench.marked().find((pid) => {
    try { return pattern.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')); } catch { return false; }
  });
  await until(() => find() !== undefined);
  process.kill(Number(find()), signal);
}
