import type { S3Client } from '@aws-sdk/client-s3';
import { asError, UserError } from '@ops/shared';
import { mapBounded } from '../../catalog/bounded.ts';
import { compositeOf } from '../digest.ts';
import type { CopyRequest, NotCopied, Uploaded } from '../store.ts';
import type { S3Access, S3Target } from '../settings.ts';
import { factsOf, hasStatus, storeFault } from './cause.ts';
import { freshClient, fullKey, objectParams, type S3Context } from './context.ts';
import { headObject } from './objects.ts';
import { proveStored } from './proof.ts';
import { mayPublish } from './upload.ts';
import { endQuietly } from './uploads.ts';

/** Copies of parts side by side: no byte of them comes here. */
const PARTS_AT_ONCE = 8;
/** CopyObject takes no more: 5 GiB, which S3 calls 5 GB. */
const WHOLE_BYTES = 5 * 1024 ** 3;
/** One request copies all of it; a server that is silent for so long is not asked six times. */
const WHOLE_ATTEMPTS = 2;

/** The server cannot copy parts, or not so that it proves anything: CopyObject may do. */
class Unproven extends Error {}

type PartedRequest = CopyRequest & { readonly composite: string; readonly partBytes: number };

/** A place inside a bucket, as CopySource names it. */
interface Source {
  readonly path: string;
  readonly etag: string | undefined;
}

/**
 * Copies inside the server, by UploadPartCopy with the parts of the original, else by CopyObject. A checksum that the server
 * could have taken over from the original proves nothing: SeaweedFS's CopyObject and versitygw's UploadPartCopy do just that
 * (measured). So the composite must come out of the copied parts' own checksums, before anything is published, or CopyObject
 * must give the plain sha256 of an original that has only a composite. An original of one part is quicker sent.
 */
export async function copyObject(context: S3Context, from: S3Context, request: CopyRequest): Promise<Uploaded | NotCopied> {
  const no = (why: string, leftover = false): NotCopied => ({ why, leftover });
  const { composite, partBytes, signal } = request;
  const apart = whyApart(context.target, from.target);
  if (apart !== undefined) return no(apart);
  if (!context.profile.checksums) return no(`profile ${context.profile.name} gives no checksum that would prove a copy`);
  if (composite === undefined || partBytes === undefined || partBytes <= 0) return no('it has one part');
  try {
    const original = await headObject(from, request.key, signal);
    if (original?.bytes !== request.bytes) return no(original === undefined ? 'the original is gone' : `the original has ${original.bytes} bytes`);
    const source: Source = { path: [from.target.bucket, ...fullKey(from.target, request.key).split('/')].map(encodeURIComponent).join('/'), etag: original.etag };
    try {
      return await copyParts(context, source, { ...request, composite, partBytes });
    } catch (thrown) {
      if (!(thrown instanceof Unproven) || request.bytes > WHOLE_BYTES) throw thrown;
      signal.throwIfAborted();
      return await copyWhole(context, source, request);
    }
  } catch (thrown) {
    signal.throwIfAborted();
    return no(clause(thrown, context.target));
  }
}

/** Why these two are not of one server and one login, in words; undefined when they are. */
export function whyApart(one: S3Target, other: S3Target): string | undefined {
  if (one.endpoint !== other.endpoint) return 'they are on different servers';
  return sameLogin(one.access, other.access) ? undefined : 'they have different logins';
}

function sameLogin(one: S3Access, other: S3Access): boolean {
  if (one.kind === 'role') return other.kind === 'role' && one.arn === other.arn;
  return other.kind === 'keys' && one.accessKeyId === other.accessKeyId && one.secretAccessKey.reveal() === other.secretAccessKey.reveal();
}

interface Part {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
  readonly ChecksumSHA256: string;
}

