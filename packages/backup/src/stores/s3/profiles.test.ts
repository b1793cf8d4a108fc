import { describe, expect, test } from '@jest/globals';
import { partBytes, profiles, queueSize, segmentBytes } from './profiles.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

describe('part sizes', () => {
  test.each([
    ['aws', 0, 8], ['aws', 10 * GIB, 8], ['aws', 35 * GIB, 8], ['aws', 36 * GIB, 9], ['aws', 50 * GIB, 12], ['aws', 70 * GIB, 16], ['aws', 5000 * GIB, 16],
    ['scaleway', GIB, 8], ['scaleway', 4 * GIB, 10], ['scaleway', 50 * GIB, 16],
  ] as const)('%s with %d bytes: %d MiB', (profile, estimate, mib) => {
    expect(partBytes(profiles[profile], estimate)).toBe(mib * MIB);
  });

  test('a segment ends at 90 % of the part limit, and is never over it', () => {
    expect(segmentBytes(profiles.aws, 0)).toBe(9000 * 8 * MIB);
    expect(segmentBytes(profiles.scaleway, 100 * GIB)).toBe(900 * 16 * MIB);
    for (const profile of Object.values(profiles)) for (const estimate of [0, GIB, 40 * GIB, 1000 * GIB]) {
      expect(segmentBytes(profile, estimate) / partBytes(profile, estimate)).toBeLessThanOrEqual(profile.parts * 0.9);
    }
  });

  test('twice the estimate fits into the parts of one object, as long as a part may grow', () => {
    for (let estimate = 0; estimate < 65 * GIB; estimate += GIB / 3) expect(segmentBytes(profiles.aws, estimate)).toBeGreaterThanOrEqual(estimate * 2);
  });

  test('four requests in all, however many uploads share them', () => {
    expect([0, 1, 2, 3, 4, 9].map(queueSize)).toEqual([4, 4, 2, 1, 1, 1]);
  });
});

test('R2 and B2 are never asked for checksums or KMS', () => {
  for (const name of ['r2', 'b2'] as const) expect(profiles[name]).toMatchObject({ checksums: false, kms: false, conditional: 'seen' });
});
