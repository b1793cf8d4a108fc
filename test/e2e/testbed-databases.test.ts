import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { products, startDatabase, type TestServer } from '../support/databases.ts';
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
