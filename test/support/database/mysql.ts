import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../bed/run.ts';
import { giveToNobody, startDaemon, type Daemon } from '../daemon.ts';
import { asNobody } from './identity.ts';
import { ROOT_PASSWORD, SYSTEM_PATH, type Engine, type Place } from './engine.ts';

const CHARSET = '--default-character-set=utf8mb4';

/** The files of one server, by what they are for. */
export function mysqlFiles(dir: string): { data: string; socket: string; log: string; pid: string; admin: string } {
  return { data: join(dir, 'data'), socket: join(dir, 'sock'), log: join(dir, 'log'), pid: join(dir, 'pid'), admin: join(dir, 'admin.cnf') };
}

function engineOf(family: 'mysql' | 'mariadb'): Engine {
  return {
    family,
    rootUser: 'root',
    clients: /^(?:mysql|mariadb|my_print_defaults)/,
    programDirs: (tree) => [join(tree, 'usr/bin'), join(tree, 'usr/sbin')],
    clientEnv: (tree) => ({ [family === 'mysql' ? 'LIBMYSQL_PLUGIN_DIR' : 'MARIADB_PLUGIN_DIR']: pluginDir(family, tree) }),
    endSignal: 'SIGKILL',
    initialise: (place) => initialise(family, place),
    serve: (place) => serve(family, place),
    adminClient({ tree, dir }, database) {
      const { admin } = mysqlFiles(dir);
      return [join(tree, 'usr/bin', family), `--defaults-file=${admin}`, '--batch', '--skip-column-names', CHARSET, ...(database === undefined ? [] : [database])];
    },
  };
}

export const mysql = engineOf('mysql');
export const mariadb = engineOf('mariadb');

function pluginDir(family: 'mysql' | 'mariadb', tree: string): string {
  // The client's plugins; the servers' lie in the same folder of each product.
  const own = join(tree, 'usr/lib', 'x86_64-linux-gnu', family === 'mysql' ? 'mysql/plugin' : 'libmariadb3/plugin');
  return existsSync(own) ? own : join(tree, 'usr/lib/mysql/plugin');
}

function common({ tree, dir }: Place): string[] {
  return [
    '--no-defaults', `--basedir=${join(tree, 'usr')}`, `--lc-messages-dir=${join(tree, 'usr/share/mysql')}`,
    `--plugin-dir=${join(tree, 'usr/lib/mysql/plugin')}`, `--datadir=${mysqlFiles(dir).data}`, `--tmpdir=${dir}`,
  ];
}

async function initialise(family: 'mysql' | 'mariadb', place: Place): Promise<void> {
  const env = { PATH: SYSTEM_PATH, HOME: place.dir };
  const program: [string, ...string[]] = family === 'mysql'
    ? [join(place.tree, 'usr/sbin/mysqld'), ...common(place), '--initialize-insecure', '--innodb-redo-log-capacity=64M']
    : [join(place.tree, 'usr/bin/mariadb-install-db'), ...common(place), '--auth-root-authentication-method=normal', '--skip-test-db', '--innodb-log-file-size=16M'];
  await mustRun(asNobody(program), { env, timeoutMs: 180_000 });

  const { admin, socket } = mysqlFiles(place.dir);
  const passwordless = join(place.dir, 'first.sql');
  writeFileSync(passwordless, [
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${escaped(ROOT_PASSWORD)}';`,
    `CREATE USER 'root'@'%' IDENTIFIED BY '${escaped(ROOT_PASSWORD)}';`,
    "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;", '',
  ].join('\n'));
  giveToNobody(passwordless);
  writeAdminFile(admin, socket);
  const server = await serve(family, place, [`--init-file=${passwordless}`]);
  await server.end('SIGTERM');
  rmSync(passwordless);
}

async function serve(family: 'mysql' | 'mariadb', place: Place, more: readonly string[] = []): Promise<Daemon> {
  const { socket, pid, log, admin } = mysqlFiles(place.dir);
  // What a killed server leaves would stop the next one.
  for (const leftover of [socket, `${socket}.lock`, pid]) rmSync(leftover, { force: true });
  writeAdminFile(admin, socket);
  const own = family === 'mysql'
    ? [join(place.tree, 'usr/sbin/mysqld'), '--mysqlx=OFF', '--secure-file-priv=NULL', '--innodb-redo-log-capacity=64M']
    : [join(place.tree, 'usr/sbin/mariadbd'), '--innodb-log-file-size=16M'];
  const [program = '', ...options] = own;
  return startDaemon({
    name: place.product, log, user: 'nobody', cwd: place.dir, env: { PATH: SYSTEM_PATH, HOME: place.dir, LC_ALL: 'C.UTF-8' },
    argv: [
      program, ...common(place), ...options, `--socket=${socket}`, `--pid-file=${pid}`, `--port=${place.port}`, `--bind-address=${place.listen}`,
      '--server-id=1', '--innodb-buffer-pool-size=128M', '--innodb-flush-log-at-trx-commit=2', '--sync-binlog=0',
      ...Object.entries(place.settings).map(([name, value]) => `--${name}=${value}`), ...more,
    ],
    ready: (text) => /ready for connections.*/.test(text),
  });
}

function writeAdminFile(path: string, socket: string): void {
  writeFileSync(path, `[client]\nuser=root\npassword="${escaped(ROOT_PASSWORD)}"\nsocket=${socket}\n`, { mode: 0o600 });
}

/** For a quoted value in an option file or in SQL: both read a backslash as an escape. */
function escaped(text: string): string {
  return text.replace(/[\\'"]/g, '\\$&');
}
