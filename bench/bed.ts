/** One Laravel host with our actions and the other tools beside each other, and the clocks of the bench. */
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../test/support/bed/run.ts';
import type { AppVariant } from '../test/support/laravel.ts';
import { openScene, type Commit, type Outcome, type Scene } from '../test/support/scenario.ts';
import { preparePeers, type Peer } from './peers.ts';

export interface Timed {
  /** From the start of node to its end. */
  readonly ms: number;
  readonly roundTrips: number;
}

export interface Bed extends AsyncDisposable {
  readonly peers: readonly Peer[];
  /** Tools that are not installed. */
  readonly missing: readonly string[];
  /** A new commit, also in the repository that the other tools fetch from. */
  newCommit(version: string, migrations?: AppVariant['extraMigrations']): Promise<Commit>;
  deploy(commit: Commit, inputs: Readonly<Record<string, string>>): Promise<Timed>;
  /** `clockMs`: from the start of ssh to the first answer of the old release in nginx's log; NaN without a health gate, which asks. */
  rollback(inputs: Readonly<Record<string, string>>): Promise<Timed & { readonly clockMs: number }>;
  timePeer(peer: Peer, what: 'deploy' | 'rollback'): Promise<number>;
  /** One `ssh host true` on a connection of its own. */
  coldSsh(): Promise<number>;
}

const REPOSITORY = '/srv/repository.git';
const SSH = '/usr/bin/ssh';

export async function openBed(roundTripMs: number): Promise<Bed> {
  await using undo = new AsyncDisposableStack();
  const scene = undo.use(await openScene({ hosts: [{ name: 'app1', os: 'bookworm' }], roundTripMs }));
  await logAnswers(scene);
  const tools = { network: scene.network, host: scene.host, scratch: scene.scratch, repository: REPOSITORY, sshConfig: writeSshConfig(scene) };
  const { peers, missing } = await preparePeers(tools);
  const stamps = stampSsh(scene);
  const timed = (outcome: Outcome): Timed => {
    if (outcome.exit !== 0) throw new Error(`a run that is measured failed:\n${outcome.log}`);
    return { ms: outcome.ms, roundTrips: outcome.result?.['round-trips']?.[scene.host.name] ?? NaN };
  };
  const env = { PATH: `${stamps.bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` };
  const stack = undo.move();
  return {
    peers, missing,
    async newCommit(version, extraMigrations = []) {
      const commit = await scene.commit({ version, extraMigrations });
      await publish(scene);
      return commit;
    },
    async deploy(commit, inputs) {
      return timed(await scene.deploy(commit, { with: inputs, env, watch: false }));
    },
    async rollback(inputs) {
      rmSync(stamps.file, { force: true });
      await scene.host.exec(': > /var/log/nginx-answers.log');
      const outcome = await scene.rollback({ with: inputs, env, watch: false });
      const answer = inputs['health'] === 'none' ? NaN : await firstAnswer(scene, outcome.outputs['release-id'] ?? '');
      const [started = NaN] = readFileSync(stamps.file, 'utf8').trim().split('\n').map(Number);
      return { ...timed(outcome), clockMs: (answer - started) * 1000 };
    },
    async timePeer(peer, what) {
      const begun = performance.now();
      const done = await peer[what]();
      const ms = performance.now() - begun;
      if (done.exit !== 0) throw new Error(`${what} of ${peer.name} failed:\n${done.stdout}\n${done.stderr}`);
      return ms;
    },
    async coldSsh() {
      const begun = performance.now();
      await mustRun(scene.network.wrap([SSH, '-F', tools.sshConfig, scene.host.name, 'true']));
      return performance.now() - begun;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function writeSshConfig(scene: Scene): string {
  const knownHosts = join(scene.scratch, 'known_hosts');
  writeFileSync(knownHosts, scene.network.knownHosts);
  const file = join(scene.scratch, 'ssh_config');
  writeFileSync(file, [
    `Host ${scene.host.name}`, `HostName ${scene.host.address}`, 'User deploy', `IdentityFile ${scene.network.keyFile}`, 'IdentitiesOnly yes', 'BatchMode yes',
    'StrictHostKeyChecking yes', `UserKnownHostsFile ${knownHosts}`, 'GlobalKnownHostsFile none', 'UpdateHostKeys no', '',
  ].join('\n'));
  return file;
}

/** An ssh, first on the PATH, that writes down when it is started and becomes the real one. */
function stampSsh(scene: Scene): { readonly bin: string; readonly file: string } {
  const bin = join(scene.scratch, 'bin');
  const file = join(scene.scratch, 'ssh-started');
  mkdirSync(bin);
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\ndate +%s.%N >> ${file}\nexec ${SSH} "$@"\n`);
  chmodSync(join(bin, 'ssh'), 0o755);
  return { bin, file };
}

/** Lets nginx write when it answered, and from which release. */
async function logAnswers(scene: Scene): Promise<void> {
  const done = await scene.host.exec(String.raw`sed -i 's#^  access_log .*#  log_format answers "$msec $status $realpath_root $request_uri";\n  access_log /var/log/nginx-answers.log answers;#' /etc/nginx/nginx.conf && nginx -s reload`);
  if (done.exit !== 0) throw new Error(`nginx of the bench: ${done.stderr}`);
}

async function firstAnswer(scene: Scene, release: string): Promise<number> {
  const log = (await scene.host.exec('cat /var/log/nginx-answers.log')).stdout;
  const first = log.split('\n').map((line) => line.split(' ')).find(([, status, root]) => status === '200' && root?.includes(`/releases/${release}/`) === true);
  if (release === '' || first === undefined) throw new Error(`nginx logged no answer of release "${release}":\n${log}`);
  return Number(first[0]);
}

/** Puts the repository with its newest commit on the host. */
async function publish(scene: Scene): Promise<void> {
  const bare = join(scene.scratch, 'repository.git');
  rmSync(bare, { recursive: true, force: true });
  await mustRun(['git', 'clone', '--quiet', '--bare', join(scene.scratch, 'app'), bare]);
  const target = join(scene.host.root, REPOSITORY);
  rmSync(target, { recursive: true, force: true });
  cpSync(bare, target, { recursive: true });
  const owned = await scene.host.exec(`chown -R deploy:deploy ${REPOSITORY}`);
  if (owned.exit !== 0) throw new Error(owned.stderr);
}
