import { describe, expect, test } from '@jest/globals';
import { CancelledError, Secret } from '@ops/shared';
import { BackupFault } from '../../fault.ts';
import type { S3Target } from '../settings.ts';
import { storeFault } from './cause.ts';

const TARGET: S3Target = {
  kind: 's3', name: 's3://acme/shop', bucket: 'acme', prefix: 'shop', profile: 'aws', region: 'eu-west-1', endpoint: undefined, classes: {},
  access: { kind: 'keys', accessKeyId: 'AKIAEXAMPLE12345', secretAccessKey: new Secret('very-secret') },
};
const WRITE = { verb: 'write', key: 'x/y', permission: 's3:PutObject' };

function answered(name: string, status: number, message = 'said the server'): Error {
  return Object.assign(new Error(message), { name, Code: name, $metadata: { httpStatusCode: status } });
}

function broke(code: string, name = 'Error'): Error {
  return Object.assign(new Error(`${code} happened`), { code, name });
}

describe('what the user reads when a store says no', () => {
  test.each<[Error, string, RegExp, RegExp]>([
    [answered('NoSuchBucket', 404), 'store-refused', /there is no bucket acme at S3 in eu-west-1/, /Make the bucket/],
    [answered('AccessDenied', 403), 'store-refused', /lacks s3:PutObject on acme\/shop/, /Allow s3:PutObject on arn:aws:s3:::acme\/shop\/\*/],
    [answered('AccessDenied', 403, 'not authorized to perform: kms:GenerateDataKey'), 'store-refused', /may not use the KMS key/, /kms:GenerateDataKey and kms:Decrypt/],
    [answered('InvalidAccessKeyId', 403), 'store-refused', /does not know the key AKIA…/, /access-key-id/],
    [answered('SignatureDoesNotMatch', 403), 'store-refused', /signature of the key AKIA… is wrong/, /Set the secret again/],
    [answered('RequestTimeTooSkewed', 403), 'store-refused', /clock of this machine/, /Set the clock/],
    [answered('ExpiredToken', 400), 'store-refused', /have run out/, /role-to-assume/],
    [answered('PermanentRedirect', 301), 'store-refused', /acme is not in eu-west-1/, /region of the bucket/],
    [answered('AuthorizationHeaderMalformed', 400), 'store-refused', /acme is not in eu-west-1/, /region of the bucket/],
    [answered('InsufficientStorage', 507), 'no-room', /is full/, /Make room/],
    [answered('PreconditionFailed', 412), 'store-conflict', /the key is taken/, /new backup id/],
    [answered('ConditionalRequestConflict', 409), 'store-conflict', /same moment/, /new backup id/],
    [answered('NoSuchUpload', 404), 'store-conflict', /ended by somebody else/, /lifecycle rule/],
    [answered('NotImplemented', 501), 'store-refused', /cannot do this \(said the server\)/, /s3-profile/],
    [answered('InvalidObjectState', 403), 'store-refused', /archive class/, /Restore it/],
    [answered('BadDigest', 400), 'store-refused', /not those that were sent/, /look at the way/],
    [answered('SlowDown', 503), 'store-timeout', /slow down/, /later/],
    [answered('InternalError', 500), 'store-timeout', /HTTP 500, again and again/, /state of the store/],
    [broke('ENOTFOUND'), 'store-refused', /has no address/, /name server/],
    [broke('ECONNREFUSED'), 'store-timeout', /nobody answers at S3 in eu-west-1 \(ECONNREFUSED\)/, /firewall/],
    [broke('CERT_HAS_EXPIRED'), 'store-refused', /certificate .* not trusted \(CERT_HAS_EXPIRED\)/, /NODE_EXTRA_CA_CERTS/],
    [broke('ETIMEDOUT', 'TimeoutError'), 'store-timeout', /did not answer in time/, /start the run again/],
    [broke('ECONNRESET'), 'store-timeout', /broke the connection/, /start the run again/],
    [new AggregateError([broke('ECONNREFUSED'), broke('ECONNREFUSED')], ''), 'store-timeout', /nobody answers/, /firewall/],
    [new Error('wrapped', { cause: broke('ENOTFOUND') }), 'store-refused', /has no address/, /name server/],
    [answered('SomethingNew', 418), 'store-refused', /SomethingNew \(HTTP 418\): said the server/, /settings of the store/],
  ])('%s', (error, reason, message, remedy) => {
    const fault = storeFault(error, TARGET, WRITE);
    expect(fault).toBeInstanceOf(BackupFault);
    expect(fault).toMatchObject({ reason, message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
    expect(fault.message).toMatch(/^s3:\/\/acme\/shop: could not write x\/y: /);
    expect(fault.sentence()).not.toMatch(/very-secret|AKIAEXAMPLE/);
  });

  test('a cancel is a cancel, whatever it broke', () => {
    expect(storeFault(broke('ECONNRESET'), TARGET, { ...WRITE, signal: AbortSignal.abort() })).toBeInstanceOf(CancelledError);
  });

  test('what is in words already stays as it is', () => {
    const fault = new BackupFault({ reason: 'no-trailer', message: 'x' });
    expect(storeFault(fault, TARGET, WRITE)).toBe(fault);
  });

  test('only the first line of what a server says is repeated, and not much of it', () => {
    expect(storeFault(answered('New', 418, `${'x'.repeat(500)}\nAKIASECRETLINE`), TARGET, WRITE).message).toMatch(/^[^\n]{1,320}$/);
  });
});
