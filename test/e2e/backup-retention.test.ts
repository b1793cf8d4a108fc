import { test } from '@jest/globals';
import * as retention from '../../proofs/retention.ts';
import { holdsInShort } from '../support/short-proof.ts';

test('in random catalogs retention keeps all its promises', async () => {
  await holdsInShort(retention, 501);
}, 120_000);
