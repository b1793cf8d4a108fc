import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { UserError, type Deps, type Sha } from '@ops/shared';

/** The files of one commit as one normalised tar: sorted, owner 0, modes kept, one time for all. */
export interface Artifact {
  /** sha256 of the uncompressed tar: the same files under the same commit time give the same key. */
  readonly key: string;
  /** The compressed tar in the runner's temp dir. */
  readonly file: string;
  readonly bytes: number;
  readonly tarBytes: number;
  readonly entries: number;
  /** The unpacked files on the runner. */
  readonly folder: string;
}

const ARCHIVE = /\.(?:tar|tar\.gz|tgz|tar\.xz|tar\.bz2|tar\.zst|zip)$/;

type ArtifactDeps = Pick<Deps, 'exec' | 'env' | 'context' | 'cleanup' | 'signal'>;

/**
 * Builds the artifact from a folder or archive. Throws UserError `stage` when it is missing, empty, or
 * GNU tar is not there.
 */
export async function makeArtifact(options: { readonly path: string; readonly appRoot: string; readonly exclude: readonly string[]; readonly mtime: number }, deps: ArtifactDeps): Promise<Artifact> {
  const scratch = await mkdtemp(join(deps.context.tempDir, 'ops-artifact-'));
  deps.cleanup.defer('remove the artifact from the temp dir', () => rm(scratch, { recursive: true, force: true }));
  const folder = join(await sourceFolder(options.path, scratch, deps), options.appRoot);
  const info = await stat(folder).catch(() => undefined);
  if (info === undefined || !info.isDirectory()) {
    throw new UserError({ reason: 'stage', message: `The folder ${folder} does not exist, so there is nothing to deploy.`, remedy: 'Check source and app-root; does a checkout or download-artifact step run before this one?' });
  }
  return pack(folder, options, scratch, deps);
}

async function sourceFolder(path: string, scratch: string, deps: ArtifactDeps): Promise<string> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw new UserError({ reason: 'stage', message: `source ${path} does not exist.`, remedy: 'Name a folder or archive of the workspace, for example source: . or source: build/app.tar.gz' });
  if (info.isDirectory()) return path;
  if (!ARCHIVE.test(path)) throw new UserError({ reason: 'stage', message: `source ${path} is neither a folder nor a .tar, .tar.gz, .tgz, .tar.xz, .tar.zst or .zip file.`, remedy: 'Name a folder or an archive.' });
  const folder = join(scratch, 'unpacked');
  const command = path.endsWith('.zip') ? { file: 'unzip', args: ['-q', path, '-d', folder] } : { file: 'tar', args: ['-xf', path, '--one-top-level=unpacked', '-C', scratch] };
  const result = await deps.exec.run({ ...command, env: deps.env, signal: deps.signal });
  if (result.exit !== 0) throw new UserError({ reason: 'stage', message: `The archive ${path} could not be unpacked: ${lastLine(result.stderr)}`, remedy: 'Is it complete? Make it again in the build job.' });
  return folder;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

async function pack(folder: string, options: { readonly exclude: readonly string[]; readonly mtime: number }, scratch: string, deps: ArtifactDeps): Promise<Artifact> {
  const file = join(scratch, 'artifact.tar.gz');
  // Not `.`: the mode of the folder itself says nothing about the commit, and would be in the key.
  const names = (await readdir(folder)).filter((name) => !options.exclude.includes(name)).toSorted();
  if (names.length === 0) throw new UserError({ reason: 'stage', message: `The folder ${folder} is empty, so there is nothing to deploy.`, remedy: 'Check source, app-root and exclude; does a checkout or download-artifact step run before this one?' });
  const hash = createHash('sha256');
  let tarBytes = 0;
  const child = deps.exec.start({
    file: 'tar',
    args: ['--create', '--file=-', '--format=gnu', '--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${options.mtime}`,
      ...options.exclude.map((name) => `--exclude=${name}`), '--directory', folder, '--', ...names.map((name) => `./${name}`)],
    env: { ...deps.env, LC_ALL: 'C' },
    signal: deps.signal,
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      hash.update(chunk);
      tarBytes += chunk.length;
      done(null, chunk);
    },
  });
  child.stdin.end();
  await pipeline(child.stdout, measure, createGzip({ level: 5 }), createWriteStream(file));
  const exit = await child.ended;
  if (exit !== 0) throw new UserError({ reason: 'stage', message: `tar could not pack ${folder} (exit code ${exit}): ${lastLine(said)}`, remedy: 'On macOS runners install GNU tar; otherwise check that every file is readable.' });
  const { size } = await stat(file);
  return { key: hash.digest('hex'), file, bytes: size, tarBytes, entries: Math.ceil(tarBytes / 2048), folder };
}

/**
 * The time all files of the artifact carry, in seconds: the commit's own where git knows it. Elsewhere a time
 * made from the commit id: equal for equal commits and different between commits, because a web server
 * builds an asset's ETag from size and time.
 */
export async function commitTime(sha: Sha, workspace: string, deps: Pick<Deps, 'exec' | 'env'>): Promise<number> {
  const result = await deps.exec.run({ file: 'git', args: ['-C', workspace, 'log', '-1', '--format=%ct', '--end-of-options', sha, '--'], env: deps.env });
  const seconds = Number(result.stdout.trim());
  return result.exit === 0 && Number.isInteger(seconds) && seconds > 0 ? seconds : 946_684_800 + Number.parseInt(sha.slice(0, 7), 16);
}
