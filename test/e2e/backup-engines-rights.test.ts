import { expect, test } from '@jest/globals';
import { startDatabase, type Product, type TestServer } from '../support/databases.ts';
import { connectionOf, dumpOf, NO_OPTIONS, notPassed, openAs, openAsRoot } from '../support/dumps.ts';
import { describeWithServices } from '../support/require.ts';

const LONG_MS = 180_000;
const PRODUCTS = ['mysql-9.7', 'mariadb-10.11', 'mariadb-11.8'] as const satisfies readonly Product[];
const WHOLE = ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT'];

/** Cases that end in a dump. */
const DUMPED = /least|usual|role that is active|more precise|partial/;

const SCHEMA = `
CREATE DATABASE my_app; CREATE DATABASE other;
CREATE TABLE my_app.t (a INT PRIMARY KEY); INSERT INTO my_app.t VALUES (1), (2);
CREATE TABLE my_app.u (a INT PRIMARY KEY, b INT);
CREATE TABLE other.x (a INT PRIMARY KEY);
CREATE VIEW my_app.v AS SELECT a FROM my_app.t;
CREATE TRIGGER my_app.on_t BEFORE INSERT ON my_app.t FOR EACH ROW SET NEW.a = NEW.a + 1;
CREATE TRIGGER my_app.on_u BEFORE INSERT ON my_app.u FOR EACH ROW SET NEW.b = 1;
CREATE EVENT my_app.e ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01 00:00:00' DO DELETE FROM my_app.u;`;

/** What an account is given, and the GRANTs that the refusals must name: nothing else, and they must suffice. */
interface Case {
  readonly name: string;
  readonly given: readonly string[];
  readonly wants: readonly string[];
  readonly says?: RegExp;
  /** Who made the routines; root when not said. */
  readonly owner?: string;
}

function cases(family: 'mysql' | 'mariadb', product: Product): readonly Case[] {
  const routines = family === 'mysql' ? 'GRANT SHOW_ROUTINE ON *.* TO b' : 'GRANT SELECT ON mysql.proc TO b';
  const wantsRoutines = family === 'mysql' ? 'GRANT SHOW_ROUTINE ON *.* TO `b`@`%`;' : 'GRANT SELECT ON mysql.proc TO `b`@`%`;';
  const on = (rights: readonly string[], what = 'my_app.*'): string => `GRANT ${rights.join(', ')} ON ${what} TO b`;
  const wants = (rights: readonly string[], pattern = 'my_app'): string => `GRANT ${rights.join(', ')} ON \`${pattern}\`.* TO \`b\`@\`%\`;`;
  const without = (right: string): readonly string[] => WHOLE.filter((one) => one !== right);
  const makeDefault = family === 'mysql' ? 'SET DEFAULT ROLE ALL TO b' : 'SET DEFAULT ROLE backup_role FOR b';
  const role = ['CREATE ROLE backup_role', 'GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON my_app.* TO backup_role', 'GRANT backup_role TO b'];
  return [
    { name: 'the usual Laravel account, whose migrations made the routines', given: ['GRANT ALL ON my_app.* TO b'], wants: [], owner: 'b' },
    // MariaDB 11.3 and later have a right of their own for it, which ALL includes.
    { name: 'the usual Laravel account, and routines that somebody else made', given: ['GRANT ALL ON my_app.* TO b'], wants: product === 'mariadb-11.8' ? [] : [wantsRoutines] },
    { name: 'the least rights', given: [on(WHOLE), routines], wants: [] },
    { name: 'global rights', given: [on(WHOLE, '*.*')], wants: [] },
    ...WHOLE.map((right): Case => ({ name: `no ${right}`, given: [on(without(right)), routines], wants: [wants([right])] })),
    { name: 'no routine right', given: [on(WHOLE)], wants: [wantsRoutines], says: /cannot list the procedures/ },
    { name: 'EXECUTE, which lists routines without their bodies', given: [on([...WHOLE, 'EXECUTE'])], wants: [wantsRoutines], says: /body of 2 routines/ },
    { name: 'rights on single tables', given: [on(['SELECT', 'TRIGGER'], 'my_app.t'), on(['SHOW VIEW', 'EVENT']), routines], wants: [wants(['SELECT', 'TRIGGER'])], says: /single tables only \(t\)/ },
    { name: 'rights on columns', given: [on(['SELECT (a)'], 'my_app.u'), on(without('SELECT')), routines], wants: [wants(['SELECT'])], says: /single tables only \(u\)/ },
    { name: 'TRIGGER on another table', given: [on(without('TRIGGER')), on(['TRIGGER'], 'my_app.u'), routines], wants: [wants(['TRIGGER'])] },
    { name: 'rights on another database', given: [on(WHOLE, 'other.*'), on(['CREATE TEMPORARY TABLES']), routines], wants: [wants(WHOLE)] },
    { name: 'a role that is active', given: [...role, makeDefault, routines], wants: [] },
    { name: 'a role that is not', given: [...role, 'GRANT CREATE TEMPORARY TABLES ON my_app.* TO b', routines], wants: [wants(WHOLE)], says: /role backup_role is not active/ },
    { name: 'a pattern beside a more precise one', given: [on(WHOLE, '`my%`.*'), on(['SELECT'], '`my\\_app`.*'), routines], wants: [wants(['SHOW VIEW', 'TRIGGER', 'EVENT'], 'my\\_app')] },
    ...(family === 'mysql' ? [{ name: 'a partial revoke', given: ['SET GLOBAL partial_revokes = ON', on([...WHOLE, 'SHOW_ROUTINE'], '*.*'), 'REVOKE SELECT, TRIGGER ON my_app.* FROM b'], wants: [wants(['SELECT', 'TRIGGER'])] }] : []),
    ...(family === 'mysql' ? [{ name: 'a proxy grant', given: ['CREATE USER shadow', 'GRANT PROXY ON shadow TO b', on(WHOLE), routines], wants: [] }] : []),
  ];
}

