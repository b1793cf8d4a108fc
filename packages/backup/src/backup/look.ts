import { basename } from 'node:path';
import { CancelledError } from '@ops/shared';
import type { Owner } from '../catalog/owner.ts';
import { defaultSource, sourceFolder } from '../catalog/source.ts';
import type { Engine, EngineFacts, Refusal } from '../engines/engine.ts';
import { openSource } from '../engines/open.ts';
import type { Query } from '../engines/query.ts';
import { BackupFault, type BackupReason } from '../fault.ts';
import type { Connection } from '../connection.ts';
import type { BackupConfig } from './config.ts';
import type { BackupIo } from './io.ts';
import { findSource } from './source.ts';

/** What is known before a byte is dumped. */
export interface Looked {
  readonly connection: Connection;
  /** Where the login came from. */
  readonly from: string;
  readonly engine: Engine;
  readonly query: Query;
  readonly facts: EngineFacts;
  readonly refusals: readonly Refusal[];
  /** Catalog name of the database. */
  readonly source: string;
  readonly owner: Owner;
}

/** The folder of a catalog, and whose it must be where that is known. */
export interface Folder {
  readonly source: string;
  readonly owner: Owner | undefined;
}

/** Opens the database and asks it everything. The caller closes `query`. `named` is told the source as soon as it is known, also when the database then refuses. */
export async function look(config: BackupConfig, mask: (secret: string) => void, signal: AbortSignal, named: (source: string) => void = () => undefined): Promise<Looked> {
  const { connection, from } = await findSource(config.place, config.database, mask, signal);
  named(sourceOf(config, connection));
  const { engine, query } = await openSource(config.place, connection, signal);
  try {
    const facts = await engine.inspect(query, config.place, connection, signal);
    const source = config.source ?? defaultSource({ environment: config.environment, engine: facts.engine, database: connection.kind === 'file' ? connection.path : facts.database });
    sourceFolder(source);
    return { connection, from, engine, query, facts, refusals: engine.refusals(facts, config.options), source, owner: { environment: config.environment, database: facts.database, identity: facts.server.identity } };
  } catch (thrown) {
    await query.close();
    if (signal.aborted) throw new CancelledError('looking at the database');
    throw thrown;
  }
}

/** The folder for modes that only read stores: as given, else from the login, without opening the database. */
export async function listedFolder(config: BackupConfig, io: Pick<BackupIo, 'deps'>, signal: AbortSignal): Promise<Folder> {
  if (config.source !== undefined) {
    sourceFolder(config.source);
    return { source: config.source, owner: undefined };
  }
  const { connection } = await findSource(config.place, config.database, io.deps.mask, signal);
  return { source: sourceOf(config, connection), owner: { environment: config.environment, database: databaseName(connection) } };
}

/** As manifests name it. */
function databaseName(connection: Connection): string {
  return connection.kind === 'file' ? basename(connection.path) : connection.database;
}

/** As given, else by the login alone. */
function sourceOf(config: BackupConfig, connection: Connection): string {
  const source = config.source ?? defaultSource({ environment: config.environment, engine: connection.engine, database: databaseName(connection) });
  sourceFolder(source);
  return source;
}

/** Throws the refusals that stand; returns what allow-partial let through, one sentence each. */
export function requireNoRefusal(refusals: readonly Refusal[], allowPartial: boolean): readonly string[] {
  const standing = refusals.filter((refusal) => !(refusal.partial && allowPartial));
  if (standing.length === 0) return refusals.map((refusal) => refusal.message);
  const [first] = standing;
  const reason: BackupReason = first?.reason ?? 'right-missing';
  const overridable = standing.every((refusal) => refusal.partial);
  const remedies = standing.map((refusal) => refusal.remedy).join('\n');
  throw new BackupFault({
    reason,
    message: standing.length === 1 ? (first?.message ?? '') : `${standing.length} things stand against this backup; nothing was dumped:\n${standing.map((refusal) => `- ${refusal.message}`).join('\n')}`,
    remedy: overridable ? `${remedies}\nOr set allow-partial: true to store what there is, recorded as partial and never called verified.` : remedies,
  });
}
