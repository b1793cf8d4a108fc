import type { LifecycleRule } from '@aws-sdk/client-s3';
import { BackupFault } from '../../fault.ts';
import { factsOf, hasStatus, storeFault } from './cause.ts';
import { keyPrefix, type S3Context } from './context.ts';
import { planLifecycle, type LifecycleReport, type LifecycleRequest } from './lifecycle-plan.ts';

/** Compares the bucket's rules with ours and, with `install`, writes them. Writes nothing while a foreign rule would delete backups. */
export async function applyLifecycle(context: S3Context, request: LifecycleRequest, signal: AbortSignal): Promise<LifecycleReport> {
  const archive = context.profile.archive === 'GLACIER' ? 'GLACIER' : undefined;
  const plan = planLifecycle(await currentRules(context, signal), { prefix: keyPrefix(context.target), sources: request.sources, archive });
  const { diff, errors } = plan;
  if (request.mode === 'check' || errors.length > 0 || diff.length === 0) return { diff, errors, installed: false };
  try {
    await context.client.send(new context.sdk.PutBucketLifecycleConfigurationCommand({ Bucket: context.target.bucket, LifecycleConfiguration: { Rules: [...plan.rules] }, ...(context.profile.checksums ? { ChecksumAlgorithm: 'SHA256' } : {}) }), { abortSignal: signal });
  } catch (thrown) {
    throw storeFault(thrown, context.target, { verb: 'write the lifecycle rules of the bucket', permission: 's3:PutLifecycleConfiguration', signal });
  }
  const after = planLifecycle(await currentRules(context, signal), { prefix: keyPrefix(context.target), sources: request.sources, archive });
  if (after.diff.length > 0) throw new BackupFault({ reason: 'store-refused', message: `${context.target.name}: the server took the lifecycle rules and then showed others: ${after.diff.join('; ')}.`, remedy: 'Use lifecycle: check, and set the rules by the means of the server.' });
  return { diff, errors, installed: true };
}

async function currentRules(context: S3Context, signal: AbortSignal): Promise<readonly LifecycleRule[]> {
  try {
    return (await context.client.send(new context.sdk.GetBucketLifecycleConfigurationCommand({ Bucket: context.target.bucket }), { abortSignal: signal })).Rules ?? [];
  } catch (thrown) {
    if (hasStatus(thrown, 404) && factsOf(thrown).name !== 'NoSuchBucket') return [];
    throw storeFault(thrown, context.target, { verb: 'read the lifecycle rules of the bucket', permission: 's3:GetLifecycleConfiguration', signal });
  }
}
