import { createHash, type Hash } from 'node:crypto';
import { asError } from '@ops/shared';
import type { Check } from '../check.ts';
import { mapBounded } from '../catalog/bounded.ts';
import type { Manifest } from '../catalog/manifest.ts';
import type { OpenPlaintext } from '../pipeline/artifact.ts';
import type { Store } from '../stores/store.ts';
import { decodeArtifact, type InspectPlaintext } from './decode.ts';
import { WatchedStore } from './watched-store.ts';

/** A connection that breaks, or one flipped bit on the way, must not condemn a backup: what fails is read once more. */
const ATTEMPTS = 3;
const PARALLEL = 4;

type Artifact = Manifest['artifacts'][number];
type Segment = Artifact['segments'][number];

export interface ReadBackRequest {
  readonly store: Store;
  readonly manifest: Manifest;
  readonly depth: 'read-back' | 'head';
  /** Artifacts read side by side. */
  readonly parallel?: number;
  /** Decodes what is stored; without it, or without an identity for encrypted backups, `plaintext-hash` is not-run. */
  readonly decode?: { readonly open: OpenPlaintext; readonly identity: string | undefined; readonly inspect?: InspectPlaintext };
  readonly onProgress?: (bytes: number) => void;
  readonly signal: AbortSignal;
}

export interface ReadBackResult {
  /** `fail` condemns the backup; `inconclusive` says nothing about it: head never says more, nor does a store that does not answer. */
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly checks: readonly Check[];
  /** Bytes read from the store. */
  readonly bytes: number;
}

/**
 * Compares what a store holds with the manifest. `read-back` reads and hashes every stored byte, and decodes them in the
 * same pass when it can. Throws only on cancel and BackupFault `identity-wrong`.
 */
export async function readBack(request: ReadBackRequest): Promise<ReadBackResult> {
  const heads = await headCheck(request);
  if (request.depth === 'head') {
    const checks: Check[] = [heads, { name: 'read-back', result: 'not-run', why: 'verify is head: sizes and checksums of the store were compared, no byte was read' }];
    return { verdict: heads.result === 'fail' ? 'fail' : 'inconclusive', checks, bytes: 0 };
  }
  if (heads.result === 'fail') return { verdict: 'fail', checks: [heads, { name: 'read-back', result: 'not-run', why: 'what the store says about its objects is wrong already' }], bytes: 0 };
  let bytes = 0;
  const counting = { ...request, onProgress: (more: number): void => { bytes += more; request.onProgress?.(more); } };
  const perArtifact = await mapBounded(request.manifest.artifacts, request.parallel ?? PARALLEL, async (artifact) => readArtifact(counting, artifact));
  const checks = [heads, ...merge(perArtifact.flat())];
  // Without a key the tap's decoding during the backup stands; only a drill can prove decryption. So not-run there is no reason to hold back.
  const told = checks.filter(({ name }) => name === 'read-back' || name === 'stored');
  const verdict = checks.some(({ result }) => result === 'fail') ? 'fail' : told.every(({ result }) => result === 'pass') ? 'pass' : 'inconclusive';
  return { verdict, checks, bytes };
}

/** One line for each check over all artifacts: the worst of them, with every reason. */
function merge(checks: readonly Check[]): readonly Check[] {
  return [...new Set(checks.map(({ name }) => name))].map((name): Check => {
    const all = checks.filter((check) => check.name === name);
    const result = (['fail', 'not-run', 'pass'] as const).find((worst) => all.some((check) => check.result === worst)) ?? 'not-run';
    const whys = [...new Set(all.filter((check) => check.result === result).flatMap(({ why }) => (why === undefined ? [] : [why])))];
    return { name, result, ...(whys.length === 0 ? {} : { why: whys.join('; ') }) };
  });
}

/** What the store itself says: there, as large, with the same checksum where it keeps one. */
async function headCheck({ store, manifest, signal }: ReadBackRequest): Promise<Check> {
  const segments = manifest.artifacts.flatMap((artifact) => artifact.segments);
  try {
    const problems = await mapBounded(segments, store.kind === 'host' ? 2 : 8, async (segment) => headProblem(segment, await store.head(segment.key, signal)));
    const found = problems.filter((problem) => problem !== undefined);
    return found.length === 0 ? { name: 'stored', result: 'pass' } : { name: 'stored', result: 'fail', why: found.join('; ') };
  } catch (thrown) {
    signal.throwIfAborted();
    return { name: 'stored', result: 'not-run', why: `${store.name} did not answer: ${asError(thrown).message}` };
  }
}

