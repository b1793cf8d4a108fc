/**
 * What goes wrong at a deploy that somebody meets on a Monday. Each fault ends in one sentence that names cause and remedy, the old
 * release serving, nothing half-done left; what only looks like a fault (a key with CRLF, a path with blanks) just works.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { TestHost } from '../test/support/hosts.ts';
import { get } from '../test/support/request.ts';
import { openScene, type Outcome, type RunPlan, type Scene } from '../test/support/scenario.ts';
import { Checks, until, type ProofIo, type Proven } from './checks.ts';

interface Fault {
  readonly name: string;
  readonly host: 'plain' | 'blanks' | 'small';
  /** Breaks something and runs the deploy; repairs it again. */
  readonly run: (fault: Faulty) => Promise<Outcome>;
  /** Reason code, cause and remedy; undefined: it succeeds. */
  readonly ends: { readonly reason: string; readonly cause: RegExp; readonly remedy: RegExp } | undefined;
  /** Left out of the short form: it needs a minute or a big upload. */
  readonly slow?: boolean;
}

interface Faulty {
  readonly scene: Scene;
  readonly host: TestHost;
  deploy(plan?: RunPlan, variant?: Parameters<Scene['commit']>[0]): Promise<Outcome>;
  /** A shell command on the host as deploy; throws when it fails. */
  sh(command: string): Promise<void>;
}

const BIG_BYTES = 12 << 20;
const SLOW_MIGRATION = { name: '2026_02_01_000001_create_slow_table', statements: 20, msPerStatement: 200, prints: true };
const ANOTHER_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbu9LKTVjT0Tq0XkVQWkDYYB1HBh1eRNwbVQKzOCrXn';

