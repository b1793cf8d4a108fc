/** Restores with public tools alone, by the command that stands in the manifest and in the summary. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestServer } from '../databases.ts';
import { programOf } from '../services.ts';

/** What a restore reads of a manifest. */
export interface RestorableManifest {
  readonly restore: string;
  readonly charset?: string;
  readonly collation?: string;
}

export interface RestoreTools {
  /** File with an age identity. */
  readonly identityFile: string;
  /** A folder of its own for this restore. */
  readonly dir: string;
  /** Shell function bodies that stand for `aws` and `ssh`. */
  readonly aws?: string;
  readonly ssh?: string;
}

/** Runs the restore command into a database of that name, which must not exist yet. Throws what the tools said. */
export async function restoreInto(server: TestServer, database: string, manifest: RestorableManifest, tools: RestoreTools): Promise<void> {
  const { dir } = tools;
  mkdirSync(dir, { recursive: true });
  if (server.family !== 'postgres') {
    const charset = manifest.charset === undefined ? '' : ` CHARACTER SET ${manifest.charset}${manifest.collation === undefined ? '' : ` COLLATE ${manifest.collation}`}`;
    await server.sql(`CREATE DATABASE \`${database.replaceAll('`', '``')}\`${charset}`);
    const escaped = server.rootPassword.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
    writeFileSync(join(dir, '.my.cnf'), `[client]\nhost=${server.host}\nport=${server.port}\nuser=${server.rootUser}\npassword="${escaped}"\n`, { mode: 0o600 });
  }
  run(manifest, tools, database, { ...server.env, HOME: dir, PGHOST: server.host, PGPORT: String(server.port), PGUSER: server.rootUser, PGPASSWORD: server.rootPassword });
}

/** Runs the restore command of a SQLite backup; the path of the file it makes. */
export function restoreFile(manifest: RestorableManifest & { readonly database: string }, tools: RestoreTools): string {
  mkdirSync(tools.dir, { recursive: true });
  run(manifest, tools, '', { PATH: process.env['PATH'] ?? '', HOME: tools.dir });
  return join(tools.dir, `restored-${manifest.database}`);
}

function run(manifest: RestorableManifest, tools: RestoreTools, database: string, env: Readonly<Record<string, string>>): void {
  const age = programOf('age');
  if (age === undefined) throw new Error('there is no age on this machine');
  const quoted = `'${database.replaceAll("'", "'\\''")}'`;
  const script = [
    'set -euo pipefail',
    ...(tools.aws === undefined ? [] : [`aws() {\n${tools.aws}\n}`]),
    ...(tools.ssh === undefined ? [] : [`ssh() {\n${tools.ssh}\n}`]),
    manifest.restore.replaceAll('-i KEY', `-i '${tools.identityFile}'`).replaceAll('NEW_DATABASE', () => quoted),
  ].join('\n');
  try {
    execFileSync('bash', ['-c', script], { cwd: tools.dir, env: { ...env, PATH: `${dirname(age)}:${env['PATH'] ?? ''}` }, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(`the restore command failed:\n${script}\n${said.slice(0, 4000)}`);
  }
}
