import type { Manifest } from '../catalog/manifest.ts';
import type { Check } from '../check.ts';
import { decodePipe, type Codec } from '../codecs/codec.ts';
import type { ObjectKind } from '../inventory.ts';
import type { StoredArtifact } from '../pipeline/artifact.ts';
import type { Store } from '../stores/store.ts';
import type { BackupConfig } from './config.ts';
import type { Dumped } from './dump.ts';
import type { Looked } from './look.ts';
import { sealIn } from './on-host.ts';

export interface ManifestParts {
  readonly id: string;
  readonly dumped: Dumped;
  readonly partial: readonly string[];
  readonly sizeCheck: Check;
  readonly suspect: string | null;
  readonly startedMs: number;
  readonly endedMs: number;
}

/** Everything that is known of a finished dump, as the record by which it becomes a backup. */
export function manifestOf(config: BackupConfig, looked: Looked, store: Store, parts: ManifestParts): Manifest {
  const { dumped, id } = parts;
  const { facts, artifacts } = dumped;
  const compression = artifacts[0]?.compression ?? config.compression;
  const { encryption, recipients } = sealIn(config, 0);
  const position = artifacts.map((artifact) => artifact.scan.position).find((text) => text !== undefined);
  return {
    version: 1, id, source: looked.source, environment: config.environment, store: store.name, tier: config.tier,
    tool: { name: 'fwber/ops/db-backup', version: config.toolVersion },
    engine: facts.engine,
    server: { version: facts.server.version, major: facts.server.major, ...(facts.server.identity === undefined ? {} : { identity: facts.server.identity }) },
    client: facts.client,
    flags: [...dumped.plan.flags],
    database: facts.database,
    ...(facts.charset === undefined ? {} : { charset: facts.charset }),
    ...(facts.collation === undefined ? {} : { collation: facts.collation }),
    ...(facts.sqlMode === undefined ? {} : { sqlMode: facts.sqlMode }),
    ...(facts.timeZone === undefined ? {} : { timeZone: facts.timeZone }),
    position: position ?? 'not a PITR base',
    startedAt: new Date(parts.startedMs).toISOString(),
    snapshotAt: new Date(dumped.snapshotMs).toISOString(),
    endedAt: new Date(parts.endedMs).toISOString(),
    codec: { compression, level: config.level, encryption, recipients },
    artifacts: artifacts.map(({ name, segments, storedBytes, storedSha256, scan }) => ({
      name, segments: segments.map((segment) => ({ ...segment })), storedBytes, storedSha256, plainBytes: scan.plainBytes, plainSha256: scan.plainSha256,
    })),
    inventory: mutable(facts.inventory),
    tables: tablesOf(artifacts),
    checks: [...dumped.checks, parts.sizeCheck].map((check) => ({ ...check })),
    partial: [...parts.partial],
    suspect: parts.suspect,
    migrations: [...facts.migrations],
    sha: config.run.sha,
    runUrl: config.run.runUrl,
    restore: restoreText(looked, store, artifacts, { compression, encryption }),
  };
}

function mutable(inventory: Readonly<Partial<Record<ObjectKind, readonly string[]>>>): Manifest['inventory'] {
  return Object.fromEntries(Object.entries(inventory).map(([kind, names]) => [kind, [...names]]));
}

function tablesOf(artifacts: readonly StoredArtifact[]): Manifest['tables'] {
  const tables: Manifest['tables'] = {};
  for (const { scan } of artifacts) {
    for (const [name, data] of Object.entries(scan.tables)) {
      // A table in two artifacts (its rows in one) keeps what says most.
      if ((tables[name]?.rows ?? -1) < data.rows) tables[name] = { rows: data.rows, ...(data.sha256 === undefined ? {} : { sha256: data.sha256 }) };
    }
  }
  return tables;
}

/** Commands of public tools that bring it back; KEY is the file with the age identity. */
export function restoreText(looked: Pick<Looked, 'engine' | 'facts'>, store: Pick<Store, 'name' | 'kind' | 'endpoint'>, artifacts: readonly { readonly name: string; readonly segments: readonly { readonly key: string }[] }[], codec: Pick<Codec, 'compression' | 'encryption'>): string {
  const decode = decodePipe(codec);
  const pipe = (name: string): string => {
    const keys = artifacts.find((artifact) => artifact.name === name)?.segments.map((segment) => segment.key) ?? [];
    return `${readCommand(store, keys)} | ${decode}`;
  };
  // A download that broke off would else look like success: the last program of a pipe alone gives its status.
  return `set -o pipefail\n${looked.engine.restoreCommand(looked.facts, artifacts.map((artifact) => artifact.name), pipe)}`;
}

function quoted(text: string): string {
  return /^[A-Za-z0-9_./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What prints the stored bytes of some keys, in order. */
function readCommand(store: Pick<Store, 'name' | 'kind' | 'endpoint'>, keys: readonly string[]): string {
  const urls = keys.map((key) => `${store.name.replace(/\/$/, '')}/${key}`);
  if (store.kind === 's3') {
    const server = store.endpoint === undefined ? '' : ` --endpoint-url ${quoted(store.endpoint)}`;
    const copies = urls.map((url) => `aws s3 cp ${quoted(url)} -${server}`);
    return copies.length === 1 ? (copies[0] ?? '') : `(${copies.join(' && ')})`;
  }
  if (store.kind === 'fs') return `cat ${urls.map((url) => quoted(url.replace(/^file:\/\//, ''))).join(' ')}`;
  const host = store.name.slice(0, store.name.indexOf(':'));
  const files = urls.map((url) => quoted(url.slice(host.length + 1))).join(' ');
  // The shell of the host splits the words once more.
  return `ssh ${host} ${files.includes("'") ? quoted(`cat ${files}`) : `cat ${files}`}`;
}