const FAULTS: readonly Fault[] = [
  {
    name: 'a wrong host key', host: 'plain',
    run: ({ deploy, host }) => deploy({ with: { 'known-hosts': `${host.address} ${ANOTHER_KEY}` } }),
    ends: { reason: 'host-key', cause: /host key/i, remedy: /ssh-keyscan/ },
  },
  {
    name: 'no host key', host: 'plain',
    run: ({ deploy }) => deploy({ with: { 'known-hosts': '# none' } }),
    ends: { reason: 'host-key', cause: /no key for/, remedy: /ssh-keyscan/ },
  },
  {
    name: 'a key with CRLF and no end of line', host: 'plain',
    run: ({ deploy, scene }) => deploy({ with: { 'ssh-key': readFileSync(scene.network.keyFile, 'utf8').trim().replaceAll('\n', '\r\n') } }),
    ends: undefined,
  },
  {
    name: 'half a key', host: 'plain',
    run: ({ deploy, scene }) => deploy({ with: { 'ssh-key': readFileSync(scene.network.keyFile, 'utf8').slice(0, 200) } }),
    ends: { reason: 'auth', cause: /key/, remedy: /BEGIN|whole|paste|secret/i },
  },
  {
    name: 'a ref that is a command', host: 'plain',
    run: ({ deploy }) => deploy({ with: { ref: '$(touch /tmp/ops-pwned)' } }),
    ends: { reason: 'input', cause: /ref/, remedy: /commit|branch|example/i },
  },
  {
    name: 'an address where nobody listens', host: 'plain',
    run: ({ deploy, host }) => deploy({ with: { hosts: `deploy@${host.address}:2222 path=${host.appDir}`, 'known-hosts': `[${host.address}]:2222 ${ANOTHER_KEY}` } }),
    ends: { reason: 'connect', cause: /refused/i, remedy: /port|address|sshd|firewall/i },
  },
  {
    name: '.env missing', host: 'plain',
    run: (fault) => withEnv(fault, 'mv "$APP/shared/.env" /tmp/env', 'mv /tmp/env "$APP/shared/.env"'),
    ends: { reason: 'preflight', cause: /\.env does not exist/, remedy: /by hand/ },
  },
  {
    name: '.env empty', host: 'plain',
    run: (fault) => withEnv(fault, 'cp "$APP/shared/.env" /tmp/env; : > "$APP/shared/.env"', 'cp /tmp/env "$APP/shared/.env"'),
    ends: { reason: 'preflight', cause: /\.env is empty/, remedy: /by hand/ },
  },
  {
    name: '.env a folder', host: 'plain',
    run: (fault) => withEnv(fault, 'mv "$APP/shared/.env" /tmp/env; mkdir "$APP/shared/.env"', 'rmdir "$APP/shared/.env"; mv /tmp/env "$APP/shared/.env"'),
    ends: { reason: 'preflight', cause: /\.env is a directory/, remedy: /rmdir/ },
  },
  {
    name: 'a path with blanks', host: 'blanks',
    run: ({ deploy }) => deploy(),
    ends: undefined,
  },
  {
    name: 'too little room, seen before anything is sent', host: 'small',
    run: async ({ deploy, sh }) => {
      await sh('head -c 1G /dev/zero > "$APP/fill" || :');
      try { return await deploy(); } finally { await sh('rm "$APP/fill"'); }
    },
    ends: { reason: 'no-room', cause: /free/, remedy: /Free space|keep-releases/ },
  },
  {
    name: 'a disk that fills up while the release is unpacked', host: 'small',
    run: async ({ host, sh, scene }) => {
      // A loop on the host sees the new directory at once; unpacking so much takes longer than filling the rest.
      const filled = sh('cd "$APP"; old=$(ls releases); until [ "$(ls releases)" != "$old" ]; do :; done; head -c 1G /dev/zero > fill 2> /dev/null || :');
      const ended = await scene.deploy(await scene.commit({ version: 'full', files: bigFiles(2 * BIG_BYTES) }), { hosts: [host] });
      await filled;
      await sh('rm "$APP/fill"');
      return ended;
    },
    ends: { reason: 'no-room', cause: /filled up|could not be stored/, remedy: /[Ff]ree/ },
  },
  {
    name: 'a link cut in the middle of an upload', host: 'plain', slow: true,
    run: async ({ scene, host }) => {
      const commit = await scene.commit({ version: 'cut', files: bigFiles() });
      const run = await scene.startDeploy(commit, { hosts: [host] });
      await until('the upload has begun', () => uploading(host), 60_000, 1);
      return await cutUntilItEnds(scene, host, run.done);
    },
    ends: { reason: 'orphaned', cause: /connection was lost/, remedy: /run again/ },
  },
  {
    name: 'a link cut in the middle of a migration', host: 'plain', slow: true,
    run: async ({ scene, host }) => {
      const commit = await scene.commit({ version: 'cut-migration', extraMigrations: [SLOW_MIGRATION] });
      const run = await scene.startDeploy(commit, { hosts: [host] });
      await until('the migration has begun', async () => (await host.exec('pgrep -u deploy -f "artisan migrate"')).exit === 0, 60_000, 10);
      return await cutUntilItEnds(scene, host, run.done);
    },
    ends: { reason: 'orphaned', cause: /connection was lost/, remedy: /run again/ },
  },
];

export async function proof({ quick, log }: ProofIo): Promise<Proven> {
  const checks = new Checks(log);
  await using scene = await openScene({
    hosts: [{ name: 'plain', os: 'bookworm' }, { name: 'blanks', os: 'bookworm', appDir: '/srv/My Apps/the app', appFs: 'tmpfs:200m' }, { name: 'small', os: 'bookworm', appFs: 'tmpfs:200m' }],
    roundTripMs: 30,
  });
  const a = await scene.commit({ version: 'A' });
  await Promise.all(scene.hosts.map(async (host) => {
    const first = await scene.deploy(a, { hosts: [host] });
    checks.that(`${host.name}: A is live before`, first.exit === 0, first.log);
  }));
  // Each host has its faults one after the other; the hosts do not wait for each other.
  await Promise.all(scene.hosts.map(async (host) => {
    for (const fault of FAULTS.filter((one) => one.host === host.name && !(quick && one.slow === true))) await meet(scene, host, fault, checks, log);
  }));
  checks.that('no ref was run as a command', (await scene.host.exec('test ! -e /tmp/ops-pwned')).exit === 0);
  return checks.proven;
}

