import { BackupFault } from '../fault.ts';
import { TIERS, type Tier } from '../stores/store.ts';
import { isBackupId, stampedTime } from './backup-id.ts';
import { sourceFolder } from './source.ts';

/** Every name in a store, relative to its prefix: `<source>/data/<tier>/<id>/<artifact>.<nnn>` and what stands beside the data. */
export const dataPrefix = (source: string): string => `${sourceFolder(source)}/data/`;
export const backupPrefix = (source: string, tier: Tier, id: string): string => `${dataPrefix(source)}${tier}/${id}/`;
export const manifestsPrefix = (source: string): string => `${sourceFolder(source)}/manifests/`;
export const manifestKey = (source: string, id: string): string => `${manifestsPrefix(source)}${id}.json`;
export const checksPrefix = (source: string, id: string): string => `${manifestsPrefix(source)}${id}.checks/`;
export const checkKey = (source: string, id: string, stampedId: string): string => `${checksPrefix(source, id)}${stampedId}.json`;
export const holdKey = (source: string, id: string): string => `${manifestsPrefix(source)}${id}.hold`;
export const readingPrefix = (source: string, id: string): string => `${manifestsPrefix(source)}${id}.reading/`;
export const readingKey = (source: string, id: string, run: string): string => `${readingPrefix(source, id)}${runName(run)}`;
export const runsPrefix = (source: string): string => `${sourceFolder(source)}/runs/`;
export const runKey = (source: string, run: string): string => `${runsPrefix(source)}${runName(run)}.json`;
export const leaseKey = (source: string): string => `${sourceFolder(source)}/prune.lease`;

const ARTIFACT = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const RUN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/;

function runName(run: string): string {
  if (RUN.test(run)) return run;
  throw new BackupFault({ reason: 'bad-input', message: `\`${run.slice(0, 60)}\` cannot name a run in the store: only letters, digits, dots, hyphens and underscores, at most 120.` });
}

/** Key of segment `index`, from 1. */
export function segmentKey(source: string, tier: Tier, id: string, artifact: string, index: number): string {
  if (!ARTIFACT.test(artifact) || !Number.isInteger(index) || index < 1 || !isBackupId(id)) throw new Error(`no segment key for backup ${id}, artifact ${artifact}, segment ${index}`);
  return `${backupPrefix(source, tier, id)}${artifact}.${String(index).padStart(3, '0')}`;
}

/** What a key of this source is. Everything we did not name is foreign, and stays. */
export type CatalogKey =
  | { readonly kind: 'segment'; readonly id: string; readonly tier: Tier; readonly artifact: string; readonly index: number }
  | { readonly kind: 'manifest'; readonly id: string }
  | { readonly kind: 'hold'; readonly id: string }
  | { readonly kind: 'check'; readonly id: string; readonly atMs: number }
  | { readonly kind: 'reading'; readonly id: string; readonly run: string }
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'lease' | 'foreign' };

const FOREIGN: CatalogKey = { kind: 'foreign' };

/** Names the parts of a key; the source is compared byte for byte. */
export function parseCatalogKey(source: string, key: string): CatalogKey {
  const folder = `${sourceFolder(source)}/`;
  if (!key.startsWith(folder)) return FOREIGN;
  if (key === leaseKey(source)) return { kind: 'lease' };
  const [area = '', ...rest] = key.slice(folder.length).split('/');
  if (area === 'data') return segmentOf(rest);
  if (area === 'manifests') return besideManifest(rest);
  const run = rest.length === 1 ? /^(.*)\.json$/.exec(rest[0] ?? '')?.[1] : undefined;
  return area === 'runs' && run !== undefined && RUN.test(run) ? { kind: 'run', run } : FOREIGN;
}

function segmentOf(rest: readonly string[]): CatalogKey {
  const [tierName = '', id = '', file = ''] = rest;
  const tier = TIERS.find((known) => known === tierName);
  const [, artifact, digits] = /^(.+)\.(\d{3,})$/.exec(file) ?? [];
  if (rest.length !== 3 || tier === undefined || !isBackupId(id) || artifact === undefined || digits === undefined || !ARTIFACT.test(artifact)) return FOREIGN;
  const index = Number(digits);
  return index >= 1 && String(index).padStart(3, '0') === digits ? { kind: 'segment', id, tier, artifact, index } : FOREIGN;
}

function besideManifest(rest: readonly string[]): CatalogKey {
  const [, id = '', suffix] = /^([^./]+)\.(json|hold|checks|reading)$/.exec(rest[0] ?? '') ?? [];
  if (!isBackupId(id)) return FOREIGN;
  const file = rest[1];
  if (rest.length === 1) return suffix === 'json' ? { kind: 'manifest', id } : suffix === 'hold' ? { kind: 'hold', id } : FOREIGN;
  if (rest.length !== 2 || file === undefined) return FOREIGN;
  if (suffix === 'reading') return RUN.test(file) ? { kind: 'reading', id, run: file } : FOREIGN;
  const atMs = suffix === 'checks' && file.endsWith('.json') ? stampedTime(file.slice(0, -'.json'.length)) : undefined;
  return atMs === undefined ? FOREIGN : { kind: 'check', id, atMs };
}
