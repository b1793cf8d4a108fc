import { describe, expect, test } from '@jest/globals';
import { milliseconds } from '@ops/shared';
import { LeaseCache, renewalMarginMs, type Lease } from './credentials.ts';

const MINUTE = 60_000;

class Bank {
  now = 1_000_000;
  asked = 0;
  fails = false;
  readonly masked: string[] = [];
  readonly lifetimeMs: number;

  constructor(lifetimeMs = 60 * MINUTE) {
    this.lifetimeMs = lifetimeMs;
  }

  readonly cache = new LeaseCache(async (): Promise<Lease> => {
    this.asked += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.fails) throw new Error('the bank is closed');
    return { accessKeyId: `key ${this.asked}`, secretAccessKey: `secret ${this.asked}`, sessionToken: `token ${this.asked}`, expiresMs: this.now + this.lifetimeMs };
  }, { now: () => milliseconds(this.now) }, (secret) => this.masked.push(secret));
}

describe('credentials with an end', () => {
  test.each([[60, 12], [15, 3], [3, 1], [2, 1], [1, 0.5], [0, 0]])('a life of %d min is renewed %d min before its end', (life, margin) => {
    expect(renewalMarginMs(life * MINUTE)).toBe(margin * MINUTE);
  });

  test('are asked for once for all who wait, masked, and given without their end', async () => {
    const bank = new Bank();
    const got = await Promise.all(Array.from({ length: 10 }, async () => bank.cache.get()));
    expect(bank.asked).toBe(1);
    expect(got).toEqual(Array.from({ length: 10 }, () => ({ accessKeyId: 'key 1', secretAccessKey: 'secret 1', sessionToken: 'token 1' })));
    expect(bank.masked).toEqual(['secret 1', 'token 1']);
  });

  test('are kept until the margin, then renewed once', async () => {
    const bank = new Bank();
    await bank.cache.get();
    bank.now += 47 * MINUTE;
    await bank.cache.get();
    expect(bank.asked).toBe(1);
    bank.now += 2 * MINUTE;
    expect((await Promise.all([bank.cache.get(), bank.cache.get()])).map((one) => one.accessKeyId)).toEqual(['key 2', 'key 2']);
    expect(bank.asked).toBe(2);
  });

  test('a renewal that fails is none while the old ones last, and is tried again', async () => {
    const bank = new Bank();
    await bank.cache.get();
    bank.fails = true;
    bank.now += 50 * MINUTE;
    expect((await bank.cache.get()).accessKeyId).toBe('key 1');
    bank.now += 11 * MINUTE;
    await expect(bank.cache.get()).rejects.toThrow('the bank is closed');
    bank.fails = false;
    expect((await bank.cache.get()).accessKeyId).toBe('key 4');
  });
});
