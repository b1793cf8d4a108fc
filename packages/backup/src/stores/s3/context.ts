import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import type { Clock, Log } from '@ops/shared';
import { PARTIAL, safeKey } from '../key.ts';
import type { S3Target, StoreSettings } from '../settings.ts';
import type { StoreFacts, Tier } from '../store.ts';
import type { CredentialCache } from './credentials.ts';
import type { Profile } from './profiles.ts';
import { makeClient, type S3Limits, type Sdk } from './sdk.ts';

export type ObjectSettings = Pick<StoreSettings, 'sse' | 'kmsKeyId' | 'objectLock' | 'ages'>;

/** All that the parts of an s3 store share. */
export interface S3Context {
  readonly sdk: Sdk;
  readonly target: S3Target;
  readonly profile: Profile;
  readonly settings: ObjectSettings;
  readonly limits: S3Limits;
  readonly credentials: CredentialCache;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly log: Pick<Log, 'warning'>;
  /** For small requests; uploads have clients of their own. */
  readonly client: S3Client;
  /** What the probe saw; probes when nobody has yet. */
  facts(signal: AbortSignal): Promise<StoreFacts>;
}

/** The one object by which the probe sees what the store can do. */
export const PROBE_KEY = '.ops-probe';

/** The key inside the bucket. */
export function fullKey(target: Pick<S3Target, 'prefix'>, key: string): string {
  return `${keyPrefix(target)}${safeKey(key)}`;
}

export function keyPrefix(target: Pick<S3Target, 'prefix'>): string {
  return target.prefix === '' ? '' : `${target.prefix}/`;
}

/** The key inside the store; undefined for one that no store of ours could have, such as a folder's marker. */
export function ownKey(target: Pick<S3Target, 'prefix'>, full: string | undefined): string | undefined {
  const prefix = keyPrefix(target);
  if (full === undefined || !full.startsWith(prefix) || full === prefix || full.endsWith('/') || full.endsWith(PARTIAL)) return undefined;
  const key = full.slice(prefix.length);
  return key === PROBE_KEY ? undefined : key;
}

/** A client of its own, whose requests all end with the signal. */
export function freshClient(context: S3Context, signal: AbortSignal): S3Client {
  return makeClient(context.sdk, context.target, context.credentials, context.limits, signal);
}

/**
 * How a new object is kept: encryption, lock, and for data its class. The lock is set when the object is made, for as long
 * as its tier is retained; what has no tier, such as a lease, must stay removable. No tags: a role that may only append would
 * need s3:PutObjectTagging for them (403 at the very start, measured), and nobody reads them.
 */
export function objectParams(context: Pick<S3Context, 'settings' | 'target' | 'clock'>, tier: Tier | undefined, data: boolean): Partial<PutObjectCommandInput> {
  const { settings, target } = context;
  const params: Partial<PutObjectCommandInput> = {};
  if (settings.sse !== 'none') params.ServerSideEncryption = settings.sse;
  if (settings.sse === 'aws:kms' && settings.kmsKeyId !== undefined) params.SSEKMSKeyId = settings.kmsKeyId;
  if (tier === undefined) return params;
  if (settings.objectLock !== 'none') {
    params.ObjectLockMode = settings.objectLock === 'governance' ? 'GOVERNANCE' : 'COMPLIANCE';
    params.ObjectLockRetainUntilDate = new Date(context.clock.now() + settings.ages[tier]);
  }
  if (!data) return params;
  const storageClass = target.classes[tier];
  // The default is left unsaid: some servers refuse even its name.
  if (storageClass !== undefined && storageClass !== 'STANDARD' && isStorageClass(storageClass)) params.StorageClass = storageClass;
  return params;
}

const CLASSES = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR', 'REDUCED_REDUNDANCY', 'EXPRESS_ONEZONE'] as const;

function isStorageClass(name: string): name is (typeof CLASSES)[number] {
  return CLASSES.some((known) => known === name);
}
