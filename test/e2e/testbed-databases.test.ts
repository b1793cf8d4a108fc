import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { products, startDatabase, type TestServer } from '../support/databases.ts';
import { startNetwork } from '../support/hosts.ts';
import { describeWithServices } from '../support/require.ts';
import { copySqliteSample, countRows, loadAwkward, loadSample, sampleRows } from '../support/samples.ts';

const LONG_MS = 180_000;
const total = (rows: Readonly<Record<string, number>>): [number, number] => [Object.keys(rows).length, Object.values(rows).reduce((sum, one) => sum + one, 0)];

/** The dump program of the product, to a file; and back into a database of another name. */
function dumpAndLoad(server: TestServer, from: string, to: string, dir: string): void {
  const file = join(dir, `${server.product}.dump`);
  const mine = server.family === 'mysql' ? ['--set-gtid-purged=OFF', '--skip-masking-policies'] : [];
  const login = [`--host=${server.host}`, `--port=${server.port}`, '--user=root'];
  const env = { ...server.env, MYSQL_PWD: server.rootPassword, PGPASSWORD: server.rootPassword, PGHOST: server.host, PGPORT: String(server.port), PGUSER: server.rootUser };
  const run = (program: string, args: readonly string[], input = '/dev/null'): void => {
    const stdin = openSync(input, 'r');
    execFileSync(server.bin(program), args, { env, stdio: [stdin, 'ignore', 'pipe'] });
    closeSync(stdin);
  };
  if (server.family === 'postgres') {
    run('pg_dump', ['-Fc', '-Z0', `--file=${file}`, from]);
    run('pg_restore', ['--exit-on-error', `--dbname=${to}`, file]);
  } else {
    run(server.family === 'mysql' ? 'mysqldump' : 'mariadb-dump', [
      ...login, '--single-transaction', '--routines', '--triggers', '--events', '--hex-blob', '--no-tablespaces', '--default-character-set=utf8mb4', ...mine, `--result-file=${file}`, from,
    ]);
    run(server.family, [...login, '--default-character-set=utf8mb4', '--binary-mode', to], file);
  }
}

describeWithServices('database servers', [...products, 'chinook'], () => {
  test.each(products)('%s starts, holds the sample and the awkward data, and gives both back from its own dump', async (product) => {
    const dir = mkdtempSync(join(tmpdir(), 'ops-dump-'));
    try {
      await using server = await startDatabase(product);
      expect(server.version.startsWith(product.replace(/.*-/, ''))).toBe(true);
      await loadSample(server, 'chinook', 'chinook');
      expect(await countRows(server, 'chinook')).toEqual(sampleRows('chinook'));
      expect(total(sampleRows('chinook'))).toEqual([11, 15_607]);

      await loadAwkward(server, 'odd');
      const odd = await countRows(server, 'odd');
      expect(Object.keys(odd).length).toBeGreaterThanOrEqual(20);
      await server.sql('CREATE DATABASE back');
      dumpAndLoad(server, 'odd', 'back', dir);
      expect(await countRows(server, 'back')).toEqual(odd);
    } finally {
      rmSync(dir, { recursive: true });
    }
  }, LONG_MS);

  test.each(['mariadb-10.11', 'mysql-9.7', 'postgres-17'] as const)('%s keeps its data and its port over a crash, says what is wrong, and leaves nothing', async (product) => {
    let dir = '';
    let pid = 0;
    {
      await using server = await startDatabase(product);
      await using second = await startDatabase(product);
      expect(second.port).not.toBe(server.port);
      dir = server.env['HOME'] ?? '';
      await server.sql('CREATE DATABASE one');
      await server.sql("CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2)", { database: 'one' });
      const before = server.pid;
      await server.kill('SIGKILL');
      await expect(server.sql('SELECT 1')).rejects.toThrow(product);
      await server.restart();
      expect(server.pid).not.toBe(before);
      expect(await countRows(server, 'one')).toEqual({ t: 2 });
      await expect(second.sql('SELECT nonsense')).rejects.toThrow('nonsense');
      expect(new URL(server.url('u ser', 'p@:/ss', 'one')).port).toBe(String(server.port));
      pid = server.pid;
    }
    expect(existsSync(dir)).toBe(false);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  }, LONG_MS);

  test.each(['mariadb-10.11', 'postgres-17'] as const)('%s runs its clients from the PATH, as an account over TCP', async (product) => {
    await using server = await startDatabase(product, { settings: fewConnections(product) });
    await server.sql(server.family === 'postgres' ? "CREATE ROLE app LOGIN PASSWORD 'secret'" : "CREATE USER app IDENTIFIED BY 'secret'");
    const said = server.family === 'postgres'
      ? execFileSync('psql', ['-Atc', 'SELECT current_user, inet_server_port(); SHOW max_connections', server.url('app', 'secret', 'postgres')], { env: server.env, encoding: 'utf8' })
      : execFileSync('mariadb', ['--host=127.0.0.1', `--port=${server.port}`, '--user=app', '--password=secret', '-BNe', 'SELECT CONCAT(SUBSTRING_INDEX(CURRENT_USER(), "@", 1), "|", @@port, "\n", @@max_connections)', '--raw'], { env: server.env, encoding: 'utf8' });
    expect(said.trim()).toBe(`app|${server.port}\n37`);
  }, LONG_MS);
});

