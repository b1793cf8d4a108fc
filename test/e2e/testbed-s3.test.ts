import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProxy } from '../support/proxy.ts';
import { describeWithServices } from '../support/require.ts';
import { APPEND_ONLY, READ_ONLY, startS3 } from '../support/s3.ts';
import { signedFetch } from '../support/s3/signature.ts';

const PATIENCE_MS = 120_000;

describeWithServices('the S3 server', ['versitygw'], () => {
  test('refuses wrong credentials, wrong checksums, and a second writer of a key', async () => {
    await using s3 = await startS3();
    await s3.makeBucket('backups');
    expect((await s3.request('PUT', '/backups/a/key%20%2B%C3%A4', { body: 'content' })).status).toBe(200);
    expect(await s3.keys('backups')).toEqual(['a/key +ä']);
    expect((await s3.request('GET', '/backups/a/key%20%2B%C3%A4')).body).toBe('content');
    expect((await s3.request('PUT', '/backups/a/key%20%2B%C3%A4', { body: 'other', headers: { 'If-None-Match': '*' } })).status).toBe(412);
    expect((await s3.request('GET', '/backups', { as: { ...s3.credentials, secretAccessKey: 'wrong' } })).status).toBe(403);
    const wrong = await s3.request('PUT', '/backups/sum', { body: 'content', headers: { 'x-amz-checksum-sha256': 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' } });
    expect(wrong).toMatchObject({ status: 400, body: expect.stringContaining('SHA256') });
    expect(readFileSync(join(s3.dataDir, 'backups', 'a/key +ä'), 'utf8')).toBe('content');
  }, PATIENCE_MS);

  test('lets a user do only what the policy of the bucket says', async () => {
    await using s3 = await startS3({ versioning: true });
    await s3.makeBucket('backups', { objectLock: true });
    const writer = await s3.addUser('writer', 'backups', APPEND_ONLY);
    const reader = await s3.addUser('reader', 'backups', READ_ONLY);
    expect((await s3.request('PUT', '/backups/key', { body: 'x', as: writer })).status).toBe(200);
    expect((await s3.request('DELETE', '/backups/key', { as: writer })).status).toBe(403);
    expect((await s3.request('PUT', '/backups/other', { body: 'x', as: reader })).status).toBe(403);
    expect((await s3.request('GET', '/backups/key', { as: reader })).body).toBe('x');
    expect((await s3.request('POST', '/backups/unfinished?uploads', { as: writer })).status).toBe(200);
    expect(await s3.uploads('backups')).toEqual(['unfinished']);
    expect((await s3.request('GET', '/backups?object-lock')).body).toContain('<ObjectLockEnabled>Enabled</ObjectLockEnabled>');
    expect((await s3.request('GET', '/backups/key')).headers.get('x-amz-version-id')).not.toBeNull();
  }, PATIENCE_MS);

  test('keeps what it has over a crash, and leaves nothing behind', async () => {
    let dir = '';
    {
      await using s3 = await startS3();
      dir = s3.dataDir;
      await s3.makeBucket('backups');
      await s3.request('PUT', '/backups/key', { body: 'x' });
      await s3.kill();
      await expect(s3.keys('backups')).rejects.toThrow('fetch failed');
      await s3.restart();
      expect(await s3.keys('backups')).toEqual(['key']);
    }
    expect(existsSync(dir)).toBe(false);
  }, PATIENCE_MS);

  test('says that the disk is full', async () => {
    await using s3 = await startS3({ size: '8m' });
    await s3.makeBucket('backups');
    expect((await s3.request('PUT', '/backups/large', { body: new Uint8Array(9 * 1024 * 1024) })).status).toBe(507);
    expect((await s3.request('PUT', '/backups/small', { body: 'x' })).status).toBe(200);
    expect(await s3.keys('backups')).toEqual(['small']);
  }, PATIENCE_MS);
});

describeWithServices('the fault proxy', ['versitygw', 'toxiproxy'], () => {
  test('delays, cuts, resets and refuses, and is well again', async () => {
    await using s3 = await startS3();
    await using proxy = await startProxy(s3.port);
    await s3.makeBucket('backups');
    const put = (bytes: number): Promise<number | 'failed'> => signedFetch({
      endpoint: proxy.url, region: s3.region, credentials: s3.credentials, method: 'PUT', path: '/backups/key', body: new Uint8Array(bytes), headers: {},
    }).then((answer) => answer.status, () => 'failed');
    expect(await put(1_000_000)).toBe(200);
    const delay = await proxy.add({ type: 'latency', latency: 300 });
    expect(await put(1)).toBe(200);
    await delay.remove();
    await proxy.add({ type: 'limit_data', bytes: 100_000, stream: 'upstream' });
    expect(await put(1_000_000)).toBe('failed');
    expect(await put(1)).toBe(200);
    await proxy.clear();
    await proxy.add({ type: 'reset_peer', timeout: 0 });
    expect(await put(1)).toBe('failed');
    await proxy.clear();
    await proxy.refuse();
    expect(await put(1)).toBe('failed');
    await proxy.accept();
    expect(await put(1_000_000)).toBe(200);
    expect(await s3.keys('backups')).toEqual(['key']);
  }, PATIENCE_MS);
});

describeWithServices('age', ['age', 'age-keygen'], () => {
  test('knows post-quantum recipients', () => {
    const place = (name: string): string => execFileSync('scripts/services.sh', ['--where', name], { encoding: 'utf8' }).trim();
    const identity = execFileSync(place('age-keygen'), ['-pq'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const recipient = /public key: (age1pq1\S+)/.exec(identity)?.[1] ?? '';
    const sealed = execFileSync(place('age'), ['-r', recipient], { input: 'content' });
    expect(execFileSync('bash', ['-c', '"$0" -d -i <(printf %s "$1")', place('age'), identity], { input: sealed }).toString()).toBe('content');
  });
});
