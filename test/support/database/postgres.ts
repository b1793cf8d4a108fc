import { globSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../bed/run.ts';
import { giveToNobody, startDaemon, type Daemon } from '../daemon.ts';
import { ROOT_PASSWORD, SYSTEM_PATH, type Engine, type Place } from './engine.ts';
import { asNobody } from './identity.ts';

export const postgres: Engine = {
  family: 'postgres',
  rootUser: 'postgres',
  clients: /./,
  programDirs: (tree) => [programs(tree)],
  clientEnv: () => ({}),
  // "Immediate": aborts every backend, removes the shared memory.
  endSignal: 'SIGQUIT',
  initialise,
  serve,
  adminClient({ tree, dir, port }, database) {
    return [
      'env', `PGPASSFILE=${join(dir, 'pgpass')}`, join(programs(tree), 'psql'), '--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--field-separator=\t',
      '--set=ON_ERROR_STOP=1', `--host=${dir}`, `--port=${port}`, '--username=postgres', `--dbname=${database ?? 'postgres'}`,
    ];
  },
};

function programs(tree: string): string {
  const [found] = globSync(join(tree, 'usr/lib/postgresql/*/bin'));
  if (found === undefined) throw new Error(`no PostgreSQL in ${tree}`);
  return found;
}

async function initialise({ tree, dir }: Place): Promise<void> {
  const password = join(dir, 'first');
  writeFileSync(password, `${ROOT_PASSWORD}\n`);
  giveToNobody(password);
  await mustRun(asNobody([
    join(programs(tree), 'initdb'), `--pgdata=${join(dir, 'data')}`, '--username=postgres', `--pwfile=${password}`, '--auth=scram-sha-256',
    '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync',
  ]), { env: { PATH: SYSTEM_PATH, HOME: dir, LC_ALL: 'C.UTF-8' }, timeoutMs: 180_000 });
  // Also for servers that other hosts of a test network reach.
  writeFileSync(join(dir, 'data/pg_hba.conf'), 'local all all scram-sha-256\nhost all all all scram-sha-256\nlocal replication all scram-sha-256\nhost replication all all scram-sha-256\n');
  rmSync(password);
}

async function serve({ product, tree, dir, port, listen, settings }: Place): Promise<Daemon> {
  rmSync(join(dir, 'data/postmaster.pid'), { force: true }); // of a killed server
  writeFileSync(join(dir, 'pgpass'), `*:*:*:*:${ROOT_PASSWORD.replace(/[\\:]/g, '\\$&')}\n`, { mode: 0o600 });
  const values = { listen_addresses: listen, unix_socket_directories: dir, fsync: 'off', ...settings };
  return startDaemon({
    name: product, log: join(dir, 'log'), user: 'nobody', cwd: dir, env: { PATH: SYSTEM_PATH, HOME: dir, LC_ALL: 'C.UTF-8', LC_MESSAGES: 'C' },
    argv: [
      join(programs(tree), 'postgres'), '-D', join(dir, 'data'), '-p', String(port),
      ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    ready: (text) => text.includes('database system is ready to accept connections'),
  });
}
