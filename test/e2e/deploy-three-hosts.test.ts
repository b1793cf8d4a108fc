import { test } from '@jest/globals';
import * as proof from '../../proofs/three-hosts.ts';
import { describeWithServices } from '../support/require.ts';
import { holdsInShort } from '../support/short-proof.ts';

describeWithServices('three hosts, three versions of Laravel, one database', ['network'], () => {
  test('A, B with a migration, C taken back everywhere, rollback to A; no request fails', async () => {
    await holdsInShort(proof, 20);
  }, 900_000);
});
