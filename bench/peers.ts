/** The tools that bench/deploy measures against, on a test host: each with an app dir, a shared `.env` and a database of its own. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { mustRun, run, type Finished } from '../test/support/bed/run.ts';
import type { TestHost, TestNetwork } from '../test/support/hosts.ts';
import { prepareShared } from '../test/support/laravel.ts';
import { programOf } from '../test/support/services.ts';

const CONFIGS = fileURLToPath(new URL('peers', import.meta.url));
const MINA_LIBRARY = '/usr/lib/ruby/vendor_ruby';
const MINA_TEMPLATE = '/usr/share/doc/mina/examples/deploy.sh.erb';

export interface Peer {
  readonly name: 'script' | 'capistrano' | 'mina';
  deploy(): Promise<Finished>;
  rollback(): Promise<Finished>;
}

export interface PeerBed {
  readonly network: TestNetwork;
  readonly host: TestHost;
  readonly scratch: string;
  /** Bare repository on the host, branch main. */
  readonly repository: string;
  /** An ssh config whose `Host` is the test host's name. */
  readonly sshConfig: string;
}

/** Every peer that is installed, ready to deploy; the missing ones by name. */
export async function preparePeers(bed: PeerBed): Promise<{ readonly peers: readonly Peer[]; readonly missing: readonly string[] }> {
  const missing = (['cap', 'mina'] as const).filter((name) => programOf(name) === undefined);
  const peers = [await plainScript(bed)];
  if (!missing.includes('cap')) peers.push(await capistrano(bed));
  if (!missing.includes('mina')) peers.push(await mina(bed));
  return { peers, missing };
}

/** A private key that hosts accept and that ruby's net-ssh can read, which knows ed25519 only with a gem that Debian does not ship. */
async function ecdsaKey({ host, scratch }: PeerBed): Promise<string> {
  const file = join(scratch, 'id_ecdsa');
  await mustRun(['ssh-keygen', '-q', '-t', 'ecdsa', '-m', 'PEM', '-N', '', '-C', 'bench', '-f', file]);
  await must(host.exec('cat >> /home/deploy/.ssh/authorized_keys', { input: readFileSync(`${file}.pub`, 'utf8') }));
  return file;
}

async function appDir({ network, host }: PeerBed, name: string): Promise<string> {
  const dir = `/srv/host/${name}`;
  await must(host.exec('install -d -o deploy -g deploy "$DIR" "$DIR/releases"', { env: { DIR: dir } }));
  await prepareShared(network, { ...host, appDir: dir }, { connection: 'sqlite' });
  return dir;
}

function caller(bed: PeerBed, env: Readonly<Record<string, string>>): (cwd: string, argv: readonly string[]) => Promise<Finished> {
  const all = {
    PATH: process.env['PATH'] ?? '', HOME: bed.scratch, LC_ALL: 'C.UTF-8',
    SSH_CONFIG: bed.sshConfig, PEER_HOST: bed.host.name, PEER_ADDRESS: bed.host.address, PEER_REPO: bed.repository, ...env,
  };
  // env -C, because the working directory is part of how these tools find their configuration.
  return (cwd, argv) => run(bed.network.wrap(['env', '-C', cwd, ...argv]), { env: all, timeoutMs: 120_000 });
}

async function plainScript(bed: PeerBed): Promise<Peer> {
  const call = caller(bed, { PEER_DIR: await appDir(bed, 'script') });
  const cwd = join(CONFIGS, 'script');
  return { name: 'script', deploy: () => call(cwd, ['sh', 'deploy.sh']), rollback: () => call(cwd, ['sh', 'rollback.sh']) };
}

async function capistrano(bed: PeerBed): Promise<Peer> {
  const knownHosts = join(bed.scratch, 'known_hosts.cap');
  writeFileSync(knownHosts, bed.network.knownHosts);
  const call = caller(bed, { PEER_DIR: await appDir(bed, 'capistrano'), PEER_KEY: await ecdsaKey(bed), PEER_KNOWN_HOSTS: knownHosts });
  const cwd = join(bed.scratch, 'capistrano');
  cpSync(join(CONFIGS, 'capistrano'), cwd, { recursive: true });
  return { name: 'capistrano', deploy: () => call(cwd, ['cap', 'production', 'deploy']), rollback: () => call(cwd, ['cap', 'production', 'deploy:rollback']) };
}

/** Debian's mina looks for its script template where Debian does not put it: run a copy that has both. */
async function mina(bed: PeerBed): Promise<Peer> {
  const home = join(bed.scratch, 'mina');
  mkdirSync(join(home, 'data'), { recursive: true });
  mkdirSync(join(home, 'bin'));
  cpSync('/usr/bin/mina', join(home, 'bin/mina'));
  cpSync(`${MINA_LIBRARY}/mina.rb`, join(home, 'lib/mina.rb'));
  cpSync(`${MINA_LIBRARY}/mina`, join(home, 'lib/mina'), { recursive: true });
  const template = readFileSync(MINA_TEMPLATE);
  writeFileSync(join(home, 'data/deploy.sh.erb'), template[0] === 0x1f ? gunzipSync(template) : template);
  const call = caller(bed, { PEER_DIR: await appDir(bed, 'mina') });
  const cwd = join(CONFIGS, 'mina');
  const program = ['ruby', join(home, 'bin/mina')];
  return { name: 'mina', deploy: () => call(cwd, [...program, 'deploy']), rollback: () => call(cwd, [...program, 'rollback']) };
}

async function must(done: Promise<Finished>): Promise<void> {
  const { exit, stderr } = await done;
  if (exit !== 0) throw new Error(stderr);
}