async function meet(scene: Scene, host: TestHost, fault: Fault, checks: Checks, log: (line: string) => void): Promise<void> {
  const before = await variantOf(scene, host);
  const releasesBefore = releases(host);
  const faulty: Faulty = {
    scene, host,
    deploy: async (plan, variant = { version: `v-${fault.name.replaceAll(/[^a-z]+/g, '-')}` }) => await scene.deploy(await scene.commit(variant), { hosts: [host], ...plan }),
    sh: async (command) => {
      const done = await host.exec(command, { user: 'deploy', env: { APP: host.appDir } });
      if (done.exit !== 0) throw new Error(`${command}: ${done.stderr}`);
    },
  };
  const ended = await fault.run(faulty);
  const that = (what: string, holds: boolean, detail: unknown = ''): void => checks.that(`${fault.name}: ${what}`, holds, detail);
  if (fault.ends === undefined) {
    that('it works', ended.exit === 0, ended.log);
    that('the new release answers', (await variantOf(scene, host)).startsWith('v-'));
    return;
  }
  log(`  ${fault.name}\n    ${ended.sentence}`);
  const errors = ended.annotations.filter(({ level }) => level === 'error');
  that('it is red', ended.exit === 1, ended.log);
  that(`its reason code is ${fault.ends.reason}`, ended.outputs['reason-code'] === fault.ends.reason, `${ended.outputs['reason-code'] ?? ''}: ${ended.log}`);
  that('one annotation says so', errors.length === 1, errors);
  that('it names the cause', fault.ends.cause.test(ended.sentence), ended.sentence);
  that('it names the remedy', fault.ends.remedy.test(ended.sentence), ended.sentence);
  const now = await variantOf(scene, host);
  that('the old release serves', now === before, `${now} instead of ${before}`);
  const next = await faulty.deploy({}, { version: 'v-after' });
  that('the next deploy succeeds with no manual step', next.exit === 0, next.log);
  const left = releases(host).filter((name) => !releasesBefore.includes(name) && name !== next.outputs['release-id']);
  that('no half release is left', left.length === 0, left);
}

async function withEnv({ deploy, sh }: Faulty, breakIt: string, repair: string): Promise<Outcome> {
  await sh(breakIt);
  try {
    return await deploy();
  } finally {
    await sh(repair);
  }
}

/** The link stays cut until the run has given up; then it is joined again. */
async function cutUntilItEnds(scene: Scene, host: TestHost, done: Promise<Outcome>): Promise<Outcome> {
  await scene.network.cut(host.name);
  try {
    return await done;
  } finally {
    await scene.network.join(host.name);
  }
}

/** Text that does not get smaller, so that an upload takes its time. */
function bigFiles(bytes = BIG_BYTES): Record<string, string> {
  return { 'public/big.txt': randomBytes(bytes).toString('base64') };
}

function releases(host: TestHost): string[] {
  return readdirSync(join(host.root, host.appDir, 'releases'));
}

/** Something in the run's folder on the host grows beyond what scripts and logs are. */
function uploading(host: TestHost): boolean {
  const dir = join(host.root, host.appDir, '.deploy/run');
  return readdirSync(dir, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile() && (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0) > 1 << 20);
}

async function variantOf(scene: Scene, host: TestHost): Promise<string> {
  const answer = await get(scene.network, `http://${host.address}/api/health/liveness`);
  return answer.headers['x-variant'] ?? String(answer.status);
}
