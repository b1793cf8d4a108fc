import { test } from '@jest/globals';
import * as proof from '../../proofs/faults.ts';
import { describeWithServices } from '../support/require.ts';
import { holdsInShort } from '../support/short-proof.ts';

describeWithServices('what goes wrong at a deploy', ['network'], () => {
  test('ends with one sentence of cause and remedy, the old release serving', async () => {
    await holdsInShort(proof, 80);
  }, 900_000);
});
