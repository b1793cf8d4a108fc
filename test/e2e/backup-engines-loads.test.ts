import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { startDatabase, type Product } from '../support/databases.ts';
import { dumpOf, notPassed, openAsRoot } from '../support/dumps.ts';
import { describeWithServices } from '../support/require.ts';

const LONG_MS = 180_000;
const PRODUCTS = ['mysql-9.7', 'mariadb-10.11', 'mariadb-11.8'] as const satisfies readonly Product[];

/** A view WITH CHECK OPTION over one whose name comes later, and one over that; the dumpers write views by name. */
const VIEWS = `
CREATE DATABASE shop; USE shop;
CREATE TABLE orders (id INT PRIMARY KEY, paid INT);
INSERT INTO orders VALUES (1, 0), (2, 1);
CREATE VIEW z AS SELECT id, paid FROM orders WHERE id > 0;
CREATE VIEW m AS SELECT id, paid FROM z;
CREATE VIEW a AS SELECT id, paid FROM m WHERE paid = 1 WITH CASCADED CHECK OPTION;
CREATE VIEW b AS SELECT id FROM a;
CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW SET NEW.paid = 1;
CREATE PROCEDURE p() SELECT * FROM a;`;
const SEQUENCE = 'USE shop; CREATE SEQUENCE s; CREATE TABLE numbered (id BIGINT NOT NULL DEFAULT NEXTVAL(s) PRIMARY KEY, x INT); INSERT INTO numbered (x) VALUES (1), (2);';

describeWithServices('dumps that their dumpers would write so that they do not load', [...PRODUCTS], () => {
  test.each(PRODUCTS)('%s', async (product) => {
    await using server = await startDatabase(product);
    await server.sql(VIEWS);
    if (server.family === 'mariadb') await server.sql(SEQUENCE);
    await using source = await openAsRoot(server, 'shop');
    const dump = await dumpOf(source, { excludeData: ['orders'], parallel: 1 });
    expect(notPassed(dump.checks)).toEqual(server.family === 'mariadb' ? [expect.stringContaining('numbered.id')] : []);
    await using into = await startDatabase(product);
    await into.sql('CREATE DATABASE shop');
    execFileSync(into.bin(server.family === 'mariadb' ? 'mariadb' : 'mysql'), ['--host=127.0.0.1', `--port=${into.port}`, `--user=${into.rootUser}`, '--binary-mode', 'shop'], { env: { ...into.env, MYSQL_PWD: into.rootPassword }, input: dump.plain('dump') });
    expect(await into.sql("SELECT table_name FROM information_schema.views WHERE table_schema = 'shop' ORDER BY 1")).toBe(await server.sql("SELECT table_name FROM information_schema.views WHERE table_schema = 'shop' ORDER BY 1"));
    // The trigger came once, and the check is at work.
    expect((await into.sql('INSERT INTO shop.a VALUES (3, 0); SELECT * FROM shop.b')).trim()).toBe('3');
    if (server.family === 'mariadb') expect((await into.sql('INSERT INTO shop.numbered (x) VALUES (3); SELECT COUNT(*), COUNT(DISTINCT id) FROM shop.numbered')).trim()).toBe('3\t3');
  }, LONG_MS);
});
