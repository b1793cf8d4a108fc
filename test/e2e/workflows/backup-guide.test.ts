/** The by-hand parts of docs/backup.md, followed to the letter: a signed backup is checked and brought back with public tools alone. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { openBackupScene, type BackupScene, type ManifestJson } from '../../support/backup.ts';
import { startDatabase, type TestServer } from '../../support/databases.ts';
import { describeWithServices } from '../../support/require.ts';
import { copySqliteSample, countRows, loadSample, sampleRows } from '../../support/samples.ts';
import { programOf } from '../../support/services.ts';

const guide = readFileSync(join(resolve(import.meta.dirname, '../../..'), 'docs/backup.md'), 'utf8');
const TEST_MS = 360_000;

/** The code blocks of one language that follow a line of the guide. */
function block(after: string, language: string, at = 0): string {
  const from = guide.indexOf(after);
  const found = [...guide.slice(Math.max(0, from)).matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))][at];
  if (from < 0 || found === undefined) throw new Error(`docs/backup.md has no ${language} block after "${after}"`);
  return (found[2] ?? '').replaceAll(new RegExp(`^${found[1] ?? ''}`, 'gm'), '');
}

/** Runs a block as a reader would, with `aws s3 cp s3://acme-backups/shop/… -` reading the folder that stands for the bucket. */
function follow(scene: BackupScene, text: string, env: Readonly<Record<string, string>>, manifest?: ManifestJson): string {
  const cwd = join(scene.dir, 'by-hand');
  mkdirSync(cwd, { recursive: true });
  const aws = `aws() { if [ "$2" = ls ]; then ls "${scene.folder}/\${3#s3://acme-backups/shop/}"; elif [ "$4" = - ]; then cat "${scene.folder}/\${3#s3://acme-backups/shop/}"; else cp "\${3/#s3:\\/\\/acme-backups\\/shop/${scene.folder}}" "\${4/#s3:\\/\\/acme-backups\\/shop/${scene.folder}}"; fi; }`;
  const script = text.replaceAll('THE_ID', manifest?.id ?? 'none').replaceAll('-i KEY', `-i '${scene.identityFile('break-glass')}'`);
  const path = `${dirname(programOf('age') ?? '')}:${env['PATH'] ?? process.env['PATH'] ?? ''}`;
  return execFileSync('bash', ['-ec', `${aws}\n${script}`], { cwd, encoding: 'utf8', env: { ...env, HOME: cwd, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 });
}

function clientEnv(scene: BackupScene, server: TestServer): Record<string, string> {
  const home = join(scene.dir, 'by-hand');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, '.my.cnf'), `[client]\nhost=127.0.0.1\nport=${server.port}\nuser=${server.rootUser}\npassword="${server.rootPassword.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"\n`, { mode: 0o600 });
  return { ...server.env, PGHOST: server.host, PGPORT: String(server.port), PGUSER: server.rootUser, PGPASSWORD: server.rootPassword };
}

const manifestOf = (scene: BackupScene, source: string, id: string): ManifestJson => JSON.parse(readFileSync(join(scene.folder, source, 'manifests', `${id}.json`), 'utf8'));

describeWithServices('the guide to backups, with MariaDB', ['mariadb-10.11', 'chinook', 'age', 'age-keygen', 'zstd'], () => {
  test('sign, list, hold, check the signature, restore, and prune only what is not held', async () => {
    await using scene = await openBackupScene();
    await using server = await startDatabase('mariadb-10.11');
    await loadSample(server, 'chinook', 'shop');
    const env = clientEnv(scene, server);
    follow(scene, block('## Signed manifests', 'sh'), env);
    const signing = readFileSync(join(scene.dir, 'by-hand/signing.pem'), 'utf8');
    const signer = readFileSync(join(scene.dir, 'by-hand/signer.txt'), 'utf8');
    const made = await scene.backup(server, 'shop', { 'signing-key': signing, 'trusted-signers': signer }, { secrets: [signing] });
    expect({ exit: made.exit, log: made.exit === 0 ? '' : made.log }).toEqual({ exit: 0, log: '' });
    const manifest = manifestOf(scene, 'production-shop', made.outputs['backup-id'] ?? '');

    const listed = follow(scene, block('## What is in a store', 'sh'), env, manifest);
    expect(listed).toContain(`${manifest.id}.json`);
    expect(listed).toContain('"suspect": null');
    expect(listed).toContain('age -d -i ');
    const check = block('Check one with public tools', 'sh');
    expect(follow(scene, check, env)).toBe('Signature Verified Successfully\n');
    // One digit of the manifest, changed behind our back.
    const file = join(scene.dir, 'by-hand/m.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"tier": "daily"', '"tier": "monthly"'));
    expect(follow(scene, `( set -e\n${check}) || echo "refused with $?"`, env)).toMatch(/^Signature Verification Failure\nrefused with 1$/m);

    // The client of this product is called as the guide calls it.
    const restore = block('**MySQL, MariaDB**', 'sh');
    expect(follow(scene, restore, env, manifest).trim().split('\n').at(-1)).toMatch(/^0/);
    expect(await countRows(server, 'shop_new')).toEqual(sampleRows('chinook'));

    const hold = block('**Keep one at any age**', 'sh').replaceAll(/\d{8}T\d{6}Z-[0-9A-Z]{26}/g, manifest.id);
    follow(scene, hold, env);
    expect(existsSync(join(scene.folder, 'production-shop/manifests', `${manifest.id}.hold`))).toBe(true);
    const pruned = await scene.backup(server, 'shop', { 'mode': 'prune', 'prune': 'dry-run', 'signing-key': signing, 'trusted-signers': signer }, { secrets: [signing] });
    expect(pruned.record.kept).toEqual([{ id: manifest.id, why: expect.stringContaining('held: before the merger') }]);
  }, TEST_MS);
});

