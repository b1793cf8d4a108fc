/** Damaged and lying backups and dumps, over two hundred: all of them must be refused, by the layer whose work it is. */
import { startDatabase } from '../test/support/databases.ts';
import { startS3 } from '../test/support/s3.ts';
import { makeKeys, proofDir } from './backup/bed.ts';
import type { CaseGroup } from './backup/cases.ts';
import { lyingArchives } from './backup/lying-archives.ts';
import { lyingDumps } from './backup/lying-dumps.ts';
import { lyingStores } from './backup/lying-stores.ts';
import { editedManifests } from './backup/manifests.ts';
import { mysqlRights, postgresRights } from './backup/rights.ts';
import { storedBytes } from './backup/stored-bytes.ts';
import { Checks, type ProofIo, type Proven } from './checks.ts';

export async function proof({ quick, log }: ProofIo): Promise<Proven> {
  using dir = proofDir();
  const keys = makeKeys(dir.path);
  const checks = new Checks(log);
  const run = (group: CaseGroup): Promise<void> => play(group, quick ? 12 : 1, checks, log);
  {
    await using server = await startDatabase('mariadb-10.11');
    const dumps = await lyingDumps(server, dir.path, keys);
    const source = { url: server.url(server.rootUser, server.rootPassword, 'shop'), env: server.env };
    await run(await storedBytes(source, keys));
    await run(await editedManifests(source, keys));
    await run(await mysqlRights(server, keys));
    {
      await using s3 = await startS3();
      await using stores = await lyingStores(server, s3, keys);
      await run(stores);
    }
    await run(dumps);
  }
  {
    await using server = await startDatabase('postgres-17');
    await run(await lyingArchives(server, dir.path, keys));
    await run(await postgresRights(server, keys));
  }
  {
    await using server = await startDatabase('mysql-9.7');
    await run(await mysqlRights(server, keys));
  }
  return checks.proven;
}

/** The undamaged first: a proof that refuses everything shows nothing. */
async function play({ damaged, controls }: CaseGroup, every: number, checks: Checks, log: (line: string) => void): Promise<void> {
  for (const { name, refused } of controls) {
    const why = await refused();
    if (why !== undefined) throw new Error(`undamaged, and refused: ${name}: ${why}`);
    log(`  passes  undamaged, ${name}`);
  }
  for (const { layer, name, accepted } of damaged.filter((_, index) => index % every === 0)) {
    const why = await accepted();
    checks.that(`[${layer}] ${name}`, why === undefined, why);
  }
}
