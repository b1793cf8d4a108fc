/** Accounts that lack one right each: most of their dumps would end with exit 0 and a trailer, and hold less than there is. */
import { MemoryStore } from '../../packages/backup/src/testing.ts';
import type { TestServer } from '../../test/support/databases.ts';
import { attempt, configOf, type Keys } from './bed.ts';
import type { CaseGroup } from './cases.ts';
import { MYSQL_SHOP, POSTGRES_SHOP } from './shop.ts';

const PASSWORD = 'Backup-9-secret';

interface Account {
  readonly name: string;
  /** Statements that give it what it has; USER stands for the account. */
  readonly grants: readonly string[];
}

function group(server: TestServer, keys: Keys, enough: readonly Account[], lacking: readonly Account[], make: (user: string, account: Account) => Promise<void>): CaseGroup {
  let made = 0;
  const run = async (account: Account): Promise<Awaited<ReturnType<typeof attempt>> & { readonly stored: number }> => {
    made += 1;
    const user = `reader${made}`;
    await make(user, account);
    const store = new MemoryStore();
    const done = await attempt(configOf({ url: server.url(user, PASSWORD, 'shop'), env: server.env }, store, keys));
    return { ...done, stored: [...store.objects.keys()].filter((key) => key.includes('/data/') || key.includes('/manifests/')).length };
  };
  return {
    damaged: lacking.map((account) => ({
      layer: 'rights', name: `${server.product}: ${account.name}`,
      async accepted() {
        const { reason, message, stored, record } = await run(account);
        const right = reason === 'right-missing' || reason === 'login-refused';
        return right && stored === 0 ? undefined : `status ${record.status ?? 'none'}, reason ${reason ?? 'none'}, ${stored} objects: ${message}`;
      },
    })),
    controls: enough.map((account) => ({
      name: `${server.product}: ${account.name}`,
      async refused() {
        const { reason, message, record } = await run(account);
        return reason === undefined && record.status === 'verified' ? undefined : `${record.status ?? ''} ${reason ?? ''} ${message}`;
      },
    })),
  };
}

export async function mysqlRights(server: TestServer, keys: Keys): Promise<CaseGroup> {
  await server.sql('CREATE DATABASE IF NOT EXISTS shop; CREATE DATABASE IF NOT EXISTS other; CREATE TABLE IF NOT EXISTS other.t (id INT PRIMARY KEY)');
  if ((await server.sql("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'shop'")).trim() === '0') await server.sql(MYSQL_SHOP, { database: 'shop' });
  const routines = server.family === 'mysql' ? 'GRANT SHOW_ROUTINE ON *.* TO USER' : 'GRANT SELECT ON mysql.proc TO USER';
  const whole = ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT'];
  const on = (rights: readonly string[], what = 'shop.*'): string => `GRANT ${rights.join(', ')} ON ${what} TO USER`;
  const tables = ['customers', 'orders', 'notes', 'audits'];
  const others = whole.slice(1);
  const lacking: Account[] = [
    ...whole.map((right) => ({ name: `no ${right}`, grants: [on(whole.filter((one) => one !== right)), routines] })),
    { name: 'no right on routines', grants: [on(whole)] },
    { name: 'EXECUTE on one routine only', grants: [on(whole), 'GRANT EXECUTE ON PROCEDURE shop.tidy TO USER'] },
    { name: 'SELECT alone', grants: [on(['SELECT']), routines] },
    { name: 'nothing at all', grants: [] },
    { name: 'everything, but on another database', grants: [on(whole, 'other.*'), routines] },
    ...tables.map((table) => ({ name: `SELECT by table, all but ${table}`, grants: [on(others), routines, ...tables.filter((one) => one !== table).map((one) => on(['SELECT'], `shop.${one}`))] })),
    { name: 'SELECT by table, all of them', grants: [on(others), routines, ...tables.map((one) => on(['SELECT'], `shop.${one}`))] },
    { name: 'everything on one table only', grants: [on(['SELECT', 'SHOW VIEW', 'TRIGGER'], 'shop.orders'), routines] },
    { name: 'TRIGGER on another table only', grants: [on(['SELECT', 'SHOW VIEW', 'EVENT']), routines, on(['TRIGGER'], 'shop.customers')] },
    { name: 'TRIGGER on the tables, not on the database', grants: [on(['SELECT', 'SHOW VIEW', 'EVENT']), routines, ...tables.slice(0, 2).map((one) => on(['TRIGGER'], `shop.${one}`))] },
    { name: 'SELECT on some columns', grants: [on(others), routines, 'GRANT SELECT (id) ON shop.orders TO USER'] },
    { name: 'a role with everything that is not active', grants: ['CREATE ROLE USERrole', on(whole).replace('USER', 'USERrole'), 'GRANT USERrole TO USER', routines] },
  ];
  return group(server, keys, [{ name: 'the least rights', grants: [on(whole), routines] }], lacking, async (user, { grants }) => {
    const account = `'${user}'@'%'`;
    const role = `'${user}role'`;
    await server.sql([`CREATE USER ${account} IDENTIFIED BY '${PASSWORD}'`, ...grants.map((grant) => grant.replaceAll('USERrole', role).replaceAll('USER', account))].join(';\n'));
  });
}

export async function postgresRights(server: TestServer, keys: Keys): Promise<CaseGroup> {
  if ((await server.sql("SELECT COUNT(*) FROM pg_database WHERE datname = 'shop'")).trim() === '0') {
    await server.sql('CREATE DATABASE shop');
    await server.sql(POSTGRES_SHOP, { database: 'shop' });
  }
  await server.sql('CREATE TABLE secrets (id int PRIMARY KEY); INSERT INTO secrets VALUES (1); CREATE POLICY own ON secrets USING (id > 5); CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int PRIMARY KEY)', { database: 'shop' });
  const enough = ['GRANT USAGE ON SCHEMA public, hidden TO USER', 'GRANT SELECT ON ALL TABLES IN SCHEMA public, hidden TO USER', 'GRANT SELECT ON ALL SEQUENCES IN SCHEMA public, hidden TO USER', 'DO $$ DECLARE o oid; BEGIN FOR o IN SELECT oid FROM pg_largeobject_metadata LOOP EXECUTE format($q$GRANT SELECT ON LARGE OBJECT %s TO USER$q$, o); END LOOP; END $$'];
  const lacking: Account[] = [
    ...['customers', 'orders', 'notes', 'audits'].map((table) => ({ name: `no SELECT on ${table}`, grants: [...enough, `REVOKE SELECT ON ${table} FROM USER`] })),
    { name: 'no SELECT on a sequence', grants: [...enough, 'REVOKE SELECT ON audits_id_seq FROM USER'] },
    { name: 'no USAGE on a schema', grants: [...enough, 'REVOKE USAGE ON SCHEMA hidden FROM USER'] },
    { name: 'no SELECT on a large object', grants: enough.slice(0, 3) },
    { name: 'nothing at all', grants: [] },
    { name: 'rows that a policy hides', grants: [...enough, 'ALTER TABLE secrets ENABLE ROW LEVEL SECURITY'] },
  ];
  return group(server, keys, [{ name: 'the least rights', grants: enough }], lacking, async (user, { grants }) => {
    await server.sql(`CREATE ROLE ${user} LOGIN PASSWORD '${PASSWORD}'`);
    for (const grant of grants) await server.sql(grant.replaceAll('USER', user), { database: 'shop' });
  });
}
