import { test } from '@jest/globals';
import * as proof from '../../proofs/race.ts';
import { describeWithServices } from '../support/require.ts';
import { holdsInShort } from '../support/short-proof.ts';

describeWithServices('two deploys at once', ['network'], () => {
  test('one goes live first, the other waits or names the holder', async () => {
    await holdsInShort(proof, 8);
  }, 900_000);
});
