import { expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import type { S3Access, S3Target } from '../settings.ts';
import { whyApart } from './copy.ts';

const keys = (accessKeyId: string, secret = 'secret'): S3Access => ({ kind: 'keys', accessKeyId, secretAccessKey: new Secret(secret) });
const role = (name: string): S3Access => ({ kind: 'role', arn: `arn:aws:iam::123456789012:role/${name}` });
const target = (access: S3Access, endpoint?: string, region = 'eu-central-1'): S3Target => ({ kind: 's3', name: 's3://bucket/shop', bucket: 'bucket', prefix: 'shop', profile: 'aws', region, endpoint, access, classes: {} });

test.each([
  ['one key', target(keys('A')), target(keys('A'))],
  ['one role, in two regions of AWS', target(role('backup')), target(role('backup'), undefined, 'eu-west-1')],
  ['one key of another server', target(keys('A'), 'https://s3.example.com'), target(keys('A'), 'https://s3.example.com')],
])('one server and login: %s', (_, one, other) => expect(whyApart(one, other)).toBeUndefined());

test.each([
  ['AWS and another server', target(keys('A')), target(keys('A'), 'https://s3.example.com'), 'different servers'],
  ['two servers', target(keys('A'), 'https://s3.fr-par.scw.cloud'), target(keys('A'), 'https://s3.nl-ams.scw.cloud'), 'different servers'],
  ['two keys', target(keys('A')), target(keys('B')), 'different logins'],
  ['two secrets of one key', target(keys('A')), target(keys('A', 'other')), 'different logins'],
  ['two roles', target(role('backup')), target(role('copies')), 'different logins'],
  ['a role and a key', target(role('backup')), target(keys('A')), 'different logins'],
])('apart: %s', (_, one, other, why) => {
  expect(whyApart(one, other)).toContain(why);
  expect(whyApart(other, one)).toContain(why);
});
