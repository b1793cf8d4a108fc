import type { Secret } from '@ops/shared';
import type { ProfileName } from './s3/profiles.ts';
import type { Tier } from './store.ts';

/** The inputs that stores are made of, as the action read them. */
export interface StoreSettings {
  readonly profile: ProfileName;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** ARN of the role that may write; its own `?role=` in a line wins. */
  readonly role?: string | undefined;
  /** ARN of the role that may delete. */
  readonly pruneRole?: string | undefined;
  /** `prune` takes the prune role, where there is one; everything else is `backup`. */
  readonly purpose: 'backup' | 'prune';
  /** One a line for every s3 store without a role, in order. */
  readonly accessKeyIds: readonly string[];
  readonly secretAccessKey?: Secret | undefined;
  /** `tier=CLASS` each. */
  readonly storageClass: readonly string[];
  readonly sse: 'none' | 'AES256' | 'aws:kms';
  readonly kmsKeyId?: string | undefined;
  readonly objectLock: 'none' | 'governance' | 'compliance';
  /** Age in milliseconds at which a tier's backups may go; the lock lasts as long. */
  readonly ages: Readonly<Record<Tier, number>>;
  /** `verify: head` was asked for, which needs checksums that the store computed. */
  readonly verifyHead: boolean;
  /** Names of the hosts that `host:/folder` may mean. */
  readonly hosts: readonly string[];
}

/** How an s3 store proves who it is. */
export type S3Access =
  | { readonly kind: 'keys'; readonly accessKeyId: string; readonly secretAccessKey: Secret }
  | { readonly kind: 'role'; readonly arn: string };

/** One line of `stores`, read and checked. */
export type StoreTarget =
  | {
      readonly kind: 's3';
      /** As written, without query. */
      readonly name: string;
      readonly bucket: string;
      /** Without slashes at its ends; empty for the whole bucket. */
      readonly prefix: string;
      readonly profile: ProfileName;
      readonly region: string;
      /** Undefined for AWS's own. */
      readonly endpoint: string | undefined;
      readonly access: S3Access;
      readonly classes: Readonly<Partial<Record<Tier, string>>>;
    }
  | { readonly kind: 'fs'; readonly name: string; readonly path: string }
  | { readonly kind: 'host'; readonly name: string; readonly host: string; readonly path: string };

export type S3Target = Extract<StoreTarget, { readonly kind: 's3' }>;
