import { expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveToNobody } from '../support/daemon.ts';
import { startDatabase, type Product, type TestServer } from '../support/databases.ts';
import { connectionOf, dumpOf, notPassed, openAs, openConnection, placeOfServer } from '../support/dumps.ts';
import { Authority, type CertificateOptions } from '../support/http.ts';
import { describeWithServices } from '../support/require.ts';

const LONG_MS = 180_000;
/** MariaDB's client of 11.4 and later asks no server at 127.0.0.1 for its name. */
const HOST = '127.0.0.2';
const PRODUCTS = ['mysql-9.7', 'mariadb-10.11', 'mariadb-11.8', 'postgres-15', 'postgres-18'] as const satisfies readonly Product[];

/** Files of certificates, which a server that runs as nobody can read. */
class Certificates implements Disposable {
  readonly #dir = mkdtempSync(join(tmpdir(), 'ops-tls-'));
  readonly #ours = new Authority();
  readonly #foreign = new Authority();
  readonly ca: string;
  readonly foreignCa: string;

  constructor() {
    chmodSync(this.#dir, 0o755);
    this.ca = this.#file('ca.pem', this.#ours.cert);
    this.foreignCa = this.#file('foreign.pem', this.#foreign.cert);
  }

  /** Settings of a server that shows such a certificate. */
  settings(family: TestServer['family'], name: string, options: CertificateOptions = {}): Record<string, string> {
    const made = this.#ours.issue(options);
    const [cert, key] = [this.#file(`${name}.pem`, made.cert), this.#file(`${name}.key`, made.key)];
    return family === 'postgres' ? { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key } : { 'ssl-ca': this.ca, 'ssl-cert': cert, 'ssl-key': key };
  }

  #file(name: string, text: string): string {
    const path = join(this.#dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (name.endsWith('.key')) giveToNobody(path);
    else chmodSync(path, 0o644);
    return path;
  }

  [Symbol.dispose](): void {
    this.#ours[Symbol.dispose]();
    this.#foreign[Symbol.dispose]();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

describeWithServices('a database that speaks TLS', [...PRODUCTS], () => {
  test.each(PRODUCTS)('%s: is dumped over a verified connection, and over none that cannot be verified', async (product) => {
    using certificates = new Certificates();
    await using server = await startDatabase(product, { listen: '0.0.0.0' });
    const { family, rootUser: user, rootPassword: password } = server;
    await server.restart(certificates.settings(family, 'right', { names: [`IP:${HOST}`] }));
    await server.sql('CREATE DATABASE shop');
    await server.sql('CREATE TABLE goods (id INT PRIMARY KEY); INSERT INTO goods VALUES (1)', { database: 'shop' });
    const login = { user, password, database: 'shop' };
    for (const [tls, ca] of [['verify', certificates.ca], ['require', undefined], ['off', undefined]] as const) {
      await using source = await openAs(server, login, { host: HOST, tls, ...(ca !== undefined && { ca }) });
      const cell = (await source.query.rows(family === 'postgres' ? "SELECT CASE WHEN ssl THEN 'on' ELSE 'off' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()" : "SHOW SESSION STATUS LIKE 'Ssl_cipher'"))[0]?.at(-1);
      expect([tls, cell !== '' && cell !== 'off']).toEqual([tls, tls !== 'off']);
      expect([tls, notPassed((await dumpOf(source)).checks)]).toEqual([tls, []]);
    }
    const refused = async (ca: string): Promise<void> => {
      const opening = openConnection(placeOfServer(server), connectionOf(server, login, { host: HOST, tls: 'verify', ca })).then(async (source) => { await source.query.close(); });
      await expect(opening).rejects.toMatchObject({ reason: 'login-refused', message: expect.stringContaining('could not agree on TLS for the database shop'), remedy: expect.stringContaining('db-ca') });
    };
    await refused(certificates.foreignCa);
    // The right authority, but of another host.
    await server.restart(certificates.settings(family, 'other', { names: ['DNS:db9.example.com'] }));
    await refused(certificates.ca);
  }, LONG_MS);
});