function fewConnections(product: string): Record<string, string> {
  return product.startsWith('postgres') ? { max_connections: '37' } : { 'max-connections': '37' };
}

describeWithServices('a host of a test network', ['network', 'mysql-9.7', 'postgres-15'], () => {
  test('reaches database servers of the test under 127.0.0.1, with its own clients, and after a power cut again', async () => {
    await using network = await startNetwork([{ name: 'app1', os: 'bookworm' }]);
    await using mysql = await startDatabase('mysql-9.7');
    await using postgres = await startDatabase('postgres-15');
    const host = network.host('app1');
    await mysql.sql("CREATE DATABASE app; CREATE USER app IDENTIFIED BY 'secret'; GRANT ALL ON app.* TO app");
    const php = `new PDO("mysql:host=127.0.0.1;port=${mysql.port};dbname=app", "app", "secret")`;
    const ask = async (): Promise<string> => {
      const done = await host.exec(`php -r 'echo (${php})->query("SELECT VERSION()")->fetchColumn(), "\n";' && psql -Atc 'SHOW server_version' && pg_dump --schema-only | tail -n 20`, {
        env: { PGHOST: '127.0.0.1', PGPORT: String(postgres.port), PGUSER: 'postgres', PGPASSWORD: postgres.rootPassword },
      });
      return done.stdout + done.stderr;
    };
    expect(await ask()).toMatch(/refused/);
    for (const server of [mysql, postgres]) await host.expose(server.port);
    const said = await ask();
    expect(said).toContain(`${mysql.version}\n${postgres.version}\n`);
    expect(said).toContain('PostgreSQL database dump complete');
    await network.powerOff('app1');
    await network.powerOn('app1');
    expect(await ask()).toMatch(/refused/);
    for (const server of [mysql, postgres]) await host.expose(server.port);
    expect(await ask()).toContain('PostgreSQL database dump complete');
  }, LONG_MS);
});

describeWithServices('the large sample', ['mariadb-11.8', 'foodmart', 'sqlite3'], () => {
  test('has the published number of tables and rows, in SQLite too', async () => {
    expect(total(sampleRows('foodmart'))).toEqual([37, 876_042]);
    const dir = mkdtempSync(join(tmpdir(), 'ops-sample-'));
    try {
      copySqliteSample('foodmart', join(dir, 'foodmart.db'));
      const said = execFileSync('sqlite3', [join(dir, 'foodmart.db'), 'PRAGMA integrity_check; SELECT COUNT(*) FROM sales_fact_1997'], { encoding: 'utf8' });
      expect(said).toBe(`ok\n${sampleRows('foodmart')['sales_fact_1997']}\n`);
      await using server = await startDatabase('mariadb-11.8');
      await loadSample(server, 'foodmart', 'foodmart');
      expect(await countRows(server, 'foodmart')).toEqual(sampleRows('foodmart'));
    } finally {
      rmSync(dir, { recursive: true });
    }
  }, LONG_MS);
});
