import { expect, test } from '@jest/globals';
import { startDatabase, type Product } from '../support/databases.ts';
import { dumpOf, notPassed, openAsRoot } from '../support/dumps.ts';
import { describeWithServices } from '../support/require.ts';
import { countRows, loadAwkward, loadSample } from '../support/samples.ts';

const LONG_MS = 180_000;
const PRODUCTS = ['mysql-9.7', 'mariadb-10.11', 'mariadb-11.8'] as const satisfies readonly Product[];

describeWithServices('what MySQL and MariaDB hold and what their dumps hold', [...PRODUCTS, 'chinook'], () => {
  test.each(PRODUCTS)('%s: the same names, rows and trailers, for a sample and for awkward data', async (product) => {
    await using server = await startDatabase(product);
    await loadSample(server, 'chinook', 'chinook');
    await loadAwkward(server, 'odd');
    for (const database of ['chinook', 'odd']) {
      await using source = await openAsRoot(server, database);
      const dump = await dumpOf(source);
      expect(notPassed(dump.checks)).toEqual([]);
      // MySQL's dumper asks the server for patience; MariaDB's cannot.
      expect([dump.plan.flags.some((flag) => flag.includes('net_write_timeout')), dump.plan.artifacts[0]?.patienceMs]).toEqual(product === 'mysql-9.7' ? [true, undefined] : [false, 60_000]);
      const rows = Object.fromEntries(Object.entries(dump.scans.get('dump')?.tables ?? {}).map(([name, data]) => [name, data.rows]));
      const seen = await countRows(server, database);
      // A table that keeps its history has one row more than those of now.
      expect(rows).toMatchObject('versioned' in seen ? { ...seen, versioned: 3 } : seen);
    }
  }, LONG_MS);
});
