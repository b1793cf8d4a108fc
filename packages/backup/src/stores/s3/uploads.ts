import { asError } from '@ops/shared';
import type { ListMultipartUploadsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { factsOf, storeFault, type Doing } from './cause.ts';
import { freshClient, type S3Context } from './context.ts';
import { BackupFault } from '../../fault.ts';

/** Looks until nothing is listed; each also ends what it finds. */
const LOOKS = 20;
/** Looks at an empty list before it is believed, when the server may still be making the upload. */
const QUIET_LOOKS = 3;
/** All of ending an upload, also when the store is silent. */
const END_MS = 300_000;

export interface FoundUpload {
  /** Inside the bucket. */
  readonly key: string;
  readonly id: string;
  readonly sinceMs: number;
}

/** Unfinished multipart uploads under a prefix of the bucket, page by page. */
export async function listUploads(context: S3Context, client: S3Client, prefix: string, doing: Doing): Promise<readonly FoundUpload[]> {
  const found: FoundUpload[] = [];
  let key: string | undefined;
  let id: string | undefined;
  try {
    for (;;) {
      const page: ListMultipartUploadsCommandOutput | undefined = await client.send(new context.sdk.ListMultipartUploadsCommand({ Bucket: context.target.bucket, Prefix: prefix, MaxUploads: context.limits.pageKeys, KeyMarker: key, UploadIdMarker: id })).catch((thrown: unknown) => {
        if (id !== undefined && factsOf(thrown).name === 'InvalidArgument') return undefined;
        throw thrown;
      });
      // versitygw refuses the very marker it gave (versitygw#2149). By the key alone only a second upload of that key is missed.
      if (page === undefined) {
        id = undefined;
        continue;
      }
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) if (Key !== undefined && UploadId !== undefined) found.push({ key: Key, id: UploadId, sinceMs: Initiated?.getTime() ?? 0 });
      if (page.IsTruncated !== true || (page.NextKeyMarker === key && page.NextUploadIdMarker === id)) return found;
      key = page.NextKeyMarker;
      id = page.NextUploadIdMarker;
    }
  } catch (thrown) {
    if (factsOf(thrown).name === 'NoSuchUpload') return found;
    throw storeFault(thrown, context.target, doing);
  }
}

async function abortOne(context: S3Context, client: S3Client, key: string, id: string): Promise<void> {
  try {
    await client.send(new context.sdk.AbortMultipartUploadCommand({ Bucket: context.target.bucket, Key: key, UploadId: id }));
  } catch (thrown) {
    // Gone is what was wanted: it was aborted, or completed, before.
    if (factsOf(thrown).name !== 'NoSuchUpload' && factsOf(thrown).status !== 404) throw storeFault(thrown, context.target, { verb: 'end the unfinished upload of', key, permission: 's3:AbortMultipartUpload' });
  }
}

/**
 * Ends every unfinished upload of exactly this key, with a client of its own, and looks until none is listed: a part
 * still on its way can bring an aborted upload back. `id` is ended even where the list is not allowed; `unanswered`
 * says that the server may be about to make one more.
 */
export async function endUploads(context: S3Context, key: string, known: { readonly id?: string | undefined; readonly unanswered: boolean }): Promise<void> {
  const client = freshClient(context, AbortSignal.timeout(END_MS));
  const doing: Doing = { verb: 'look for unfinished uploads of', key, permission: 's3:ListBucketMultipartUploads' };
  try {
    if (known.id !== undefined) await abortOne(context, client, key, known.id);
    let quiet = 0;
    for (let look = 0; look < LOOKS; look += 1) {
      const left = (await listUploads(context, client, key, doing)).filter((upload) => upload.key === key);
      quiet = left.length === 0 ? quiet + 1 : 0;
      if (quiet >= (known.unanswered ? QUIET_LOOKS : 1)) return;
      for (const { id } of left) await abortOne(context, client, key, id);
      if (look > 0 || left.length === 0) await context.clock.sleep(context.limits.pauseMs);
    }
    throw new BackupFault({ reason: 'store-timeout', message: `${context.target.name}: the unfinished upload of ${key} is still listed after ${LOOKS} aborts.`, remedy: 'Its parts cost money until they are gone: lifecycle: install removes them after 7 days.' });
  } finally {
    client.destroy();
  }
}

/** endUploads for the end of a failed upload, whose own cause must come out: what remains is a warning. */
export async function endQuietly(context: S3Context, key: string, known: { readonly id?: string | undefined; readonly unanswered: boolean }): Promise<void> {
  await endUploads(context, key, known).catch((thrown: unknown) => {
    context.log.warning(`An unfinished upload of ${key} may remain in ${context.target.name}: ${asError(thrown).message}`);
  });
}
