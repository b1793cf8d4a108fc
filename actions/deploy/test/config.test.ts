import { describe, expect, test } from '@jest/globals';
import { parseInputs, UserError, type Deps, type ExecResult } from '@ops/shared';
import { deployConfig } from '../src/config.ts';
import { contract } from '../src/inputs.ts';

const SHA = 'a'.repeat(40);
const HEAD = 'b'.repeat(40);

/** Answers git as a workspace would in which HEAD is `head` and `known` names resolve. */
function deps(head: string | undefined, known: Readonly<Record<string, string>> = {}): Deps {
  const answer = (exit: number, stdout = ''): Promise<ExecResult> => Promise.resolve({ exit, stdout, stderr: '', timedOut: false, cancelled: false });
  return {
    clock: { now: () => { throw new Error('unused'); }, monotonic: () => { throw new Error('unused'); }, sleep: () => Promise.resolve() },
    random: { hex: () => '', fraction: () => 0 },
    exec: {
      run: ({ args }) => {
        const name = (args.at(-1) ?? '').replace('^{commit}', '');
        const found = name === 'HEAD' ? head : known[name];
        return found === undefined ? answer(1) : answer(0, `${found}\n`);
      },
      start: () => { throw new Error('unused'); },
    },
    log: { info: () => {}, debug: () => {}, notice: () => {}, warning: () => {}, error: () => {}, group: (_title, body) => body(), foreign: () => {} },
    context: { repository: 'o/r', actor: 'ann', eventName: 'push', sha: SHA, runId: '1', runAttempt: '1', job: 'j', runUrl: '', apiUrl: '', serverUrl: 'https://github.com', workspace: '/workspace', tempDir: '/tmp', event: {} },
    env: {}, mask: () => {}, signal: new AbortController().signal, cleanup: { defer: () => {} }, state: { save: () => {} },
  };
}

const GOOD = { hosts: 'local path=/srv/app', 'health-url': 'https://www.example.com/api/health' };

async function configOf(given: Readonly<Record<string, string>>, from: Deps = deps(SHA)): ReturnType<typeof deployConfig> {
  const env = Object.fromEntries(Object.entries({ ref: SHA, ...given }).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  return deployConfig(await parseInputs(contract.inputs, { env, opsFile: undefined, action: 'deploy', registry: {} }), from);
}

async function refusal(given: Readonly<Record<string, string>>, from?: Deps): Promise<string> {
  try {
    await configOf(given, from);
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.sentence();
    throw thrown;
  }
  return 'accepted';
}

describe('the configuration of a deploy', () => {
  test('has the defaults of the paper', async () => {
    const config = await configOf(GOOD);
    expect(config).toMatchObject({ environment: 'production', app: 'laravel', appRoot: '.', shared: ['.env', 'storage'], exclude: ['.git', '.github', 'node_modules'], keepReleases: 5, canary: true, maxUnavailable: 0, backup: { kind: 'auto' }, maintenance: { kind: 'never' }, lockWaitMs: 600_000, beacon: 'ops-release.php', destructive: 'block' });
    expect(config.health).toMatchObject({ kind: 'gate', hostUrl: 'https://www.example.com/api/health' });
  });

  test('a generic app shares nothing and has no beacon unless told so', async () => {
    expect(await configOf({ ...GOOD, app: 'generic' })).toMatchObject({ shared: [], beacon: undefined });
    expect(await configOf({ ...GOOD, app: 'generic', shared: 'data' })).toMatchObject({ shared: ['data'] });
  });

  test.each([
    [{ 'health-url': GOOD['health-url'] }, 'hosts: is required'],
    [{ hosts: 'local path=/srv/app' }, 'health-url: is needed, or checks, or health: none'],
    [{ ...GOOD, hosts: 'deploy@app1.example.com path=/srv/app' }, 'ssh-key: is needed for ssh hosts'],
    [{ ...GOOD, hosts: 'local' }, 'add path='],
    [{ ...GOOD, backup: 'never' }, 'backup-reason: is needed'],
    [{ ...GOOD, shared: '../secrets' }, 'relative path without ..'],
    [{ ...GOOD, 'app-root': '/etc' }, 'app-root: "/etc"'],
    [{ ...GOOD, exclude: '-rf' }, 'exclude: "-rf" must not begin with a hyphen'],
    [{ ...GOOD, beacon: '../x.php' }, 'beacon:'],
    [{ ...GOOD, repository: 'https://github.com/o/r.git' }, 'repository: is only used with source: git'],
    [{ ...GOOD, source: 'git', repository: '--upload-pack=touch x' }, 'repository: must be'],
    [{ ...GOOD, source: 'git', repository: 'https://ann:hunter22@git.example.com/shop.git' }, 'must not carry a password or token'],
    [{ ...GOOD, ref: '$(touch x)' }, 'ref:'],
    [{ ...GOOD, ref: '--help' }, 'ref:'],
    [{ ...GOOD, strategy: 'in-place' }, 'strategy: "in-place" must be one of: atomic'],
    [{ ...GOOD, canary: 'yes' }, 'canary: "yes" must be true or false'],
  ])('%o is refused with %s', async (given, expected) => {
    const sentence = await refusal(given);
    expect(sentence).toContain(expected);
    expect(sentence).toMatch(/Example:|example/);
  });

  test('all problems come in one error', async () => {
    const sentence = await refusal({ hosts: 'local path=/srv/app', backup: 'never', shared: '/etc', beacon: 'x y' });
    for (const name of ['backup-reason', 'shared', 'beacon', 'health-url']) expect(sentence).toContain(name);
  });
});

describe('ref', () => {
  test('a branch is resolved to its commit', async () => {
    expect(await configOf({ ...GOOD, ref: 'main' }, deps(SHA, { main: SHA }))).toMatchObject({ sha: SHA });
    expect(await configOf({ ...GOOD, ref: 'main' }, deps(SHA, { 'origin/main': SHA }))).toMatchObject({ sha: SHA });
  });
  test('a name that nobody knows is an error with the way out', async () => {
    expect(await refusal({ ...GOOD, ref: 'nowhere' })).toContain('names no commit that this job knows');
  });
  test('other code than asked for never goes live', async () => {
    expect(await refusal(GOOD, deps(HEAD))).toContain('but the workspace has bbbbbbb checked out');
  });
  test('a workspace without git is taken as it is', async () => {
    expect(await configOf(GOOD, deps(undefined))).toMatchObject({ sha: SHA });
  });
});