/** Copies part by part, and publishes only when the checksums of the copied parts make up the composite of the original. */
async function copyParts(context: S3Context, source: Source, request: PartedRequest): Promise<Uploaded> {
  const { signal, bytes, composite, partBytes, sha256 } = request;
  const target = { Bucket: context.target.bucket, Key: fullKey(context.target, request.key) };
  const conditional = await mayPublish(context, request.key, signal);
  const end = new AbortController();
  const client = freshClient(context, AbortSignal.any([signal, end.signal]));
  let id: string | undefined;
  let publishing = false;
  try {
    const created = await client.send(new context.sdk.CreateMultipartUploadCommand({ ...objectParams(context, request.tier, true), ...target, ContentType: 'application/octet-stream', ChecksumAlgorithm: 'SHA256' }));
    id = created.UploadId;
    const parts = await copyRanges(context, client, source, { ...target, UploadId: id }, request);
    publishing = true;
    await client.send(new context.sdk.CompleteMultipartUploadCommand({ ...target, UploadId: id, MultipartUpload: { Parts: parts }, ...(conditional ? { IfNoneMatch: '*' } : {}) }));
    // Asked for twice, there may be a second one.
    if ((created.$metadata.attempts ?? 1) > 1) await endQuietly(context, target.Key, { unanswered: false });
    return await proven();
  } catch (thrown) {
    end.abort();
    // A lost answer: what was about to be published had been proven part by part.
    const there = publishing && !signal.aborted ? await proven().catch(() => undefined) : undefined;
    if (id !== undefined || !hasStatus(thrown, 400, 403, 404, 405, 501)) await endQuietly(context, target.Key, { id, unanswered: id === undefined });
    if (there !== undefined) return there;
    throw hasStatus(thrown, 405, 501) ? new Unproven(clause(thrown, context.target)) : thrown;
  } finally {
    client.destroy();
  }

  async function proven(): Promise<Uploaded> {
    const proof = await proveStored(context, request.key, { bytes, checksum: composite }, signal);
    if (proof !== 'store') throw new Error('the store shows no checksum of the copy');
    return { bytes, sha256, partBytes, composite, proof };
  }
}

/** The copied parts, which together are the original. Throws Unproven when the server says too little to know. */
async function copyRanges(context: S3Context, client: S3Client, source: Source, target: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined }, { bytes, partBytes, composite }: PartedRequest): Promise<Part[]> {
  const numbers = Array.from({ length: Math.ceil(bytes / partBytes) }, (_, at) => at + 1);
  const parts = await mapBounded(numbers, PARTS_AT_ONCE, async (number) => {
    const range = `bytes=${(number - 1) * partBytes}-${Math.min(bytes, number * partBytes) - 1}`;
    const { CopyPartResult: result } = await client.send(new context.sdk.UploadPartCopyCommand({ ...target, PartNumber: number, CopySource: source.path, CopySourceIfMatch: source.etag, CopySourceRange: range }));
    const sum = result?.ChecksumSHA256;
    if (sum === undefined || sum.includes('-')) throw new Unproven('the server gives no checksum of a copied part');
    return { PartNumber: number, ETag: result?.ETag, ChecksumSHA256: sum };
  });
  const made = compositeOf(parts.map(({ ChecksumSHA256 }) => Buffer.from(ChecksumSHA256, 'base64')));
  if (made !== composite) throw new Error(`the copied parts have the checksum ${made}, and the manifest says ${composite}`);
  return parts;
}

/** Copies in one request. What comes out is published at once, so a copy that is not proven is left over. */
async function copyWhole(context: S3Context, source: Source, request: CopyRequest): Promise<Uploaded | NotCopied> {
  const { signal, bytes, sha256 } = request;
  const conditional = await mayPublish(context, request.key, signal);
  if (conditional && (await headObject(context, request.key, signal)) !== undefined) return { why: 'the key is taken', leftover: false };
  const client = freshClient({ ...context, limits: { ...context.limits, attempts: WHOLE_ATTEMPTS } }, signal);
  try {
    const { CopyObjectResult: result } = await client.send(new context.sdk.CopyObjectCommand({
      ...objectParams(context, request.tier, true), Bucket: context.target.bucket, Key: fullKey(context.target, request.key), CopySource: source.path, CopySourceIfMatch: source.etag,
      ChecksumAlgorithm: 'SHA256', ...(conditional ? { IfNoneMatch: '*' } : {}),
    }));
    const sum = result?.ChecksumSHA256;
    if (sum === undefined || sum.includes('-')) return { why: 'the server gives no checksum of its own for a copy', leftover: true };
    const made = Buffer.from(sum, 'base64').toString('hex');
    if (made !== sha256) return { why: `the copy has the sha256 ${made}, and the manifest says ${sha256}`, leftover: true };
    const proof = await proveStored(context, request.key, { bytes, checksum: sha256 }, signal);
    return proof === 'store' ? { bytes, sha256, proof } : { why: 'the store shows no checksum of the copy', leftover: true };
  } catch (thrown) {
    signal.throwIfAborted();
    return { why: clause(thrown, context.target), leftover: true };
  } finally {
    client.destroy();
  }
}

/** What went wrong, as a clause. */
function clause(thrown: unknown, target: S3Target): string {
  if (factsOf(thrown).status === undefined && !(thrown instanceof UserError)) return asError(thrown).message;
  return storeFault(thrown, target, { verb: 'copy inside the server', permission: 's3:GetObject and s3:PutObject' }).message.replace(/\.$/, '');
}
