import type { Store, StoredObject } from '../stores/store.ts';
import { mapBounded } from './bounded.ts';
import { parseCatalogKey, manifestsPrefix } from './keys.ts';
import type { Manifest, VerdictRecord } from './manifest.ts';
import { holdReason, isReading, readingSince } from './marks.ts';
import { readManifest, readVerdict, type Refused } from './records.ts';
import type { TrustedSigners } from './sign.ts';
import { standingOf, type Standing } from './status.ts';

/** Reads side by side; over SSH each is a connection. */
const READS = { s3: 16, fs: 16, host: 2 } as const;

export interface CatalogEntry extends Standing {
  readonly manifest: Manifest;
  /** sha256, hex, of the manifest as it stands in this store. */
  readonly sha256: string;
  /** Accepted verdicts, oldest first. */
  readonly verdicts: readonly VerdictRecord[];
  /** Why it is held; undefined when it is not. */
  readonly held: string | undefined;
  /** Runs that read it now. */
  readonly readers: readonly string[];
  readonly lockedUntilMs: number | undefined;
}

/** Something in the manifests folder that is not used, and never deleted. */
export interface Oddity extends Refused {
  readonly key: string;
  /** The backup it stands for, when its name says so. */
  readonly id: string | undefined;
  readonly kind: 'manifest' | 'verdict' | 'foreign';
}

export interface IdentityChange {
  /** First backup of the other server. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** Everything one store knows about one source. */
export interface Catalog {
  readonly source: string;
  readonly store: string;
  /** Newest snapshot first. */
  readonly entries: readonly CatalogEntry[];
  readonly oddities: readonly Oddity[];
  readonly identityChanges: readonly IdentityChange[];
  /** Ids that have a manifest object, readable or not: their data is no orphan. */
  readonly ids: ReadonlySet<string>;
}

export interface CatalogQuery {
  readonly source: string;
  readonly trusted: TrustedSigners | undefined;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

interface Group {
  manifest?: StoredObject;
  readonly checks: StoredObject[];
  hold?: StoredObject;
  readonly readings: { readonly key: string; readonly run: string }[];
}

/** Reads the catalog of a source. What cannot be used is reported in `oddities`; only a store that does not answer throws. */
export async function readCatalog(store: Store, query: CatalogQuery): Promise<Catalog> {
  const { groups, foreign } = await listGroups(store, query);
  const found = await mapBounded([...groups], READS[store.kind], async ([id, group]) => readGroup(store, query, id, group));
  const entries = found.flatMap(({ entry }) => (entry === undefined ? [] : [entry])).sort(newestFirst);
  return {
    source: query.source,
    store: store.name,
    entries,
    oddities: [...foreign, ...found.flatMap(({ oddities }) => oddities)],
    identityChanges: identityChanges(entries),
    ids: new Set([...groups].filter(([, group]) => group.manifest !== undefined).map(([id]) => id)),
  };
}

export function newestFirst(left: CatalogEntry, right: CatalogEntry): number {
  return Date.parse(right.manifest.snapshotAt) - Date.parse(left.manifest.snapshotAt) || (left.manifest.id < right.manifest.id ? 1 : -1);
}

async function listGroups(store: Store, query: CatalogQuery): Promise<{ readonly groups: ReadonlyMap<string, Group>; readonly foreign: readonly Oddity[] }> {
  const groups = new Map<string, Group>();
  const foreign: Oddity[] = [];
  for await (const object of store.list(manifestsPrefix(query.source), query.signal)) {
    const key = parseCatalogKey(query.source, object.key);
    if (key.kind !== 'manifest' && key.kind !== 'check' && key.kind !== 'hold' && key.kind !== 'reading') {
      foreign.push({ key: object.key, id: undefined, kind: 'foreign', reason: 'foreign', why: 'its name is none of ours' });
      continue;
    }
    const group = groups.get(key.id) ?? { checks: [], readings: [] };
    groups.set(key.id, group);
    if (key.kind === 'manifest') group.manifest = object;
    else if (key.kind === 'check') group.checks.push(object);
    else if (key.kind === 'hold') group.hold = object;
    else if (key.kind === 'reading') group.readings.push({ key: object.key, run: key.run });
  }
  return { groups, foreign };
}

async function readGroup(store: Store, query: CatalogQuery, id: string, group: Group): Promise<{ readonly entry?: CatalogEntry; readonly oddities: readonly Oddity[] }> {
  if (group.manifest === undefined) return { oddities: [] };
  const oddities: Oddity[] = [];
  const read = await readManifest(store, { ...query, id, object: group.manifest });
  if (read === undefined) return { oddities };
  if ('why' in read) return { oddities: [{ ...read, key: group.manifest.key, id, kind: 'manifest' }] };
  const verdicts: VerdictRecord[] = [];
  for (const object of group.checks.sort((left, right) => (left.key < right.key ? -1 : 1))) {
    const verdict = await readVerdict(store, { ...query, id, object, manifestSha256: read.sha256 });
    if (verdict === undefined) continue;
    if ('why' in verdict) oddities.push({ ...verdict, key: object.key, id, kind: 'verdict' });
    else verdicts.push(verdict);
  }
  return { entry: { ...read, ...standingOf(read.manifest, verdicts), verdicts, ...(await readMarks(store, query, group)), lockedUntilMs: group.manifest.lockedUntilMs }, oddities };
}

async function readMarks(store: Store, query: CatalogQuery, group: Group): Promise<Pick<CatalogEntry, 'held' | 'readers'>> {
  const readers: string[] = [];
  for (const { key, run } of group.readings) {
    const mark = await store.read(key, query.signal);
    if (mark !== undefined && isReading(readingSince(mark.body), query.nowMs)) readers.push(run);
  }
  // A hold that vanished between listing and reading still counts for this look at the catalog.
  return { held: group.hold === undefined ? undefined : holdReason((await store.read(group.hold.key, query.signal))?.body ?? new Uint8Array()), readers };
}

/** Where backups of another server begin; unknown identities change nothing. `entries` newest first. */
function identityChanges(entries: readonly CatalogEntry[]): readonly IdentityChange[] {
  const changes: IdentityChange[] = [];
  let last: string | undefined;
  for (const { manifest } of entries.toReversed()) {
    const { identity } = manifest.server;
    if (identity === undefined) continue;
    if (last !== undefined && last !== identity) changes.push({ id: manifest.id, from: last, to: identity });
    last = identity;
  }
  return changes;
}