describeWithServices('the rights of the guide', ['mysql-9.7', 'mariadb-11.8', 'chinook', 'age', 'age-keygen', 'zstd'], () => {
  test.each([['mysql-9.7', 'MySQL 8.0.20 and later:\n'], ['mariadb-11.8', 'MariaDB:\n']] as const)('are enough for a whole backup of %s', async (product, heading) => {
    await using scene = await openBackupScene();
    await using server = await startDatabase(product);
    await loadSample(server, 'chinook', 'shop');
    await server.sql('CREATE PROCEDURE ping() SELECT 1; CREATE TRIGGER kept BEFORE INSERT ON Genre FOR EACH ROW SET NEW.Name = TRIM(NEW.Name); CREATE EVENT later ON SCHEDULE EVERY 1 DAY DO DELETE FROM Genre WHERE GenreId < 0;', { database: 'shop' });
    await server.sql(block(heading, 'sql'));
    const made = await scene.backup(server, 'shop', { 'database-url': server.url('backup', 'a long password', 'shop') }, { secrets: ['a long password'] });
    expect({ exit: made.exit, log: made.exit === 0 ? '' : made.log }).toEqual({ exit: 0, log: '' });
    expect(made.outputs).toMatchObject({ status: 'verified' });
    expect(made.record.manifest).toMatchObject({ inventory: { procedure: ['ping'], trigger: ['kept'], event: ['later'] } });
  }, TEST_MS);
});

describeWithServices('the guide to backups, with PostgreSQL', ['postgres-17', 'chinook', 'age', 'age-keygen', 'zstd'], () => {
  test('the least rights, and four artifacts in their order', async () => {
    await using scene = await openBackupScene();
    await using server = await startDatabase('postgres-17');
    await loadSample(server, 'chinook', 'shop');
    await server.sql(block('PostgreSQL 14 and later', 'sql'));
    const made = await scene.backup(server, 'shop', { 'database-url': server.url('backup', 'a long password', 'shop') }, { secrets: ['a long password'] });
    expect({ exit: made.exit, log: made.exit === 0 ? '' : made.log }).toEqual({ exit: 0, log: '' });
    expect(made.outputs).toMatchObject({ status: 'verified' });
    const manifest = manifestOf(scene, 'production-shop', made.outputs['backup-id'] ?? '');
    follow(scene, block('**PostgreSQL**', 'sh'), clientEnv(scene, server), manifest);
    expect(await countRows(server, 'shop_new')).toEqual(await countRows(server, 'shop'));
    expect(Object.values(await countRows(server, 'shop_new')).reduce((all, rows) => all + rows, 0)).toBe(Object.values(sampleRows('chinook')).reduce((all, rows) => all + rows, 0));
  }, TEST_MS);
});

describeWithServices('the guide to backups, with SQLite', ['sqlite3', 'chinook', 'age', 'age-keygen', 'zstd'], () => {
  test('the file comes back whole', async () => {
    await using scene = await openBackupScene();
    const path = join(scene.dir, 'database.sqlite');
    copySqliteSample('chinook', path);
    const made = await scene.run({ 'database-url': `sqlite://${path}` });
    expect({ exit: made.exit, log: made.exit === 0 ? '' : made.log }).toEqual({ exit: 0, log: '' });
    const manifest = manifestOf(scene, 'production-database.sqlite', made.outputs['backup-id'] ?? '');
    const said = follow(scene, block('**SQLite**', 'sh'), { PATH: process.env['PATH'] ?? '' }, manifest);
    expect(said.trim()).toBe('ok');
    const dump = (file: string): string => execFileSync('sqlite3', [file, '.dump'], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    expect(dump(join(scene.dir, 'by-hand/restored.sqlite'))).toBe(dump(path));
  }, TEST_MS);
});
