import { createHash } from 'node:crypto';
import { BackupFault } from '../../fault.ts';
import { taken } from '../faults.ts';
import type { StoredObject, Tier } from '../store.ts';
import { safePrefix } from '../key.ts';
import { factsOf, hasStatus, storeFault, type Doing } from './cause.ts';
import { fullKey, keyPrefix, objectParams, ownKey, type S3Context } from './context.ts';
import { integrityOf, retryConflicts } from './observe.ts';

const DELETES_AT_ONCE = 8;

/** The object as the store describes it, with the checksum it computed; undefined when there is none. */
export async function headObject(context: S3Context, key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
  const doing: Doing = { verb: 'look at', key, permission: 's3:GetObject', signal };
  try {
    const found = await context.client.send(new context.sdk.HeadObjectCommand({ Bucket: context.target.bucket, Key: fullKey(context.target, key), ...(context.profile.checksums ? { ChecksumMode: 'ENABLED' } : {}) }), { abortSignal: signal });
    const checksum = checksumOf(found.ChecksumSHA256);
    return {
      key,
      bytes: found.ContentLength ?? 0,
      modifiedMs: found.LastModified?.getTime() ?? 0,
      ...(found.ETag === undefined ? {} : { etag: found.ETag }),
      ...(checksum === undefined ? {} : { checksum }),
      ...(found.ObjectLockRetainUntilDate === undefined ? {} : { lockedUntilMs: found.ObjectLockRetainUntilDate.getTime() }),
      ...(found.ObjectLockLegalHoldStatus === 'ON' ? { legalHold: true } : {}),
      ...(found.StorageClass === undefined ? {} : { storageClass: found.StorageClass }),
      ...(isArchived(found) ? { archived: true } : {}),
    };
  } catch (thrown) {
    if (hasStatus(thrown, 404)) return undefined;
    throw storeFault(thrown, context.target, doing);
  }
}

/** The classes that must be thawed, and INTELLIGENT_TIERING's own archives. What was thawed is readable for some days. */
function isArchived(found: { readonly StorageClass?: string | undefined; readonly ArchiveStatus?: string | undefined; readonly Restore?: string | undefined }): boolean {
  if (found.Restore?.includes('ongoing-request="false"') === true) return false;
  return found.StorageClass === 'GLACIER' || found.StorageClass === 'DEEP_ARCHIVE' || found.ArchiveStatus !== undefined;
}

/** Hex for a plain sha256; a composite stays as S3 writes it, `<base64>-N`. */
function checksumOf(text: string | undefined): string | undefined {
  if (text === undefined || text.includes('-')) return text;
  return Buffer.from(text, 'base64').toString('hex');
}

/** A small new object. A lost answer makes the second try meet the first one's object: then the bytes decide. */
export async function createObject(context: S3Context, key: string, body: Uint8Array, tier: Tier | undefined, signal: AbortSignal): Promise<void> {
  const conditional = context.profile.conditional === 'always' || (await context.facts(signal)).conditional;
  try {
    if (!conditional && (await headObject(context, key, signal)) !== undefined) throw Object.assign(new Error('the key is taken'), { $metadata: { httpStatusCode: 412 } });
    await retryConflicts(context, signal, async () => put(context, key, body, tier, signal, conditional ? { IfNoneMatch: '*' } : {}));
  } catch (thrown) {
    if (!hasStatus(thrown, 412, 409)) throw storeFault(thrown, context.target, { verb: 'write', key, permission: 's3:PutObject', signal });
    const there = await readObject(context, key, signal);
    if (there === undefined || !Buffer.from(there.body).equals(body)) throw taken(context.target.name, key);
  }
}

export async function readObject(context: S3Context, key: string, signal: AbortSignal): Promise<{ readonly body: Uint8Array; readonly etag: string | undefined } | undefined> {
  const doing: Doing = { verb: 'read', key, permission: 's3:GetObject', signal };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const found = await context.client.send(new context.sdk.GetObjectCommand({ Bucket: context.target.bucket, Key: fullKey(context.target, key) }), { abortSignal: signal });
      return { body: (await found.Body?.transformToByteArray()) ?? new Uint8Array(), etag: found.ETag };
    } catch (thrown) {
      if (hasStatus(thrown, 404) && factsOf(thrown).name !== 'NoSuchBucket') return undefined;
      // An answer that breaks off in the middle is past the SDK's own retries.
      if (signal.aborted || factsOf(thrown).status !== undefined || attempt >= context.limits.attempts) throw storeFault(thrown, context.target, doing);
    }
  }
}

