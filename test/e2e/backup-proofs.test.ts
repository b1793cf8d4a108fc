import { describe, test } from '@jest/globals';
import * as damage from '../../proofs/damage.ts';
import * as storeFaults from '../../proofs/store-faults.ts';
import { describeWithServices } from '../support/require.ts';
import { holdsInShort } from '../support/short-proof.ts';

const PATIENCE_MS = 1_800_000;

describe('backups', () => {
  describeWithServices('damaged and lying ones', ['mariadb-10.11', 'mysql-9.7', 'postgres-17', 'versitygw', 'age-keygen', 'zstd'], () => {
    test('are all refused', async () => {
      await holdsInShort(damage, 30);
    }, PATIENCE_MS);
  });

  describeWithServices('into stores that fail', ['network', 'sqlite3', 'versitygw', 'toxiproxy', 'age-keygen', 'zstd'], () => {
    test('fail clean, or are read back', async () => {
      await holdsInShort(storeFaults, 25);
    }, PATIENCE_MS);
  });
});
