import { describe, expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import { parseStores } from './store-url.ts';
import { sampleSettings } from './testing.ts';

function targets(lines: readonly string[], change: Parameters<typeof sampleSettings>[0] = {}): unknown {
  const result = parseStores(lines, sampleSettings(change));
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.targets;
}

function errors(lines: readonly string[], change: Parameters<typeof sampleSettings>[0] = {}): readonly string[] {
  const result = parseStores(lines, sampleSettings(change));
  return result.ok ? [] : result.errors;
}

const ROLE = 'arn:aws:iam::123456789012:role/backup';

describe('the lines of stores', () => {
  test('an s3 line takes defaults from the settings, and its own query wins', () => {
    expect(targets(['s3://acme-backups/shop/'], { region: 'eu-central-1' })).toEqual([{
      kind: 's3', name: 's3://acme-backups/shop', bucket: 'acme-backups', prefix: 'shop', profile: 'aws', region: 'eu-central-1', endpoint: undefined,
      access: { kind: 'keys', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: new Secret('example-secret') }, classes: { monthly: 'GLACIER_IR' },
    }]);
    expect(targets([`s3://acme-backups?region=eu-west-3&endpoint=https://s3.example.com/&profile=minio&class=REDUCED_REDUNDANCY&role=${ROLE}`], { region: 'eu-central-1', accessKeyIds: [], secretAccessKey: undefined })).toEqual([{
      kind: 's3', name: 's3://acme-backups', bucket: 'acme-backups', prefix: '', profile: 'minio', region: 'eu-west-3', endpoint: 'https://s3.example.com', access: { kind: 'role', arn: ROLE },
      classes: { frequent: 'REDUCED_REDUNDANCY', daily: 'REDUCED_REDUNDANCY', 'pre-deploy': 'REDUCED_REDUNDANCY', monthly: 'REDUCED_REDUNDANCY' },
    }]);
  });

  test('folders and hosts', () => {
    expect(targets(['app1:/var/backups/my shop', 'file:///mnt/backups/'], { hosts: ['app1'], accessKeyIds: [], secretAccessKey: undefined })).toEqual([
      { kind: 'host', name: 'app1:/var/backups/my shop', host: 'app1', path: '/var/backups/my shop' },
      { kind: 'fs', name: 'file:///mnt/backups', path: '/mnt/backups' },
    ]);
  });

  test('each s3 store without a role takes the next line of keys', () => {
    const read = targets([`s3://first-bucket?region=eu-west-1&role=${ROLE}`, 's3://second-bucket?region=eu-west-1', 's3://third-bucket?profile=b2&region=us-west-004'], { accessKeyIds: ['two', 'three'], secretAccessKey: new Secret('secret-two\nsecret-three\n') });
    expect(read).toMatchObject([{ access: { kind: 'role' } }, { access: { accessKeyId: 'two' } }, { access: { accessKeyId: 'three' }, endpoint: 'https://s3.us-west-004.backblazeb2.com', classes: {} }]);
  });

  test('storage classes by tier, in the settings and in the line', () => {
    expect(targets(['s3://acme-backups?region=eu-west-1&class=daily:STANDARD_IA'], { storageClass: ['monthly=STANDARD', 'frequent = ONEZONE_IA'] })).toMatchObject([{ classes: { monthly: 'STANDARD', frequent: 'ONEZONE_IA', daily: 'STANDARD_IA' } }]);
  });

  test('the prune role replaces the other one only for pruning', () => {
    const roles = { role: ROLE, pruneRole: `${ROLE}-prune`, accessKeyIds: [], secretAccessKey: undefined, region: 'eu-west-1' };
    expect(targets(['s3://acme-backups'], { ...roles, purpose: 'prune' })).toMatchObject([{ access: { arn: `${ROLE}-prune` } }]);
    expect(targets(['s3://acme-backups'], roles)).toMatchObject([{ access: { arn: ROLE } }]);
  });
});

describe('what is bad input', () => {
  test.each<[string, string, Parameters<typeof sampleSettings>[0], RegExp]>([
    ['credentials in an s3 address', 's3://AKIAHIDDEN:topsecret@acme-backups/shop', {}, /"s3:\/\/…@acme-backups\/shop": credentials stand in the address.*access-key-id/],
    ['credentials in the endpoint', 's3://acme-backups?region=eu-west-1&endpoint=https://AKIAHIDDEN:topsecret@s3.example.com', {}, /credentials stand in the endpoint/],
    ['a secret as a parameter', 's3://acme-backups?region=eu-west-1&secret=topsecret', {}, /does not know the parameter "secret".*secret-access-key/],
    ['no region', 's3://acme-backups', {}, /has no region; add \?region=/],
    ['a bucket in capitals', 's3://Acme?region=eu-west-1', {}, /"Acme" is no bucket name/],
    ['a prefix that climbs', 's3://acme-backups/../x?region=eu-west-1', {}, /the prefix "\.\.\/x"/],
    ['an endpoint in clear', 's3://acme-backups?endpoint=http://s3.example.com', {}, /http:\/\/s3\.example\.com is not https/],
    ['an endpoint with a path', 's3://acme-backups?endpoint=https://s3.example.com/bucket', {}, /more than a host and a port/],
    ['a server without an address', 's3://acme-backups?profile=r2', {}, /profile r2 needs the server's address/],
    ['an unknown profile', 's3://acme-backups?profile=gcs&region=eu-west-1', {}, /"gcs" is no profile; there are aws, r2/],
    ['a class that cannot be read back', 's3://acme-backups?region=eu-west-1&class=DEEP_ARCHIVE', {}, /DEEP_ARCHIVE cannot be read back/],
    ['a class the server lacks', 's3://acme-backups?profile=r2&endpoint=https://r2.example.com&class=monthly:GLACIER_IR', {}, /profile r2 has no storage class GLACIER_IR; it has STANDARD, STANDARD_IA/],
    ['verify: head without checksums', 's3://acme-backups?profile=r2&endpoint=https://r2.example.com', { verifyHead: true }, /verify: head needs checksums.*profile r2 gives none/],
    ['KMS on b2', 's3://acme-backups?profile=b2&region=us-west-004', { sse: 'aws:kms' }, /profile b2 has no encryption by KMS/],
    ['Object Lock on r2', 's3://acme-backups?profile=r2&endpoint=https://r2.example.com', { objectLock: 'governance' }, /profile r2 has no Object Lock/],
    ['a role that is none', 's3://acme-backups?region=eu-west-1&role=backup', {}, /"backup" is no role/],
    ['no keys', 's3://acme-backups?region=eu-west-1', { accessKeyIds: ['AKIA'], secretAccessKey: undefined }, /line 1 of secret-access-key is missing/],
    ['keys left over', 's3://acme-backups?region=eu-west-1', { accessKeyIds: ['one', 'two'] }, /have 2 line\(s\) for 1 s3 store\(s\)/],
    ['a relative folder', 'file://backups', {}, /is no folder/],
    ['a folder that climbs', 'file:///var/../etc', {}, /is no folder/],
    ['an unknown host', 'app9:/var/backups', { hosts: ['app1', 'app2'] }, /app9 is no host of the input hosts, which has app1, app2/],
    ['a host without hosts', 'app1:/var/backups', {}, /the input hosts is not given/],
    ['a login', 'deploy@app1:/var/backups', { hosts: ['app1'] }, /names a login/],
    ['something else', 'gs://bucket', {}, /is none of s3:\/\/bucket\/prefix, file:\/\/\/folder and host:\/folder/],
  ])('%s', (_name, line, change, message) => {
    const found = errors([line], change);
    expect(found).toEqual([expect.stringMatching(message)]);
    expect(found.join()).toMatch(/Example: /);
    expect(found.join()).not.toMatch(/topsecret|AKIAHIDDEN/);
  });

  test('every problem of every line is listed at once', () => {
    expect(errors(['s3://Acme/..', 'nonsense', 'file:///var/backups', 'file:///var/backups'])).toEqual([
      expect.stringMatching(/^stores, line 1, .*bucket name/), expect.stringMatching(/^stores, line 1, .*the prefix/), expect.stringMatching(/^stores, line 1, .*region/),
      expect.stringMatching(/^stores, line 2, .*is none of/), expect.stringMatching(/^stores, line 4, .*listed twice/),
    ]);
  });

  test('no store at all', () => {
    expect(errors([])).toEqual([expect.stringMatching(/stores: is empty/)]);
  });
});
