/**
 * Dumps of real servers through the engines and the pipeline, into a store in memory:
 *
 *     const source = await openAs(server, { user: 'backup', password: 'x', database: 'shop' });
 *     const refusals = source.engine.refusals(source.facts, NO_OPTIONS);
 *     const { scans, checks } = await dumpOf(source, NO_OPTIONS);
 *     await source.close();
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Secret } from '@ops/shared';
import { openSource, storeArtifact, type Check, type Connection, type DumpOptions, type DumpPlan, type Engine, type EngineFacts, type Place, type Preparation, type Query, type Refusal, type Scan, type StoredArtifact } from '../../packages/backup/src/index.ts';
import { localPlace, MemoryStore } from '../../packages/backup/src/testing.ts';
import type { TestServer } from './databases.ts';

const TAP = pathToFileURL(join(import.meta.dirname, '../../packages/backup/src/pipeline/tap-worker.ts'));
export const NO_OPTIONS: DumpOptions = { excludeData: [], parallel: 1 };

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface Source extends AsyncDisposable {
  readonly place: Place;
  readonly connection: Connection;
  readonly engine: Engine;
  readonly query: Query;
  readonly facts: EngineFacts;
  readonly pgRestore: string | undefined;
  refusals(options?: DumpOptions): readonly Refusal[];
}

type ServerConnection = Extract<Connection, { kind: 'server' }>;

export function connectionOf(server: TestServer, login: Login, more: Partial<ServerConnection> = {}): ServerConnection {
  return {
    kind: 'server', engine: server.family === 'postgres' ? 'postgres' : server.family, host: server.host, port: server.port,
    user: login.user, password: new Secret(login.password), database: login.database, tls: 'default', ...more,
  };
}

/** With the programs of the server's own product first on the PATH. */
export function placeOfServer(server: TestServer): Place {
  return localPlace({ ...server.env });
}

/** Opens a database as an account and asks it everything. */
export async function openAs(server: TestServer, login: Login, more: Partial<ServerConnection> = {}): Promise<Source> {
  return await openConnection(placeOfServer(server), connectionOf(server, login, more), server.family === 'postgres' ? server.bin('pg_restore') : undefined);
}

/** As the account that may do everything. */
export async function openAsRoot(server: TestServer, database: string): Promise<Source> {
  return await openAs(server, { user: server.rootUser, password: server.rootPassword, database });
}

export async function openConnection(place: Place, connection: Connection, pgRestore?: string): Promise<Source> {
  const signal = new AbortController().signal;
  const { engine, query } = await openSource(place, connection, signal);
  try {
    const facts = await engine.inspect(query, place, connection, signal);
    return { place, connection, engine, query, facts, pgRestore, refusals: (options = NO_OPTIONS) => engine.refusals(facts, options), [Symbol.asyncDispose]: () => query.close() };
  } catch (thrown) {
    await query.close();
    throw thrown;
  }
}

export interface Dump {
  readonly plan: DumpPlan;
  readonly preparation: Preparation<EngineFacts>;
  readonly stored: readonly StoredArtifact[];
  readonly scans: ReadonlyMap<string, Scan>;
  readonly checks: readonly Check[];
  /** Plaintext of the artifacts. */
  readonly plain: (artifact: string) => Buffer;
}

export interface DumpHooks {
  /** While everything is locked and nothing dumped. */
  readonly prepared?: (preparation: Preparation<EngineFacts>) => Promise<void>;
  /** Changes the plan: a broken dumper. */
  readonly plan?: (plan: DumpPlan) => DumpPlan;
}

/** Prepares, plans, dumps all artifacts side by side, counts and judges, as a backup does. Releases the locks. */
export async function dumpOf(source: Source, options: DumpOptions = NO_OPTIONS, hooks: DumpHooks = {}): Promise<Dump> {
  const signal = new AbortController().signal;
  const store = new MemoryStore();
  const preparation = await source.engine.prepare(source.query, source.facts, options, signal);
  try {
    await hooks.prepared?.(preparation);
    const plan = (hooks.plan ?? ((one) => one))(source.engine.plan(preparation, source.connection, options));
    const counting = preparation.count?.(signal);
    counting?.catch(() => undefined);
    const results = await Promise.allSettled(plan.artifacts.map((artifact) => storeArtifact({
      place: source.place, plan: artifact, login: plan.login, codec: { compression: 'none', level: 1, encryption: 'none', recipients: [] }, store,
      segmentKey: (index) => `${artifact.name}.${index}`, tier: 'daily', estimateBytes: 1_000_000, parallel: 1, onProgress: () => undefined, onUpload: () => undefined,
      approve: () => Promise.resolve(), signal, workers: { tap: TAP }, ...(source.pgRestore !== undefined && { pgRestore: source.pgRestore }),
    })));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const stored = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const scans = new Map(stored.map(({ name, scan }) => [name, scan]));
    const checks = source.engine.judge(preparation.facts, options, scans, await counting);
    return { plan, preparation, stored, scans, checks, plain: (artifact) => Buffer.concat([...store.objects].filter(([key]) => key.startsWith(`${artifact}.`)).map(([, { body }]) => body)) };
  } finally {
    await preparation.release();
  }
}

/** Those that did not pass, as text for an assertion. */
export function notPassed(checks: readonly Check[]): string[] {
  return checks.filter(({ result }) => result !== 'pass').map(({ name, result, why }) => `${name} ${result}: ${why ?? ''}`);
}
