import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TestHost } from '../hosts.ts';
import { placeOf } from '../services.ts';

/** Puts MySQL's clients on a host, before MariaDB's on its PATH, with their libraries, whose paths are in them. */
export function installMysqlClient(host: TestHost): void {
  const tree = placeOf('mysql-9.7');
  for (const part of ['usr/lib/x86_64-linux-gnu', 'usr/share/mysql']) cpSync(join(tree, part), join(host.root, tree, part), { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(host.root, tree, 'usr/bin'), { recursive: true });
  for (const name of ['mysql', 'mysqldump']) {
    cpSync(join(tree, 'usr/bin', name), join(host.root, tree, 'usr/bin', name), { dereference: true });
    symlinkSync(join(tree, 'usr/bin', name), join(host.root, 'usr/local/bin', name));
  }
}
