import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseInputs, UserError, type Deps } from '@ops/shared';
import { runConfig } from '../src/config.ts';
import { contract } from '../src/inputs.ts';

const TAP = pathToFileURL(join(import.meta.dirname, '../src/worker/tap.ts'));
const OPERATIONS = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
const BREAK_GLASS = 'age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg';

/** Deciding a backup connects to nothing and runs nothing: whatever would, throws. */
function deps(env: Readonly<Record<string, string>> = {}): Deps {
  const never = (): never => { throw new Error('deciding must not do this'); };
  return {
    clock: { now: never, monotonic: never, sleep: never },
    random: { hex: () => '00', fraction: () => 0 },
    exec: { run: never, start: never },
    log: { info: () => {}, debug: () => {}, notice: () => {}, warning: () => {}, error: () => {}, group: (_title, body) => body(), foreign: () => {} },
    context: { repository: 'o/r', actor: 'ann', eventName: 'schedule', sha: 'a'.repeat(40), runId: '1', runAttempt: '1', job: 'j', runUrl: '', apiUrl: '', serverUrl: 'https://github.com', workspace: '/workspace', tempDir: '/tmp', event: {} },
    env, mask: () => {}, signal: new AbortController().signal, cleanup: { defer: () => {} }, state: { save: () => {} },
  };
}

const GOOD = { 'database-url': 'mysql://backup:pass-word-1@127.0.0.1/shop', stores: 'file:///var/backups/shop', recipients: `${OPERATIONS}\n${BREAK_GLASS}` };
const S3 = { ...GOOD, stores: 's3://acme-backups/shop?region=eu-central-1', 'role-to-assume': 'arn:aws:iam::123456789012:role/backup' };

async function configOf(given: Readonly<Record<string, string>>): Promise<Awaited<ReturnType<typeof runConfig>>['config']> {
  const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  return (await runConfig(await parseInputs(contract.inputs, { env, opsFile: undefined, action: 'db-backup', registry: {} }), deps(), { tap: TAP })).config;
}

async function refusal(given: Readonly<Record<string, string>>): Promise<string> {
  try {
    await configOf(given);
  } catch (thrown) {
    if (thrown instanceof UserError) {
      expect(thrown.reason).toBe('input');
      return thrown.sentence();
    }
    throw thrown;
  }
  return 'accepted';
}

