import { z } from 'zod';
import { OBJECT_KINDS } from '../inventory.ts';
import { TIERS } from '../stores/store.ts';

const utc = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 in lower-case hex');
const bytes = z.number().int().nonnegative();

export const segmentSchema = z.strictObject({
  key: z.string().min(1),
  bytes,
  sha256,
  partBytes: bytes.optional(),
  composite: z.string().optional(),
  proof: z.enum(['store', 'size']),
});

export const artifactSchema = z.strictObject({
  name: z.string().min(1),
  segments: z.array(segmentSchema).min(1),
  storedBytes: bytes,
  storedSha256: sha256,
  plainBytes: bytes,
  plainSha256: sha256,
});

export const checkSchema = z.strictObject({ name: z.string(), result: z.enum(['pass', 'fail', 'not-run']), why: z.string().optional() });

/** What makes a backup a backup: written last, only after everything in it is true. Version 1. */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().min(1),
  source: z.string().min(1),
  /** With the database it tells whose folder it is: names joined by a hyphen may meet. */
  environment: z.string().optional(),
  /** Name of the store it was published to first, and of this copy. */
  store: z.string(),
  tier: z.enum(TIERS),
  tool: z.strictObject({ name: z.literal('fwber/ops/db-backup'), version: z.string() }),
  engine: z.enum(['mysql', 'mariadb', 'postgres', 'sqlite']),
  server: z.strictObject({ version: z.string(), major: z.string(), identity: z.string().optional() }),
  client: z.strictObject({ program: z.string(), version: z.string() }),
  flags: z.array(z.string()),
  database: z.string(),
  charset: z.string().optional(),
  collation: z.string().optional(),
  sqlMode: z.string().optional(),
  timeZone: z.string().optional(),
  /** GTID or binlog position that the dumper itself printed; else `not a PITR base`. */
  position: z.string(),
  startedAt: utc,
  /** When the snapshot was taken, as far as it is known. */
  snapshotAt: utc,
  endedAt: utc,
  codec: z.strictObject({ compression: z.enum(['zstd', 'gzip', 'none']), level: z.number().int(), encryption: z.enum(['age', 'none']), recipients: z.array(z.string()) }),
  artifacts: z.array(artifactSchema).min(1),
  inventory: z.partialRecord(z.enum(OBJECT_KINDS), z.array(z.string())),
  tables: z.record(z.string(), z.strictObject({ rows: z.number().int().nonnegative(), sha256: sha256.optional() })),
  checks: z.array(checkSchema),
  /** What allow-partial let through, one sentence each; empty for a whole backup. */
  partial: z.array(z.string()),
  /** Why this counts as unproven although its checks passed, for example size-shrank; null for none. */
  suspect: z.string().nullable(),
  migrations: z.array(z.string()),
  sha: z.string(),
  runUrl: z.string(),
  restore: z.string(),
  signature: z.strictObject({ key: z.string(), value: z.string() }).optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** A later word about a backup: it was read back, or drilled. Append-only, beside the manifest. */
export const verdictSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  source: z.string(),
  kind: z.enum(['verify', 'drill']),
  verdict: z.enum(['pass', 'fail']),
  at: utc,
  manifestSha256: sha256,
  checks: z.array(checkSchema),
  runUrl: z.string(),
  signature: z.strictObject({ key: z.string(), value: z.string() }).optional(),
});

export type VerdictRecord = z.infer<typeof verdictSchema>;

/** complete: the manifest is there. verified: read back. drilled: loaded and compared. */
export type BackupStatus = 'complete' | 'verified' | 'drilled';
