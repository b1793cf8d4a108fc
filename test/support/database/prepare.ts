/**
 * Makes the template of every database server on this machine, so that no test waits for it: `node test/support/database/prepare.ts`.
 * scripts/services.sh calls it where the npm packages are installed.
 */
import { existsSync } from 'node:fs';
import { products, startDatabase } from '../databases.ts';
import { placeOf } from '../services.ts';
import { templateOf } from './template.ts';

for (const product of products.filter((one) => !existsSync(templateOf(placeOf(one))))) {
  const begun = Date.now();
  await using server = await startDatabase(product);
  process.stdout.write(`${product} ${server.version} ready in ${Date.now() - begun} ms\n`);
}
