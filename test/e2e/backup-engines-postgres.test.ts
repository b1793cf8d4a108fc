import { afterAll, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DumpOptions, DumpPlan } from '../../packages/backup/src/index.ts';
import { startDatabase, type Product, type TestServer } from '../support/databases.ts';
import { dumpOf, NO_OPTIONS, notPassed, openAs, openAsRoot, type Dump, type DumpHooks, type Source } from '../support/dumps.ts';
import { describeWithServices } from '../support/require.ts';
import { loadAwkward, loadSample, sampleRows } from '../support/samples.ts';

const LONG_MS = 180_000;
const WAIT_MS = 60_000;
const PRODUCTS = ['postgres-15', 'postgres-17', 'postgres-18'] as const satisfies readonly Product[];
const dir = mkdtempSync(join(tmpdir(), 'ops-engines-'));
afterAll(() => { rmSync(dir, { recursive: true }); });

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!await condition()) {
    if (Date.now() > end) throw new Error(`not within ${WAIT_MS} ms: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

const rowsOf = (scans: Awaited<ReturnType<typeof dumpOf>>['scans']): Record<string, number[]> => {
  const rows: Record<string, number[]> = {};
  for (const scan of scans.values()) for (const [name, data] of Object.entries(scan.tables)) (rows[name] ??= []).push(data.rows);
  return rows;
};

describeWithServices('what PostgreSQL holds and what its archives hold', [...PRODUCTS, 'chinook'], () => {
  test.each(PRODUCTS)('%s: the same names and rows, for a sample and for awkward data, every table once', async (product) => {
    await using server = await startDatabase(product);
    await loadSample(server, 'chinook', 'chinook');
    await loadAwkward(server, 'odd');
    {
      await using source = await openAsRoot(server, 'odd');
      expect(source.refusals()).toEqual([]);
      expect(notPassed((await dumpOf(source)).checks)).toEqual([]);
    }
    await using source = await openAsRoot(server, 'chinook');
    const parallel = await dumpOf(source, { excludeData: ['Track'], parallel: 3 });
    expect(notPassed(parallel.checks)).toEqual([]);
    const { Track: left, ...published } = sampleRows('chinook');
    expect(left).toBeGreaterThan(0);
    expect(rowsOf(parallel.scans)).toEqual(Object.fromEntries(Object.entries(published).map(([table, rows]) => [`public.${table}`, [rows]])));
    expect(parallel.scans.get('data-1')?.inventory.table).toBeUndefined();
    expect(Object.keys(parallel.scans.get('data-1')?.tables ?? {})).toHaveLength(1);
    expect(source.refusals({ excludeData: ['public.Track', 'nonsense'], parallel: 1 }).map(({ message }) => message)).toEqual(['exclude-data: nonsense is no table of chinook.']);
  }, LONG_MS);
});

const check = (dump: Awaited<ReturnType<typeof dumpOf>>, wanted: string): unknown => dump.checks.find(({ name }) => name === wanted);

describeWithServices('sequences of PostgreSQL, which no snapshot holds', [...PRODUCTS], () => {
  const SEQUENCES = `CREATE TABLE "odd ""t""" (id serial PRIMARY KEY); INSERT INTO "odd ""t""" SELECT FROM generate_series(1, 40);
    CREATE SEQUENCE "up, 9, true); --"; SELECT nextval('"up, 9, true); --"') FROM generate_series(1, 7); CREATE SEQUENCE down INCREMENT -5; SELECT nextval('down') FROM generate_series(1, 3);
    CREATE SEQUENCE never; CREATE SEQUENCE once; SELECT nextval('once'); CREATE SEQUENCE round CYCLE MAXVALUE 3; SELECT nextval('round'), nextval('round'); CREATE SEQUENCE huge; SELECT setval('huge', 9223372036854775806)`;

  test.each(PRODUCTS)('%s: may have gone on when they are dumped, and never back', async (product) => {
    await using server = await startDatabase(product);
    await server.sql('CREATE DATABASE shop');
    const sql = (text: string): Promise<string> => server.sql(text, { database: 'shop' });
    await sql(SEQUENCES);
    const during = async (statements: string): Promise<unknown> => {
      await using source = await openAsRoot(server, 'shop');
      return check(await dumpOf(source, { excludeData: [], parallel: 2 }, { prepared: async () => { await sql(statements); } }), 'sequences');
    };
    expect(await during('SELECT 1')).toEqual({ name: 'sequences', result: 'pass' });
    expect(await during(`SELECT nextval('"up, 9, true); --"'), nextval('down'), nextval('never'), nextval('once'), nextval('round'), nextval('round'), nextval('huge')`)).toEqual({ name: 'sequences', result: 'pass' });
    expect(await during(`SELECT setval('"odd ""t""_id_seq"', 5), setval('down', -1), setval('once', 2, false), setval('huge', 9223372036854775806)`)).toEqual({
      name: 'sequences', result: 'fail',
      why: expect.stringMatching(/public\.down stands at -1 instead of -16, public\.huge stands at 9223372036854775806 instead of 9223372036854775807, public\.odd "t"_id_seq stands at 5 instead of 40, public\.once stands at 2, not used yet, instead of 2/),
    });
  }, LONG_MS);

  test('an archive without them is none', async () => {
    await using server = await startDatabase('postgres-17');
    await server.sql('CREATE DATABASE shop');
    await server.sql(SEQUENCES, { database: 'shop' });
    await using source = await openAsRoot(server, 'shop');
    const without = (plan: DumpPlan): DumpPlan => ({ ...plan, artifacts: plan.artifacts.map((artifact) => (artifact.name === 'data-1' ? { ...artifact, commands: artifact.commands.map((command) => ({ ...command, args: [...command.args, '--exclude-table=public.down'] })) } : artifact)) });
    expect(check(await dumpOf(source, NO_OPTIONS, { plan: without }), 'sequences')).toEqual({ name: 'sequences', result: 'fail', why: expect.stringContaining('public.down is missing') });
  }, LONG_MS);
});

describeWithServices('tables of an extension whose rows belong to the user', [...PRODUCTS], () => {
  // Whatever stands in a condition goes to the server and never to the client, which would take a backslash for a command of its own.
  const CONDITION = "'WHERE mine /* \\! touch /tmp/ops-engines-never\n\\q ; it''s */'";
  const TABLES = `CREATE TABLE conf.settings (name text PRIMARY KEY, mine boolean NOT NULL DEFAULT true); INSERT INTO conf.settings VALUES ('a', false), ('b', false);
    CREATE TABLE conf.all_rows (n integer); CREATE TABLE conf.fixed (n integer); INSERT INTO conf.fixed VALUES (1); CREATE SEQUENCE conf.numbers;`;
  const ROWS = "INSERT INTO conf.settings VALUES ('c'), ('d'), ('e'); INSERT INTO conf.all_rows SELECT generate_series(1, 12); SELECT nextval('conf.numbers') FROM generate_series(1, 4)";

  /** Only PostgreSQL 18 looks for extensions in other folders; before, the catalog is told by hand. */
  async function install(server: TestServer, product: Product): Promise<void> {
    await server.sql('CREATE DATABASE shop');
    const sql = (text: string): Promise<string> => server.sql(text, { database: 'shop' });
    await sql('CREATE SCHEMA conf');
    if (product === 'postgres-18') await sql('CREATE EXTENSION conf SCHEMA conf');
    else {
      await sql(`CREATE EXTENSION hstore SCHEMA conf; ${TABLES}`);
      for (const name of ['TABLE conf.settings', 'TABLE conf.all_rows', 'TABLE conf.fixed', 'SEQUENCE conf.numbers']) await sql(`ALTER EXTENSION hstore ADD ${name}`);
      await sql(`UPDATE pg_extension SET extconfig = ARRAY['conf.settings'::regclass, 'conf.all_rows'::regclass, 'conf.numbers'::regclass]::oid[], extcondition = ARRAY[${CONDITION}, '', ''] WHERE extname = 'hstore'`);
    }
    await sql(ROWS);
  }

  function extensionFolder(): string {
    const folder = join(dir, 'extensions/extension');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'conf.control'), "default_version = '1.0'\nrelocatable = false\nschema = conf\n");
    writeFileSync(join(folder, 'conf--1.0.sql'), `${TABLES} SELECT pg_catalog.pg_extension_config_dump('conf.settings', ${CONDITION}); SELECT pg_catalog.pg_extension_config_dump('conf.all_rows', ''); SELECT pg_catalog.pg_extension_config_dump('conf.numbers', '');`);
    chmodSync(dir, 0o755);
    return join(dir, 'extensions');
  }

  test.each(PRODUCTS)('%s: are locked and counted as pg_dump dumps them, and nobody looks for their definitions', async (product) => {
    await using server = await startDatabase(product, product === 'postgres-18' ? { settings: { extension_control_path: `${extensionFolder()}:$system` } } : {});
    await install(server, product);
    const dump = async (options: DumpOptions, hooks: DumpHooks = {}): Promise<Dump> => {
      await using source = await openAsRoot(server, 'shop');
      return await dumpOf(source, options, hooks);
    };
    const whole = await dump({ excludeData: [], parallel: 3 }, { prepared: async ({ facts }) => {
      await server.sql("INSERT INTO conf.settings VALUES ('late'); SELECT nextval('conf.numbers')", { database: 'shop' });
      expect((await server.sql("SELECT count(*) FROM pg_locks WHERE granted AND relation IN ('conf.settings'::regclass, 'conf.all_rows'::regclass) AND mode = 'AccessShareLock'", { database: 'shop' })).trim()).toBe('2');
      expect(facts.inventory).toMatchObject({ table: [], sequence: [] });
    } });
    expect(notPassed(whole.checks)).toEqual([]);
    expect(rowsOf(whole.scans)).toEqual({ 'conf.settings': [3], 'conf.all_rows': [12] });
    const without = await dump({ excludeData: ['conf.settings'], parallel: 1 });
    expect(notPassed(without.checks)).toEqual([]);
    expect(rowsOf(without.scans)).toEqual({ 'conf.all_rows': [12] });

    const lossy = (plan: DumpPlan): DumpPlan => ({ ...plan, artifacts: plan.artifacts.map((artifact) => (artifact.name === 'data-1' ? { ...artifact, commands: artifact.commands.map((command) => ({ ...command, args: [...command.args, '--exclude-table-data=conf.all_rows', '--exclude-table=conf.numbers'] })) } : artifact)) });
    expect(notPassed((await dump(NO_OPTIONS, { plan: lossy })).checks)).toEqual(['rows fail: Rows differ from the snapshot: conf.all_rows has 12, the dump 0.', expect.stringMatching(/^sequences fail: .*conf\.numbers is missing/)]);
    expect(existsSync('/tmp/ops-engines-never')).toBe(false);
  }, LONG_MS);
});

describeWithServices('locks on PostgreSQL', ['postgres-17'], () => {
  const slowly = (plan: DumpPlan, go: string, wait = '30s'): DumpPlan => ({
    ...plan,
    // Its output waits, so that it holds what it has, if that is more than a pipe takes; its own status comes first, and a mark that it is done.
    artifacts: plan.artifacts.map((artifact) => ({
      ...artifact,
      commands: artifact.commands.map((command) => ({ ...command, program: 'sh', args: ['-c', `exec 4>&1; code=$({ { "$0" "$@" 3>&- 4>&-; echo $? >&3; : >'${go}'."$$"; } | { until [ -e '${go}' ]; do sleep 0.05; done; cat; } >&4; } 3>&1); exit "$code"`, command.program, ...command.args.map((arg) => (arg === '--lock-wait-timeout=30s' ? `--lock-wait-timeout=${wait}` : arg))] })),
    })),
  });
  const waiting = async (server: TestServer): Promise<number> => Number(await server.sql("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'", { database: 'shop' }));

  async function shop(server: TestServer): Promise<Source> {
    await server.sql('CREATE DATABASE shop');
    await server.sql("CREATE TABLE a AS SELECT n, repeat('x', 200) AS filler FROM generate_series(1, 20000) n; CREATE TABLE b AS SELECT n FROM generate_series(1, 500) n; CREATE TABLE c (n integer)", { database: 'shop' });
    return await openAsRoot(server, 'shop');
  }

  test('a TRUNCATE and an ALTER that come during the dump wait, the dump holds the rows, and nobody hangs', async () => {
    await using server = await startDatabase('postgres-17');
    await using source = await shop(server);
    const go = join(dir, 'go-1');
    const ddl: Promise<string>[] = [];
    const dumping = dumpOf(source, NO_OPTIONS, { plan: (plan) => slowly(plan, go) });
    dumping.catch(() => undefined);
    // The holder and the dump of the rows; those of the roles and the definitions are done with theirs.
    await until(async () => readdirSync(dir).filter((name) => name.startsWith('go-1.')).length === 3 && Number(await server.sql("SELECT count(DISTINCT pid) FROM pg_locks WHERE granted AND relation = 'a'::regclass AND mode = 'AccessShareLock'", { database: 'shop' })) === 2, 'the dumps have had their locks');
    ddl.push(server.sql('TRUNCATE a', { database: 'shop' }), server.sql('ALTER TABLE b ADD COLUMN more integer', { database: 'shop' }));
    await until(async () => await waiting(server) === 2, 'both wait');
    writeFileSync(go, '');
    const dump = await dumping;
    expect(notPassed(dump.checks)).toEqual([]);
    expect(rowsOf(dump.scans)).toEqual({ 'public.a': [20_000], 'public.b': [500], 'public.c': [0] });
    await Promise.all(ddl);
    expect((await server.sql('SELECT count(*) FROM a', { database: 'shop' })).trim()).toBe('0');
  }, LONG_MS);

  test('DDL that gets between the holder and the dumps costs the dump, with its name, and then runs', async () => {
    await using server = await startDatabase('postgres-17');
    await using source = await shop(server);
    const go = join(dir, 'go-2');
    writeFileSync(go, '');
    let ddl: Promise<string> | undefined;
    const dumping = dumpOf(source, NO_OPTIONS, {
      plan: (plan) => slowly(plan, go, '2s'),
      prepared: async () => {
        ddl = server.sql('TRUNCATE a', { database: 'shop' });
        await until(async () => await waiting(server) === 1, 'it waits');
      },
    });
    await expect(dumping).rejects.toMatchObject({ reason: 'dump-failed', message: expect.stringMatching(/DDL is waiting for a table.*LOCK TABLE/), remedy: 'Run the backup when no migration runs.' });
    await ddl;
  }, LONG_MS);

  test('a lock that somebody holds already is named, and nothing stays behind', async () => {
    await using server = await startDatabase('postgres-17');
    await using source = await shop(server);
    const { holdSnapshot } = await import('../../packages/backup/src/engines/postgres/snapshot.ts');
    const held = server.sql("BEGIN; LOCK TABLE b IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600) /* holder */; COMMIT", { database: 'shop' });
    const ended = held.catch((thrown: unknown) => String(thrown));
    await until(async () => (await server.sql("SELECT count(*) FROM pg_locks WHERE granted AND relation = 'b'::regclass AND mode = 'AccessExclusiveLock'", { database: 'shop' })).trim() === '1', 'it is held');
    await expect(holdSnapshot(source.query, source.facts as never, NO_OPTIONS, new AbortController().signal, '500ms')).rejects.toMatchObject({ reason: 'dump-failed', message: expect.stringContaining('DDL is waiting or running on a table of the database shop') });
    await server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%/* holder */%' AND pid <> pg_backend_pid()");
    expect(await ended).toMatch(/terminat|closed/);
  }, LONG_MS);

  test('a count that still runs does not hold the snapshot when the dumps are over', async () => {
    await using server = await startDatabase('postgres-17');
    await server.sql('CREATE DATABASE shop');
    await server.sql('CREATE TABLE big AS SELECT n FROM generate_series(1, 1000) n', { database: 'shop' });
    await using source = await openAsRoot(server, 'shop');
    const preparation = await source.engine.prepare(source.query, source.facts, NO_OPTIONS, new AbortController().signal);
    const sleeping = source.query.rows('SELECT pg_sleep(3600)').catch((thrown: unknown) => String(thrown));
    await until(async () => (await server.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(3600)%'")).trim() === '1', 'it runs');
    await preparation.release();
    await sleeping;
    // The server itself notices that the client is gone.
    await until(async () => (await server.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop'")).trim() === '0', 'the session has ended');
  }, LONG_MS);

  test('more tables than the server has locks for are refused, and the setting that is named suffices', async () => {
    await using server = await startDatabase('postgres-17', { settings: { max_locks_per_transaction: '10', max_connections: '20' } });
    await server.sql('CREATE DATABASE many');
    for (let at = 0; at < 600; at += 50) await server.sql(Array.from({ length: 50 }, (_, n) => `CREATE TABLE t${at + n} (id integer PRIMARY KEY);`).join('\n'), { database: 'many' });
    const options = { excludeData: [], parallel: 3 };
    let setting = '';
    {
      await using source = await openAsRoot(server, 'many');
      const [refusal, ...others] = source.refusals(options);
      expect(others).toEqual([]);
      expect(refusal).toMatchObject({ reason: 'not-dumpable', partial: false, message: expect.stringContaining('600 tables and partitions need room for 1800 locks') });
      setting = /max_locks_per_transaction = (\d+)/.exec(refusal?.remedy ?? '')?.[1] ?? '';
    }
    await server.restart({ max_locks_per_transaction: setting });
    await using source = await openAsRoot(server, 'many');
    expect(source.refusals(options)).toEqual([]);
    expect(notPassed((await dumpOf(source, options)).checks)).toEqual([]);
    expect(existsSync(dir)).toBe(true);
  }, LONG_MS);
});

describeWithServices('rights on PostgreSQL', [...PRODUCTS], () => {
  const login = { user: 'b"q', password: 'pw', database: 'shop' };
  const ROLE = '"b""q"';
  const READ = `GRANT pg_read_all_data TO ${ROLE};`;
  const CASES = [
    { name: 'nothing', given: [], wants: [READ] },
    { name: 'SELECT without USAGE on one schema', given: [`GRANT SELECT ON ALL TABLES IN SCHEMA public, app TO ${ROLE}`, `GRANT SELECT ON ALL SEQUENCES IN SCHEMA public, app TO ${ROLE}`], wants: [READ] },
    { name: 'all but one sequence', given: [`GRANT SELECT ON ALL TABLES IN SCHEMA public, app TO ${ROLE}`, `GRANT USAGE ON SCHEMA app TO ${ROLE}`, `GRANT SELECT ON SEQUENCE app.s TO ${ROLE}`], wants: [READ] },
    { name: 'columns only', given: [`GRANT USAGE ON SCHEMA app TO ${ROLE}`, `GRANT SELECT ON ALL SEQUENCES IN SCHEMA public, app TO ${ROLE}`, `GRANT SELECT ON app.x TO ${ROLE}`, `GRANT SELECT (id) ON t TO ${ROLE}`], wants: [READ] },
    { name: 'what is enough', given: [READ], wants: [] },
    { name: 'row security', given: [READ, 'ALTER TABLE t ENABLE ROW LEVEL SECURITY'], wants: [`ALTER ROLE ${ROLE} BYPASSRLS;`] },
    { name: 'row security of an own table', given: [READ, `ALTER ROLE ${ROLE} NOBYPASSRLS`, `ALTER TABLE t OWNER TO ${ROLE}`], wants: [] },
    { name: 'row security forced on the owner', given: ['ALTER TABLE t FORCE ROW LEVEL SECURITY'], wants: [`ALTER ROLE ${ROLE} BYPASSRLS;`] },
    { name: 'forced, but not enabled', given: [`ALTER ROLE ${ROLE} NOBYPASSRLS`, 'ALTER TABLE t DISABLE ROW LEVEL SECURITY'], wants: [] },
    { name: 'large objects of somebody else', given: ["SELECT lo_from_bytea(4711, 'x'), lo_from_bytea(4712, 'y')", `GRANT SELECT ON LARGE OBJECT 4711 TO ${ROLE}`], wants: [expect.stringContaining('GRANT SELECT ON LARGE OBJECT')] },
  ] as const;

  test.each(PRODUCTS)('%s: each missing right is refused with what gives it, and that suffices', async (product) => {
    await using server = await startDatabase(product);
    await server.sql('CREATE DATABASE shop');
    const sql = (text: string): Promise<string> => server.sql(text, { database: 'shop' });
    await sql(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'pw'; CREATE TABLE t (id serial PRIMARY KEY, b integer); INSERT INTO t (b) VALUES (1), (2); CREATE SCHEMA app; CREATE TABLE app.x (id integer); CREATE SEQUENCE app.s; CREATE VIEW v AS SELECT * FROM app.x`);
    for (const one of CASES) {
      if (one.name === 'SELECT without USAGE on one schema' || one.name === 'all but one sequence' || one.name === 'columns only') await sql(`REVOKE pg_read_all_data FROM ${ROLE}; REVOKE ALL ON ALL TABLES IN SCHEMA public, app FROM ${ROLE}; REVOKE ALL ON ALL SEQUENCES IN SCHEMA public, app FROM ${ROLE}; REVOKE ALL ON SCHEMA app FROM ${ROLE}`);
      for (const text of one.given) await sql(text);
      {
        await using source = await openAs(server, login);
        const refusals = source.refusals();
        expect([one.name, refusals.map(({ remedy }) => remedy)]).toEqual([one.name, one.wants]);
        expect(refusals.every(({ reason }) => reason === 'right-missing')).toBe(true);
        for (const { remedy } of refusals) await sql(remedy);
      }
      await using source = await openAs(server, login);
      expect([one.name, source.refusals()]).toEqual([one.name, []]);
      // pg_read_all_data reads pg_authid too, so even the passwords of the roles are in the dump.
      if (product !== 'postgres-17') continue;
      const dump = await dumpOf(source);
      expect([one.name, notPassed(dump.checks)]).toEqual([one.name, []]);
    }
  }, LONG_MS);
});