const CLEAN = ['DROP USER IF EXISTS b, shadow', 'DROP ROLE IF EXISTS backup_role'];

async function account(server: TestServer, given: readonly string[], owner = 'root@localhost'): Promise<void> {
  await server.sql([...CLEAN, ...(server.family === 'mysql' ? ['SET GLOBAL partial_revokes = OFF'] : []), "CREATE USER b IDENTIFIED BY 'pw'", 'DROP PROCEDURE IF EXISTS my_app.p', 'DROP FUNCTION IF EXISTS my_app.f', `CREATE DEFINER = ${owner} PROCEDURE my_app.p() SELECT 1`, `CREATE DEFINER = ${owner} FUNCTION my_app.f() RETURNS INT DETERMINISTIC RETURN 1`, ...given].join(';\n'));
}

describeWithServices('rights on MySQL and MariaDB', [...PRODUCTS], () => {
  const login = { user: 'b', password: 'pw', database: 'my_app' };

  test.each(PRODUCTS)('%s: each missing right is refused with the GRANT that gives it, and that GRANT suffices', async (product) => {
    await using server = await startDatabase(product);
    await server.sql(SCHEMA);
    await account(server, []);
    await using root = await openAsRoot(server, 'my_app');
    for (const one of cases(server.family === 'mysql' ? 'mysql' : 'mariadb', product)) {
      await account(server, one.given, one.owner);
      {
        await using source = await openAs(server, login);
        const refusals = source.refusals();
        expect([one.name, refusals.map(({ remedy }) => remedy)]).toEqual([one.name, one.wants]);
        if (one.says !== undefined) expect(refusals.map(({ message }) => message).join()).toMatch(one.says);
        for (const { remedy } of refusals) await server.sql(remedy);
      }
      await using source = await openAs(server, login);
      expect([one.name, source.refusals()]).toEqual([one.name, []]);
      expect([one.name, source.facts.inventory]).toEqual([one.name, root.facts.inventory]);
      // What an account may list it may dump: a few are enough.
      if (!DUMPED.test(one.name)) continue;
      const dump = await dumpOf(source);
      expect([one.name, notPassed(dump.checks)]).toEqual([one.name, []]);
      expect([one.name, root.engine.judge(root.facts, NO_OPTIONS, dump.scans, undefined).every(({ result }) => result === 'pass')]).toEqual([one.name, true]);
    }
  }, LONG_MS);

  test.each(PRODUCTS)('%s: what gets past the refusals fails the judge', async (product) => {
    await using server = await startDatabase(product);
    await server.sql(SCHEMA);
    const force = { plan: (plan: Awaited<ReturnType<typeof dumpOf>>['plan']) => ({ ...plan, artifacts: plan.artifacts.map((artifact) => ({ ...artifact, commands: artifact.commands.map((command) => ({ ...command, args: [...command.args.slice(0, 1), '--force', ...command.args.slice(1)] })) })) }) };
    await account(server, []);
    await using root = await openAsRoot(server, 'my_app');
    await account(server, ['GRANT SELECT, SHOW VIEW, EVENT ON my_app.* TO b']);
    // The dumper ends with exit code 0 and its trailer; triggers and routines are missing.
    const weak = { ...root, connection: connectionOf(server, login) };
    const dumped = await dumpOf(weak).then((dump) => notPassed(dump.checks).join(), (thrown: unknown) => String(thrown));
    expect(dumped).toMatch(/inventory fail: .*trigger on_t|right|insufficient|denied/i);
    // Nothing but one table, and --force over everything that it says about it.
    await account(server, ['GRANT SELECT, TRIGGER, SHOW VIEW ON my_app.t TO b', 'GRANT EVENT ON my_app.* TO b']);
    const forced = await dumpOf(weak, NO_OPTIONS, force).then((dump) => notPassed(dump.checks).join(), (thrown: unknown) => String(thrown));
    expect(forced).toMatch(/inventory fail: .*missing: table u|exit code 2/);
    const between = await dumpOf(root, NO_OPTIONS, { prepared: async () => { await server.sql('DROP TRIGGER my_app.on_u; CREATE TABLE my_app.late (a INT)'); } });
    expect(notPassed(between.checks)).toEqual([expect.stringMatching(/inventory fail: .*missing: trigger on_u; not listed before: table late/)]);
  }, LONG_MS);

  test.each(PRODUCTS)('%s: tables outside the snapshot, broken views, and tables that do not exist are refused; what is left can be dumped', async (product) => {
    await using server = await startDatabase(product);
    await server.sql(`${SCHEMA} CREATE TABLE my_app.old (a INT) ENGINE = MyISAM; CREATE TABLE my_app.away (a INT); CREATE VIEW my_app.lost AS SELECT a FROM my_app.away; DROP TABLE my_app.away;
      CREATE USER gone@localhost; CREATE DEFINER = gone@localhost VIEW my_app.orphan AS SELECT a FROM my_app.t; DROP USER gone@localhost`);
    {
      await using source = await openAsRoot(server, 'my_app');
      const refusals = source.refusals({ excludeData: ['nonsense'], parallel: 1 });
      expect(refusals.map(({ reason, partial }) => [reason, partial])).toEqual([['not-dumpable', true], ['not-dumpable', true], ['bad-input', false]]);
      expect(refusals.map(({ message }) => message).join('\n')).toMatch(/old is MyISAM[\s\S]*The view lost cannot be read[\s\S]*nonsense is no table of my_app/);
      // As allow-partial would.
      const dump = await dumpOf(source);
      expect(notPassed(dump.checks)).toEqual([]);
      expect(dump.scans.get('dump')?.inventory.view).toEqual(['orphan', 'v']);
      expect(source.refusals({ excludeData: ['old'], parallel: 1 }).map(({ message }) => message).join()).not.toMatch(/InnoDB/);
      for (const { remedy } of source.refusals()) await server.sql(remedy.replace(/^Repair it, or: /, ''));
    }
    await using source = await openAsRoot(server, 'my_app');
    expect(source.refusals()).toEqual([]);
    expect(notPassed((await dumpOf(source, { excludeData: ['t', 'old'], parallel: 1 })).checks)).toEqual([]);
  }, LONG_MS);

  test.each(PRODUCTS)('%s: excluded tables come as structure, with their triggers, and the rest with rows', async (product) => {
    await using server = await startDatabase(product);
    await server.sql(`${SCHEMA} INSERT INTO my_app.u VALUES (5, 5)`);
    await using source = await openAsRoot(server, 'my_app');
    const dump = await dumpOf(source, { excludeData: ['t'], parallel: 1 });
    expect(notPassed(dump.checks)).toEqual([]);
    expect(dump.scans.get('dump')?.tables).toMatchObject({ t: { rows: 0 }, u: { rows: 1 } });
  }, LONG_MS);
});
