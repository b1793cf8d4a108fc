import type { Random } from '@ops/shared';
import type { VerdictRecord } from '../catalog/manifest.ts';
import { publishVerdict } from '../catalog/publish.ts';
import type { Signer } from '../catalog/sign.ts';
import { readBack, type ReadBackRequest, type ReadBackResult } from './read-back.ts';

export interface VerifyRequest extends ReadBackRequest {
  /** sha256 of the manifest as it stands in this store. */
  readonly manifestSha256: string;
  readonly runUrl: string;
}

export interface VerifyDeps {
  readonly now: () => number;
  readonly random: Random;
  readonly signer: Signer | undefined;
}

/**
 * Reads a backup back and writes the verdict beside its manifest. An inconclusive one is not written: it would neither prove
 * nor revoke anything.
 */
export async function verifyBackup(request: VerifyRequest, deps: VerifyDeps): Promise<ReadBackResult & { readonly record: VerdictRecord | undefined }> {
  const result = await readBack(request);
  if (result.verdict === 'inconclusive') return { ...result, record: undefined };
  const record = await publishVerdict(
    request.store,
    { manifest: request.manifest, sha256: request.manifestSha256 },
    { kind: 'verify', verdict: result.verdict, checks: result.checks, atMs: deps.now(), runUrl: request.runUrl },
    { random: deps.random, signer: deps.signer, signal: request.signal },
  );
  return { ...result, record };
}
