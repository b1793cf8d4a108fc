import type { Tier } from '../store.ts';

export const PROFILES = ['aws', 'r2', 'b2', 'minio', 'scaleway'] as const;
export type ProfileName = (typeof PROFILES)[number];

/** What one family of S3 servers can and cannot do. */
export interface Profile {
  readonly name: ProfileName;
  /**
   * It takes `ChecksumAlgorithm: SHA256` and gives the checksum back on HeadObject. R2 answers 501 to it, and B2 ignores
   * or refuses it; WHEN_REQUIRED does not remove what was asked for, so it must not be asked for.
   */
  readonly checksums: boolean;
  /** Most parts of one multipart upload. */
  readonly parts: number;
  /** `always`: IfNoneMatch is sent at once. `seen`: only after the probe saw it refused with 412. */
  readonly conditional: 'always' | 'seen';
  readonly kms: boolean;
  readonly objectLock: boolean;
  /** Classes that can be read back at once, so an upload may use them. */
  readonly classes: readonly string[];
  /** Class by tier where the user says nothing. */
  readonly classOf: Readonly<Partial<Record<Tier, string>>>;
  /** Class that lifecycle moves the tier monthly to, after 90 days. */
  readonly archive?: string;
  /** Address where none is given; undefined when one must be given. */
  readonly endpoint: (region: string) => string | undefined;
  /** Region where none is given. */
  readonly region?: string;
}

const PLAIN = { checksums: false, parts: 10_000, conditional: 'seen', kms: false, classOf: {} } as const;
const AWS_CLASSES = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR', 'REDUCED_REDUNDANCY', 'EXPRESS_ONEZONE'];

/** Every rule by which servers differ, in one place. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  aws: {
    name: 'aws', checksums: true, parts: 10_000, conditional: 'always', kms: true, objectLock: true,
    classes: AWS_CLASSES, classOf: { monthly: 'GLACIER_IR' }, archive: 'GLACIER', endpoint: () => undefined,
  },
  r2: { ...PLAIN, name: 'r2', objectLock: false, classes: ['STANDARD', 'STANDARD_IA'], endpoint: () => undefined, region: 'auto' },
  b2: { ...PLAIN, name: 'b2', objectLock: true, classes: ['STANDARD'], endpoint: (region) => `https://s3.${region}.backblazeb2.com` },
  minio: { ...PLAIN, name: 'minio', checksums: true, kms: true, objectLock: true, classes: ['STANDARD', 'REDUCED_REDUNDANCY'], endpoint: () => undefined, region: 'us-east-1' },
  scaleway: {
    ...PLAIN, name: 'scaleway', checksums: true, parts: 1000, objectLock: true, classes: ['STANDARD', 'ONEZONE_IA'], archive: 'GLACIER',
    endpoint: (region) => `https://s3.${region}.scw.cloud`,
  },
};

const MIB = 1024 ** 2;
const SMALLEST_PART = 8 * MIB;
const LARGEST_PART = 16 * MIB;
/** Of the part limit, so that a wrong estimate never meets the limit itself. */
const USED_SHARE = 0.9;
/** How far an estimate may be off before a segment ends early. */
const MARGIN = 2;

function usedParts(profile: Pick<Profile, 'parts'>): number {
  return Math.floor(profile.parts * USED_SHARE);
}

/** Size of every part but the last: 8 MiB, and up to 16 MiB only when the estimate needs it. Whole MiB. */
export function partBytes(profile: Pick<Profile, 'parts'>, estimateBytes: number): number {
  const needed = Math.ceil((Math.max(0, estimateBytes) * MARGIN) / usedParts(profile) / MIB) * MIB;
  return Math.min(LARGEST_PART, Math.max(SMALLEST_PART, needed));
}

/** Most bytes of one object: 90 % of the part limit. What is longer goes on in the next segment. */
export function segmentBytes(profile: Pick<Profile, 'parts'>, estimateBytes: number): number {
  return usedParts(profile) * partBytes(profile, estimateBytes);
}

/** Parts in flight of one upload, when `parallel` of them run side by side. */
export function queueSize(parallel: number): number {
  return Math.max(1, Math.floor(4 / Math.max(1, parallel)));
}
