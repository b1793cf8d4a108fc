import { test } from '@jest/globals';
import * as proof from '../../proofs/lost-runner.ts';
import { describeWithServices } from '../support/require.ts';
import { holdsInShort } from '../support/short-proof.ts';

describeWithServices('a lost runner', ['network'], () => {
  test('frees the lock, lifts the maintenance, ends the migration once, and the next deploy succeeds', async () => {
    await holdsInShort(proof, 30);
  }, 900_000);
});
