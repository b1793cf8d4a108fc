import { BackupFault } from '../fault.ts';
import type { Catalog } from './list.ts';
import type { Manifest } from './manifest.ts';

/** Whose backups a folder holds. */
export interface Owner {
  readonly environment: string;
  readonly database: string;
  /** Of the database's server, where it proves which one it is: a SQLite file's path may be the same on two machines. */
  readonly identity?: string | undefined;
}

/** The folder is somebody else's: not even the record of the refused run belongs into it. */
export class ForeignFolder extends BackupFault {}

/**
 * One folder holds one database: retention, `latest` and the usual size look at all of it. `a-b` + `c` and `a` + `b-c` make the
 * same default name, and a copied workflow may keep its `source`. Another environment is fine where the server is the same one,
 * which was then only given another name. Throws ForeignFolder, `bad-input`.
 */
export function requireOwnFolder(newest: Pick<Manifest, 'id' | 'environment' | 'database' | 'server' | 'engine'> | undefined, owner: Owner | undefined, folder: Pick<Catalog, 'source' | 'store'>): void {
  if (newest === undefined || owner === undefined) return;
  const sameServer = newest.engine !== 'sqlite' && owner.identity !== undefined && newest.server.identity === owner.identity;
  const sameEnvironment = newest.environment === undefined || newest.environment === owner.environment || sameServer;
  if (newest.database === owner.database && sameEnvironment) return;
  throw new ForeignFolder({
    reason: 'bad-input',
    message: `source: the folder ${folder.source} in ${folder.store} belongs to ${named(newest)}, whose newest backup there is ${newest.id}, and this is ${named(owner)}.`,
    remedy: `Two databases in one folder would push out each other's backups: give this one a source of its own. Example: source: ${[owner.environment, owner.database].filter((part) => part !== '').join('.')}`,
  });
}

function named({ environment, database }: { readonly environment?: string | undefined; readonly database: string }): string {
  return `the database ${database}${environment === undefined || environment === '' ? '' : ` of environment ${environment}`}`;
}