function headProblem(segment: Segment, object: { readonly bytes: number; readonly checksum?: string } | undefined): string | undefined {
  if (object === undefined) return `${segment.key} is gone`;
  if (object.bytes !== segment.bytes) return `${segment.key} is ${object.bytes} bytes, the manifest says ${segment.bytes}`;
  if (object.checksum === undefined) return undefined;
  const composite = /-\d+$/.test(object.checksum);
  // A composite says nothing about an object whose parts we do not know: the read does.
  const wanted = composite ? segment.composite : segment.sha256;
  return wanted === undefined || wanted === object.checksum ? undefined : `${segment.key} has checksum ${object.checksum} in the store, the manifest says ${wanted}`;
}

async function readArtifact(request: ReadBackRequest & { readonly onProgress: (bytes: number) => void }, artifact: Artifact): Promise<readonly Check[]> {
  const watched = new WatchedStore(request.store, request.onProgress);
  const { decode } = request;
  const decoded = decode === undefined || (request.manifest.codec.encryption === 'age' && decode.identity === undefined)
    ? [{ name: 'plaintext-hash', result: 'not-run', why: decode === undefined ? 'nothing was decoded' : 'decryption needs an identity, which this run has not; decoding was proven while it was written, a drill proves the rest' } satisfies Check]
    : await decodeArtifact({ ...decode, store: watched, manifest: request.manifest, artifact, signal: request.signal });
  const read = await hashArtifact(request, artifact, watched);
  // Bytes that could not be read cannot be decoded either: that is one finding, and it is about the store.
  return read.result === 'not-run' ? [read, ...decoded.map(({ name }): Check => ({ name, result: 'not-run', why: 'not all bytes could be read' }))] : [read, ...decoded];
}

/** Every segment by itself, and all of them in a row when there are several. What decoding has read already is not read again. */
async function hashArtifact(request: ReadBackRequest & { readonly onProgress: (bytes: number) => void }, artifact: Artifact, watched: WatchedStore): Promise<Check> {
  const problems: string[] = [];
  let whole = artifact.segments.length > 1 ? createHash('sha256') : undefined;
  for (const segment of artifact.segments) {
    const seen = watched.seen(segment.key);
    if (seen?.bytes === segment.bytes && seen.sha256 === segment.sha256) {
      // Decoding read it, and the hash of the plaintext tells whether the segments follow each other.
      whole = undefined;
      continue;
    }
    const outcome = await readSegment(request, segment, whole);
    if ('why' in outcome) return { name: 'read-back', result: 'not-run', why: outcome.why };
    if ('problem' in outcome) problems.push(outcome.problem);
    else whole &&= outcome.whole;
  }
  if (problems.length === 0 && whole !== undefined && whole.digest('hex') !== artifact.storedSha256) problems.push(`the segments of ${artifact.name} do not make up what was stored: their order or number is wrong`);
  if (problems.length === 0 && artifact.segments.length === 1 && artifact.segments[0]?.sha256 !== artifact.storedSha256) problems.push(`the manifest contradicts itself about ${artifact.name}`);
  return problems.length === 0 ? { name: 'read-back', result: 'pass' } : { name: 'read-back', result: 'fail', why: problems.join('; ') };
}

async function readSegment(request: ReadBackRequest & { readonly onProgress: (bytes: number) => void }, segment: Segment, whole: Hash | undefined): Promise<{ readonly whole: Hash | undefined } | { readonly problem: string } | { readonly why: string }> {
  let last: { readonly problem: string } | { readonly why: string } = { why: 'it was not read' };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const one = createHash('sha256');
    const all = whole?.copy();
    let bytes = 0;
    try {
      const stream: AsyncIterable<Uint8Array> = await request.store.download(segment.key, request.signal);
      for await (const chunk of stream) {
        one.update(chunk);
        all?.update(chunk);
        bytes += chunk.length;
        request.onProgress(chunk.length);
      }
    } catch (thrown) {
      request.signal.throwIfAborted();
      last = { why: `${segment.key} could not be read from ${request.store.name}, ${attempt} times tried: ${asError(thrown).message}` };
      continue;
    }
    request.signal.throwIfAborted();
    if (bytes === segment.bytes && one.digest('hex') === segment.sha256) return { whole: all };
    last = { problem: bytes === segment.bytes ? `${segment.key} holds other bytes than were written (read ${attempt} times)` : `${segment.key} gave ${bytes} of ${segment.bytes} bytes (read ${attempt} times)` };
  }
  return last;
}
