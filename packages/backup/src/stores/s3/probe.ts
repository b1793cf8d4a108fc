import { createHash } from 'node:crypto';
import type { StoreFacts } from '../store.ts';
import { factsOf, hasStatus, storeFault } from './cause.ts';
import { keyPrefix, objectParams, PROBE_KEY, type S3Context } from './context.ts';
import { integrityOf } from './observe.ts';

const BODY = Buffer.from('This object lets fwber/ops see what the store can do. It may be deleted; it comes back.\n');

/**
 * Sees what the store can do. One object with a fixed name is all that it leaves, because under Object Lock and
 * versioning whatever is written stays.
 */
export async function probeStore(context: S3Context, signal: AbortSignal): Promise<StoreFacts> {
  const first = await putAgain(context, signal);
  // The first one may have made it; only a refusal of the second proves that a taken key is refused.
  const conditional = first === 'refused' || (first === 'written' && (await putAgain(context, signal)) === 'refused');
  if (first === 'unknown') await putPlain(context, signal);
  return { conditional, checksums: context.profile.checksums && (await givesChecksum(context, signal)), versioning: await isVersioned(context, signal) };
}

async function putAgain(context: S3Context, signal: AbortSignal): Promise<'written' | 'refused' | 'unknown'> {
  try {
    await put(context, signal, { IfNoneMatch: '*' });
    return 'written';
  } catch (thrown) {
    if (hasStatus(thrown, 412)) return 'refused';
    // Two runs probe at once, and the server asks one of them to come again: it does look at conditions.
    if (hasStatus(thrown, 409)) return 'refused';
    if (hasStatus(thrown, 501) || ['NotImplemented', 'InvalidArgument', 'UnsupportedHeader'].includes(factsOf(thrown).name)) return 'unknown';
    throw storeFault(thrown, context.target, { verb: 'write', key: PROBE_KEY, permission: 's3:PutObject', signal });
  }
}

async function putPlain(context: S3Context, signal: AbortSignal): Promise<void> {
  await put(context, signal, {}).catch((thrown: unknown) => {
    throw storeFault(thrown, context.target, { verb: 'write', key: PROBE_KEY, permission: 's3:PutObject', signal });
  });
}

async function put(context: S3Context, signal: AbortSignal, condition: { readonly IfNoneMatch?: string }): Promise<void> {
  const digest = createHash('sha256').update(BODY).digest();
  await context.client.send(new context.sdk.PutObjectCommand({ Bucket: context.target.bucket, Key: `${keyPrefix(context.target)}${PROBE_KEY}`, Body: BODY, ...objectParams(context, undefined, false), ...integrityOf(context, digest, BODY), ...condition }), { abortSignal: signal });
}

async function givesChecksum(context: S3Context, signal: AbortSignal): Promise<boolean> {
  try {
    const found = await context.client.send(new context.sdk.HeadObjectCommand({ Bucket: context.target.bucket, Key: `${keyPrefix(context.target)}${PROBE_KEY}`, ChecksumMode: 'ENABLED' }), { abortSignal: signal });
    return found.ChecksumSHA256 === createHash('sha256').update(BODY).digest('base64');
  } catch (thrown) {
    throw storeFault(thrown, context.target, { verb: 'look at', key: PROBE_KEY, permission: 's3:GetObject', signal });
  }
}

/** Nice to know only: a role need not be allowed to ask, and not every server can answer. */
async function isVersioned(context: S3Context, signal: AbortSignal): Promise<boolean> {
  try {
    return (await context.client.send(new context.sdk.GetBucketVersioningCommand({ Bucket: context.target.bucket }), { abortSignal: signal })).Status === 'Enabled';
  } catch (thrown) {
    if (hasStatus(thrown, 400, 403, 404, 405, 501)) return false;
    throw storeFault(thrown, context.target, { verb: 'read the versioning of the bucket', permission: 's3:GetBucketVersioning', signal });
  }
}
