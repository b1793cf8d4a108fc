import { describe, expect, test } from '@jest/globals';
import { parseInputs, Secret, UserError } from '@ops/shared';
import { notifyInputs } from './inputs.ts';
import { parseDsn } from './sentry-dsn.ts';

async function read(name: keyof typeof notifyInputs, text: string): Promise<unknown> {
  try {
    const value = (await parseInputs(notifyInputs, { env: { [`INPUT_${name.toUpperCase()}`]: text }, opsFile: undefined, action: 'db-backup', registry: {} }))[name];
    return value instanceof Secret ? value.reveal() : value;
  } catch (thrown) {
    return thrown instanceof UserError ? thrown.message : thrown;
  }
}

describe('an address that gets messages', () => {
  test.each(['notify-webhook', 'notify-slack', 'ping-url'] as const)('%s is https, or of this very machine; blanks of a paste go', async (name) => {
    for (const good of ['https://hooks.example.com/services/T/B/x', 'http://127.0.0.1:8080/x', 'http://localhost/x', 'http://[::1]:1/x']) expect(await read(name, ` ${good}\n`)).toBe(good);
    for (const bad of ['http://hooks.example.com/hunter2', 'hooks.example.com/hunter2', 'ftp://x/hunter2', 'hunter2', 'http://127.0.0.1.evil.example/hunter2']) {
      const said = await read(name, bad);
      expect(said).toMatch(new RegExp(`^${name}: must be an https address, such as https://hooks\\.example\\.com/backup\\. Example: ${name}: `));
      // The address is the secret.
      expect(said).not.toContain('hunter2');
    }
  });

  test('a DSN has a key and a project', async () => {
    for (const good of ['https://0a1b@o1.ingest.sentry.io/42', 'https://0a1b:2c3d@sentry.example.com/sub/path/42']) expect(await read('notify-sentry', good)).toBe(good);
    for (const bad of ['https://o1.ingest.sentry.io/42', 'https://0a1b@o1.ingest.sentry.io/', 'https://0a1b@o1.ingest.sentry.io/42?x=1']) expect(await read('notify-sentry', bad)).toContain('must be a DSN, such as https://PUBLIC_KEY@o1.ingest.sentry.io/2');
    expect(parseDsn(new Secret('https://0a1b:2c3d@sentry.example.com:9000/sub/path/42'))).toEqual({ endpoint: 'https://sentry.example.com:9000/sub/path/api/42/envelope/', publicKey: '0a1b', secretKey: '2c3d' });
    expect(parseDsn(new Secret('https://0a1b@o1.ingest.sentry.io/42'))).toMatchObject({ endpoint: 'https://o1.ingest.sentry.io/api/42/envelope/', secretKey: undefined });
  });

  test.each([
    ['https://pushgateway.example.com/', 'https://pushgateway.example.com'],
    ['https://example.com/push//', 'https://example.com/push'],
    ['http://pushgateway.example.com', 'pushgateway-url: "http://pushgateway.example.com" must be an https address. Example: pushgateway-url: https://pushgateway.example.com'],
    ['https://ann:pw@example.com', expect.stringContaining('must have no login in it')],
    ['https://example.com/metrics/job/x', expect.stringContaining('must end with the host')],
    ['https://example.com/?x', expect.stringContaining('must end with the host')],
  ])('a gateway: %s', async (text, expected) => {
    expect(await read('pushgateway-url', text)).toEqual(expected);
  });

  test.each([['shop_1', 'shop_1'], ['1shop', expect.stringContaining('must be letters, digits and underscores')], ['a:b', expect.stringContaining('letters')], ['a-b', expect.stringContaining('letters')]])('a prefix of metrics: %s', async (text, expected) => {
    expect(await read('metrics-prefix', text)).toEqual(expected);
  });
});
