import { describe, expect, test } from '@jest/globals';
import { isWrittenOnHost, liesOnHost, sealIn } from './on-host.ts';

const HOST = { via: 'host', name: 'app1' } as const;
const RUNNER = { via: 'runner', name: 'the runner' } as const;
const BUCKET = {};
const APP1 = { onHost: { host: 'app1' } };
const APP2 = { onHost: { host: 'app2' } };

type Wish = Parameters<typeof isWrittenOnHost>[0];
const written = (wish: Wish): number[] => wish.stores.flatMap((_, index) => (isWrittenOnHost(wish, index) ? [index] : []));

describe('which stores the dump writes by itself', () => {
  test.each<[string, Wish, number[]]>([
    ['a folder of the host where it runs, as the only store', { place: HOST, stores: [APP1], encryption: 'none', allowPlainHost: false }, [0]],
    ['as a copy beside a bucket', { place: HOST, stores: [BUCKET, APP1], encryption: 'none', allowPlainHost: false }, [1]],
    ['two folders of that host', { place: HOST, stores: [APP1, BUCKET, APP1], encryption: 'none', allowPlainHost: false }, [0, 2]],
    ['none of another host', { place: HOST, stores: [APP2, APP1], encryption: 'none', allowPlainHost: false }, [1]],
    ['none when the dump runs on the runner', { place: RUNNER, stores: [APP1], encryption: 'none', allowPlainHost: true }, []],
    ['none with encryption, because it would be plain', { place: HOST, stores: [APP1, BUCKET], encryption: 'age', allowPlainHost: false }, []],
    ['with encryption when that is allowed', { place: HOST, stores: [BUCKET, APP1], encryption: 'age', allowPlainHost: true }, [1]],
    ['no bucket, whatever is allowed', { place: HOST, stores: [BUCKET], encryption: 'age', allowPlainHost: true }, []],
  ])('%s', (_name, wish, places) => { expect(written(wish)).toEqual(places); });
});

test('what the dump writes by itself is never called encrypted, and everything else is as it was asked for', () => {
  const config = { place: HOST, stores: [APP1, BUCKET, APP2], encryption: 'age', recipients: ['age1a', 'age1b'], allowPlainHost: true } as const;
  expect([0, 1, 2].map((index) => sealIn(config, index).encryption)).toEqual(['none', 'age', 'age']);
  expect([0, 1].map((index) => sealIn(config, index).recipients)).toEqual([[], ['age1a', 'age1b']]);
  expect(sealIn({ ...config, allowPlainHost: false }, 0)).toEqual({ encryption: 'age', recipients: ['age1a', 'age1b'] });
  expect([0, 1, 2].map((index) => liesOnHost(config, index))).toEqual([true, false, false]);
});