describe('the configuration of a backup', () => {
  test('has the defaults of the documentation', async () => {
    const config = await configOf(GOOD);
    expect(config).toMatchObject({
      environment: 'production', tier: 'daily', compression: 'zstd', level: 3, adapt: false, encryption: 'age', depth: { kind: 'read-back' },
      recipients: [OPERATIONS, BREAK_GLASS], options: { excludeData: [], parallel: 1 }, allowPartial: false, allowPlainHost: false, prune: 'after-success', confirmPrune: false,
      size: { minBytes: 1024, maxShrink: 0.5, accept: false }, lifecycle: 'check', source: undefined, signer: undefined, trusted: undefined, identity: undefined,
      place: { via: 'runner', name: 'the runner' }, database: { engine: 'auto', tls: 'auto' },
    });
    const day = 86_400_000;
    expect(config.retention).toEqual({ ages: { 'frequent': 7 * day, 'daily': 30 * day, 'pre-deploy': 7 * day, 'monthly': 365 * day }, minVerified: 3 });
    expect(config.stores.map(({ kind, name }) => ({ kind, name }))).toEqual([{ kind: 'fs', name: 'file:///var/backups/shop' }]);
    // Without a role of its own the stores that prune are those that write.
    expect(config.pruneStores).toBe(config.stores);
  });

  test('with prune-role deleting has stores of its own', async () => {
    const config = await configOf({ ...S3, 'prune-role': 'arn:aws:iam::123456789012:role/backup-prune' });
    expect(config.pruneStores).not.toBe(config.stores);
    expect(config.pruneStores.map(({ name }) => name)).toEqual(config.stores.map(({ name }) => name));
  });

  test('runs where it is told: on a host of this runner, or on the runner although there are hosts', async () => {
    const local = { ...GOOD, hosts: 'local path=/srv/app' };
    expect((await configOf(local)).place.via).toBe('host');
    expect((await configOf({ ...local, via: 'runner' })).place.via).toBe('runner');
  });

  test('a store on that host may lie there unencrypted when that is allowed, and knows where it lies', async () => {
    const config = await configOf({ ...GOOD, hosts: 'local path=/srv/app name=app1', stores: 'app1:/var/backups/shop', 'allow-plain-host': 'true' });
    expect([config.allowPlainHost, config.place.name, config.stores[0]?.onHost?.host]).toEqual([true, 'app1', 'app1']);
  });

  test('an env-file of the runner is one of the workspace', async () => {
    const { 'database-url': _url, ...rest } = GOOD;
    expect((await configOf({ ...rest, 'env-file': 'config/.env' })).database.envFile).toBe('/workspace/config/.env');
    expect((await configOf({ ...rest, 'env-file': '/etc/app.env' })).database.envFile).toBe('/etc/app.env');
  });

  test.each(['verify', 'prune'])('mode %s needs no recipients, and still finds a typing mistake in them', async (mode) => {
    const { recipients: _recipients, ...rest } = GOOD;
    expect((await configOf({ ...rest, mode })).recipients).toEqual([]);
    expect((await configOf({ ...GOOD, mode })).recipients).toEqual([OPERATIONS, BREAK_GLASS]);
    expect(await refusal({ ...GOOD, mode, recipients: `${OPERATIONS}\n${BREAK_GLASS.replace('lggy', 'lggz')}` })).toContain('has a typing mistake');
  });

  test.each(['verify', 'prune'])('mode %s of a named source needs no login', async (mode) => {
    expect((await configOf({ stores: GOOD.stores, source: 'production-shop', mode })).source).toBe('production-shop');
    expect(await refusal({ stores: GOOD.stores, mode })).toContain('database-url: is needed');
  });

  test.each(['backup', 'plan'])('mode %s needs recipients and a login', async (mode) => {
    const said = await refusal({ stores: GOOD.stores, source: 'production-shop', mode });
    expect(said).toContain('recipients has no recipient');
    expect(said).toContain('database-url: is needed');
  });

  test('levels, ages, samples and signers are read', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const name = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const config = await configOf({ ...GOOD, 'compression-level': 'auto', 'verify': 'sample 1/7', 'retention': 'frequent=1d\ndaily=2d\npre-deploy=3d\nmonthly=4d', 'signing-key': pem, 'trusted-signers': name });
    expect(config).toMatchObject({ adapt: true, depth: { kind: 'sample', parts: 1, of: 7 }, retention: { ages: { monthly: 4 * 86_400_000 } } });
    expect(config.signer?.key).toBe(name);
    expect(config.trusted).toEqual(new Set([name]));
  });

  test.each([
    ['one recipient', { ...GOOD, recipients: OPERATIONS }, 'recipients has one recipient, but needs two'],
    ['no recipient', { ...GOOD, recipients: '' }, 'recipients has no recipient'],
    ['the same recipient twice', { ...GOOD, recipients: `${OPERATIONS}\n${OPERATIONS}` }, 'the same recipient twice'],
    ['a recipient with a typing mistake', { ...GOOD, recipients: `${OPERATIONS}\n${BREAK_GLASS.replace('lggy', 'lggz')}` }, 'has a typing mistake'],
    ['recipients without encryption', { ...GOOD, encryption: 'none' }, 'recipients: are given although encryption is none'],
    ['via: host without hosts', { ...GOOD, via: 'host' }, 'via: host needs hosts'],
    ['no login at all', { stores: GOOD.stores, recipients: GOOD.recipients }, 'database-url: is needed, or env-file, or hosts'],
    ['a host without a key', { ...GOOD, hosts: 'deploy@app1.example.com path=/srv/app' }, 'ssh-key: is needed for ssh hosts'],
    ['a host without an app dir', { ...GOOD, hosts: 'local' }, 'add path='],
    ['a tier without an age', { ...GOOD, retention: 'frequent=7d\ndaily=30d\nmonthly=365d' }, 'retention: tier pre-deploy has no age'],
    ['a tier with an empty age', { ...GOOD, retention: 'frequent=7d\ndaily=\npre-deploy=7d\nmonthly=365d' }, 'tier daily has no age'],
    ['a tier that is none', { ...GOOD, retention: 'frequent=7d\ndaily=30d\npre-deploy=7d\nmonthly=365d\nyearly=3650d' }, '`yearly=3650d` names no tier'],
    ['verify: head on r2', { ...S3, verify: 'head', stores: 's3://acme-backups/shop?profile=r2&endpoint=https://account.r2.cloudflarestorage.com' }, 'verify: head needs checksums that the store computed, and profile r2 gives none'],
    ['verify: head on b2', { ...S3, verify: 'head', stores: 's3://acme-backups/shop?profile=b2&region=eu-central-003' }, 'verify: head needs checksums that the store computed, and profile b2 gives none'],
    ['a depth that is none', { ...GOOD, verify: 'deep' }, 'is not read-back, head or sample N/T'],
    ['a sample that is none', { ...GOOD, verify: 'sample 8/7' }, 'is not read-back, head or sample N/T'],
    ['credentials inside a store URL', { ...S3, stores: 's3://AKIAEXAMPLE:hunter22secret@acme-backups/shop?region=eu-central-1' }, 'credentials stand in the address'],
    ['a secret as a parameter of a store', { ...S3, stores: 's3://acme-backups/shop?region=eu-central-1&secret=hunter22secret' }, 'does not know the parameter "secret"'],
    ['credentials inside an endpoint', { ...S3, 's3-endpoint': 'https://ann:hunter22secret@s3.example.com' }, 'credentials stand in the endpoint'],
    ['an endpoint in plain text', { ...S3, 's3-endpoint': 'http://s3.example.com' }, 'is not https'],
    ['a store of an unknown host', { ...GOOD, stores: 'app1:/var/backups/shop' }, 'app1 is unknown, because the input hosts is not given'],
    ['a copy in the same place', { ...GOOD, stores: 'file:///var/backups/shop\nfile:///var/backups/shop' }, 'is listed twice'],
    ['s3 without keys or role', { ...GOOD, stores: S3.stores }, 'has no keys'],
    ['s3 without a region', { ...S3, stores: 's3://acme-backups/shop' }, 'has no region'],
    ['a role that is none', { ...S3, 'role-to-assume': 'backup' }, 'is no role'],
    ['a class from which nothing can be read back', { ...S3, 'storage-class': 'monthly=DEEP_ARCHIVE' }, 'cannot be read back after the upload'],
    ['KMS where there is none', { ...S3, sse: 'aws:kms', stores: 's3://acme-backups/shop?profile=b2&region=eu-central-003' }, 'profile b2 has no encryption by KMS keys'],
    ['Object Lock where there is none', { ...S3, 'object-lock': 'governance', stores: 's3://acme-backups/shop?profile=r2&endpoint=https://account.r2.cloudflarestorage.com' }, 'profile r2 has no Object Lock'],
    ['a level that is none', { ...GOOD, 'compression-level': '30' }, 'must be auto or a whole number from 1 to 19'],
    ['a level that gzip lacks', { ...GOOD, 'compression': 'gzip', 'compression-level': '12' }, 'must be auto or a whole number from 1 to 9'],
    ['streams that MySQL cannot share', { ...GOOD, engine: 'mysql', parallel: '2' }, 'parallel: works with PostgreSQL only'],
    ['a key that signs nothing', { ...GOOD, 'signing-key': 'hunter22secret' }, 'only ed25519 signs backups|signing-key is no private key'],
    ['a signer that is none', { ...GOOD, 'trusted-signers': 'not a key' }, 'is no ed25519 public key'],
    ['a webhook in plain text', { ...GOOD, 'notify-webhook': 'http://hooks.example.com/hunter22secret' }, 'notify-webhook: must be an https address'],
    ['a DSN that is none', { ...GOOD, 'notify-sentry': 'https://sentry.example.com/hunter22secret' }, 'notify-sentry: must be a DSN'],
    ['an issue without a token', { ...GOOD, 'notify-issue': 'true' }, 'github-token: is needed for notify-issue'],
    ['a login for the gateway', { ...GOOD, 'pushgateway-url': 'https://ann:pw@push.example.com' }, 'must have no login in it'],
    ['a tier that is unknown', { ...GOOD, tier: 'yearly' }, 'tier: "yearly" must be one of'],
    ['a word that is no boolean', { ...GOOD, 'allow-partial': 'yes' }, 'allow-partial: "yes" must be true or false'],
  ])('%s is refused', async (_name, given, expected) => {
    const sentence = await refusal(given);
    expect(sentence).toMatch(new RegExp(expected.split('|').map((part) => part.replaceAll(/[.*+?^${}()[\]\\]/g, String.raw`\$&`)).join('|')));
    // What to do stands in it, and no secret does.
    expect(sentence).toMatch(/Example:|example|Make one with|Print the right line|copy it again|reads a seventh/);
    expect(sentence).not.toContain('hunter22secret');
  });

  test('all problems come in one error', async () => {
    const sentence = await refusal({ via: 'host', recipients: OPERATIONS, stores: 's3://AKIAEXAMPLE:hunter22secret@acme-backups/shop', retention: 'daily=30d', verify: 'deep', 'compression-level': '0', 'trusted-signers': 'x', engine: 'sqlite', parallel: '3' });
    expect(sentence).toMatch(/^\d+ inputs are wrong; nothing was changed:\n/);
    for (const part of ['via: host needs hosts', 'database-url: is needed', 'recipients', 'credentials stand in the address', 'retention: tier frequent has no age', 'retention: tier monthly has no age', 'verify', 'compression-level', 'trusted-signers', 'parallel:']) expect(sentence).toContain(part);
    // Each names the input that is to be corrected.
    for (const line of sentence.split('\n').filter((one) => one.startsWith('- '))) expect(line).toMatch(new RegExp(`^- (?:${Object.keys(contract.inputs).join('|')})\\b`));
  });
});
