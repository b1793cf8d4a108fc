/** Backups in a MemoryStore, as a run would have left them. For tests. */
import { createHash } from 'node:crypto';
import type { Random } from '@ops/shared';
import { MemoryStore } from '../testing.ts';
import type { Tier } from '../stores/store.ts';
import { newStampedId } from './backup-id.ts';
import { segmentKey } from './keys.ts';
import { readCatalog, type Catalog, type CatalogEntry } from './list.ts';
import type { Manifest } from './manifest.ts';
import { publishManifest, publishVerdict, type Published } from './publish.ts';
import type { Signer, TrustedSigners } from './sign.ts';

export const DAY = 86_400_000;
export const NOW = Date.UTC(2026, 10, 25, 12);
export const SOURCE = 'production-shop';
export const forever = new AbortController().signal;

/** Random that never repeats and is the same in every run. */
export function countingRandom(): Random {
  let count = 0;
  const hex = (bytes: number): string => createHash('sha256').update(String(count += 1)).digest('hex').repeat(Math.ceil(bytes / 32)).slice(0, bytes * 2);
  return { hex, fraction: () => 0.5 };
}

const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export interface BackupOptions {
  readonly agoMs?: number;
  readonly tier?: Tier;
  readonly source?: string;
  /** Bytes of each segment of each artifact; stored as they are. */
  readonly artifacts?: Readonly<Record<string, readonly string[]>>;
  /** Verdicts that follow, in this order, an hour apart. */
  readonly verdicts?: readonly (readonly ['verify' | 'drill', 'pass' | 'fail'])[];
  readonly change?: Partial<Manifest>;
  /** Leave out the manifest: an orphan. */
  readonly unpublished?: boolean;
}

/** One store and the time in it. */
export class Shelf {
  nowMs = NOW;
  readonly random = countingRandom();
  readonly store: MemoryStore;
  signer: Signer | undefined;

  constructor(make: (now: () => number) => MemoryStore = (now) => new MemoryStore({ now })) {
    this.store = make(() => this.nowMs);
  }

  /** A backup as a run at that time would have left it. */
  async backup(options: BackupOptions = {}): Promise<Published> {
    const { source = SOURCE, tier = 'daily', artifacts = { dump: ['dump'] } } = options;
    const now = this.nowMs;
    this.nowMs = now - (options.agoMs ?? 0);
    const id = newStampedId(this.nowMs, this.random);
    for (const [name, segments] of Object.entries(artifacts)) {
      for (const [at, body] of segments.entries()) await this.store.create(segmentKey(source, tier, id, name, at + 1), Buffer.from(body), tier, forever);
    }
    const manifest = { ...manifestOf({ source, tier, id, artifacts, atMs: this.nowMs }), ...options.change };
    const published = options.unpublished === true ? { store: this.store.name, key: '', manifest, sha256: '' } : await publishManifest(this.store, manifest, this.signer, forever);
    for (const [kind, verdict] of options.verdicts ?? []) {
      this.nowMs += 3_600_000;
      await this.verdict(published, kind, verdict);
    }
    this.nowMs = now;
    return published;
  }

  async verdict(published: Published, kind: 'verify' | 'drill', verdict: 'pass' | 'fail'): Promise<void> {
    await publishVerdict(this.store, published, { kind, verdict, checks: [], atMs: this.nowMs, runUrl: 'https://github.com/acme/shop/actions/runs/1' }, { random: this.random, signer: this.signer, signal: forever });
  }

  catalog(trusted?: TrustedSigners, source = SOURCE): Promise<Catalog> {
    return readCatalog(this.store, { source, trusted, nowMs: this.nowMs, signal: forever });
  }

  async entry(id: string): Promise<CatalogEntry> {
    const found = (await this.catalog()).entries.find(({ manifest }) => manifest.id === id);
    if (found === undefined) throw new Error(`no backup ${id}`);
    return found;
  }

  keys(part = ''): string[] {
    return [...this.store.objects.keys()].filter((key) => key.includes(part)).sort();
  }
}

function manifestOf(of: { readonly source: string; readonly tier: Tier; readonly id: string; readonly artifacts: Readonly<Record<string, readonly string[]>>; readonly atMs: number }): Manifest {
  const at = new Date(of.atMs).toISOString();
  return {
    version: 1, id: of.id, source: of.source, store: '', tier: of.tier,
    tool: { name: 'fwber/ops/db-backup', version: '1.0.0' },
    engine: 'mariadb', server: { version: '10.11.14-MariaDB', major: '10.11', identity: 'server-a' }, client: { program: 'mariadb-dump', version: '10.11.14' },
    flags: ['--single-transaction'], database: 'shop', position: 'not a PITR base',
    startedAt: at, snapshotAt: at, endedAt: at,
    codec: { compression: 'none', level: 0, encryption: 'none', recipients: [] },
    artifacts: Object.entries(of.artifacts).map(([name, segments]) => {
      const whole = segments.join('');
      return {
        name, storedBytes: Buffer.byteLength(whole), storedSha256: sha(whole), plainBytes: Buffer.byteLength(whole), plainSha256: sha(whole),
        segments: segments.map((body, index) => ({ key: segmentKey(of.source, of.tier, of.id, name, index + 1), bytes: Buffer.byteLength(body), sha256: sha(body), proof: 'store' as const })),
      };
    }),
    inventory: { table: ['users'] }, tables: { users: { rows: 3 } }, checks: [{ name: 'trailer', result: 'pass' }],
    partial: [], suspect: null, migrations: [], sha: '0'.repeat(40), runUrl: 'https://github.com/acme/shop/actions/runs/1', restore: 'cat dump.001 | mysql shop_restored',
  };
}
