import type { LifecycleRule } from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { ourRules, planLifecycle, type LifecycleScope } from './lifecycle-plan.ts';

const SCOPE: LifecycleScope = { prefix: 'shop/', sources: ['prod-shop'], archive: 'GLACIER' };
const rule = (more: Partial<LifecycleRule>): LifecycleRule => ({ ID: 'theirs', Status: 'Enabled', Filter: { Prefix: '' }, ...more });

describe('lifecycle rules', () => {
  test('ours never delete a current object, and archive only the tier monthly', () => {
    const rules = ourRules(SCOPE);
    expect(rules).toMatchObject([
      { ID: 'ops-shop', Filter: { Prefix: 'shop/' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
      { ID: 'ops-shop-monthly-prod-shop', Filter: { Prefix: 'shop/prod-shop/data/monthly/' }, Transitions: [{ Days: 90, StorageClass: 'GLACIER' }] },
    ]);
    for (const one of rules) expect(one.Expiration).toBeUndefined();
    expect(ourRules({ ...SCOPE, archive: undefined })).toHaveLength(1);
  });

  test('an empty bucket gets them all; once there, there is nothing to change', () => {
    const plan = planLifecycle([], SCOPE);
    expect(plan.diff).toEqual([
      '+ ops-shop (Enabled) for "shop/", ends unfinished uploads after 7 days, deletes replaced versions after 30 days',
      '+ ops-shop-monthly-prod-shop (Enabled) for "shop/prod-shop/data/monthly/", moves to GLACIER after 90 days',
    ]);
    expect(planLifecycle(plan.rules, SCOPE)).toMatchObject({ diff: [], errors: [] });
  });

  test('rules of others, and ours of other prefixes, stay byte for byte', () => {
    const theirs = rule({ Filter: { Prefix: 'logs/' }, Expiration: { Days: 3 } });
    const other = rule({ ID: 'ops-other', Filter: { Prefix: 'other/' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } });
    const plan = planLifecycle([theirs, other], SCOPE);
    expect(plan.rules.slice(0, 2)).toEqual([theirs, other]);
    expect(plan.errors).toEqual([]);
  });

  test('one of ours that somebody changed is shown and put right', () => {
    const changed = { ...ourRules(SCOPE)[0], Status: 'Disabled' as const, Expiration: { Days: 1 } };
    const plan = planLifecycle([changed], SCOPE);
    expect(plan.diff).toContain('- ops-shop (Disabled) for "shop/", ends unfinished uploads after 7 days, deletes replaced versions after 30 days, deletes current objects after 1 days');
    expect(plan.rules.filter(({ ID }) => ID === 'ops-shop')).toEqual([ourRules(SCOPE)[0]]);
  });

  test.each<[string, LifecycleRule, boolean]>([
    ['for the whole bucket', rule({ Expiration: { Days: 30 } }), true],
    ['without any filter', { ID: 'old', Status: 'Enabled', Filter: undefined, Expiration: { Days: 30 } }, true],
    ['above ours', rule({ Filter: { Prefix: 'sh' }, Expiration: { Date: new Date('2030-01-01') } }), true],
    ['below ours', rule({ Filter: { Prefix: 'shop/prod-shop/data/daily/' }, Expiration: { Days: 30 } }), true],
    ['by size', rule({ Filter: { ObjectSizeGreaterThan: 5 }, Expiration: { Days: 30 } }), true],
    ['with a tag', rule({ Filter: { Tag: { Key: 'temp', Value: '1' } }, Expiration: { Days: 30 } }), false],
    ['with a prefix and a tag', rule({ Filter: { And: { Prefix: '', Tags: [{ Key: 'temp', Value: '1' }] } }, Expiration: { Days: 30 } }), false],
    ['beside ours', rule({ Filter: { Prefix: 'logs/' }, Expiration: { Days: 30 } }), false],
    ['switched off', rule({ Status: 'Disabled', Expiration: { Days: 30 } }), false],
    ['that only sweeps delete markers', rule({ Expiration: { ExpiredObjectDeleteMarker: true } }), false],
    ['that only moves', rule({ Transitions: [{ Days: 1, StorageClass: 'STANDARD_IA' }] }), false],
  ])('a rule of others %s that deletes: an error? %#', (_name, theirs, error) => {
    expect(planLifecycle([theirs], SCOPE).errors).toEqual(error ? [expect.stringMatching(/deletes current objects .* it would delete the last good one/)] : []);
  });
});
