import { jest, test } from '@jest/globals';
import * as sizes from '../../proofs/backup-sizes.ts';
import { describeWithServices } from '../support/require.ts';
import { holdsInShort } from '../support/short-proof.ts';

jest.setTimeout(1_800_000);

describeWithServices('backups of unusual sizes', ['mariadb-10.11', 'postgres-17', 'age', 'age-keygen', 'zstd'], () => {
  test('hundreds of tables and a large row come back, in flat memory', () => holdsInShort(sizes, 4));
});
