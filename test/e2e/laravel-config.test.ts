import { test } from '@jest/globals';
import * as configProof from '../../proofs/config.ts';
import { describeWithServices } from '../support/require.ts';
import { holdsInShort } from '../support/short-proof.ts';

describeWithServices('configuration against a booted Laravel', ['network'], () => {
  test('the proof holds in short', () => holdsInShort(configProof, 450), 300_000);
});