/** Replaces it if it still has this etag. Without conditional writes it only looks first: one pruner at a time is then the caller's part. */
export async function replaceObject(context: S3Context, key: string, body: Uint8Array, etag: string | undefined, signal: AbortSignal): Promise<boolean> {
  const conditional = etag !== undefined && (await context.facts(signal)).conditional;
  try {
    if (!conditional && (await headObject(context, key, signal))?.etag !== etag && etag !== undefined) return false;
    await put(context, key, body, undefined, signal, conditional ? { IfMatch: etag } : {});
    return true;
  } catch (thrown) {
    if (!hasStatus(thrown, 412, 409, 404) || factsOf(thrown).name === 'NoSuchBucket') throw storeFault(thrown, context.target, { verb: 'replace', key, permission: 's3:PutObject', signal });
    const there = await readObject(context, key, signal);
    return there !== undefined && Buffer.from(there.body).equals(body);
  }
}

async function put(context: S3Context, key: string, body: Uint8Array, tier: Tier | undefined, signal: AbortSignal, condition: { readonly IfNoneMatch?: string; readonly IfMatch?: string }): Promise<void> {
  const digest = createHash('sha256').update(body).digest();
  await context.client.send(new context.sdk.PutObjectCommand({
    Bucket: context.target.bucket, Key: fullKey(context.target, key), Body: body, ...objectParams(context, tier, false), ...integrityOf(context, digest, body), ...condition,
  }), { abortSignal: signal });
}

/** Everything under a prefix, page by page, in key order. */
export async function* listObjects(context: S3Context, prefix: string, signal: AbortSignal): AsyncIterable<StoredObject> {
  const Prefix = `${keyPrefix(context.target)}${safePrefix(prefix)}`;
  let token: string | undefined;
  do {
    const page = await context.client.send(new context.sdk.ListObjectsV2Command({ Bucket: context.target.bucket, Prefix, MaxKeys: context.limits.pageKeys, ContinuationToken: token }), { abortSignal: signal }).catch((thrown: unknown) => {
      throw storeFault(thrown, context.target, { verb: `list ${prefix}`, permission: 's3:ListBucket', signal });
    });
    for (const found of page.Contents ?? []) {
      const key = ownKey(context.target, found.Key);
      if (key === undefined) continue;
      yield {
        key, bytes: found.Size ?? 0, modifiedMs: found.LastModified?.getTime() ?? 0,
        ...(found.ETag === undefined ? {} : { etag: found.ETag }), ...(found.StorageClass === undefined ? {} : { storageClass: found.StorageClass }),
      };
    }
    const next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    // A list that silently ends early would make backups out of sight, and their data into orphans.
    if (page.IsTruncated === true && (next === undefined || next === token)) throw new BackupFault({ reason: 'store-refused', message: `${context.target.name}: the list of ${prefix} goes on, and the server does not say where.`, remedy: 'Look at what stands between here and the store; nothing was changed.' });
    token = next;
  } while (token !== undefined);
}

/**
 * Deletes one by one, some at a time: DeleteObjects wants checksums that not every server takes. Returns what the store
 * refused; a store that is out of reach is a fault.
 */
export async function removeObjects(context: S3Context, keys: readonly string[], signal: AbortSignal): Promise<readonly { readonly key: string; readonly why: string }[]> {
  const refused: { key: string; why: string }[] = [];
  const todo = keys.map((key) => ({ key, full: fullKey(context.target, key) }));
  const work = async (): Promise<void> => {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      const { key, full } = next;
      await context.client.send(new context.sdk.DeleteObjectCommand({ Bucket: context.target.bucket, Key: full }), { abortSignal: signal }).catch((thrown: unknown) => {
        const { status, name, message } = factsOf(thrown);
        if (status === 404 && name !== 'NoSuchBucket') return;
        const fault = storeFault(thrown, context.target, { verb: 'delete', key, permission: 's3:DeleteObject', signal });
        if (status === undefined || status >= 500 || status === 404) throw fault;
        refused.push({ key, why: /lock|retention|WORM/i.test(message) ? 'it is locked by Object Lock' : fault.message });
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(DELETES_AT_ONCE, todo.length) }, work));
  return refused;
}
