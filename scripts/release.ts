/**
 * Publishes build/release on the branch v1 as two commits: first the actions, then the same tree with the reusable workflows, whose
 * `uses:` are pinned to the first commit. So a workflow called by its commit runs exactly the actions it was released with.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { treeHashes } from './build.ts';

const USAGE = `usage: release.ts --version X.Y.Z [--dry-run DIR] | --hash | --help
  --version X.Y.Z  commits build/release to the branch v1 of origin, which only moves forward, and tags vX.Y.Z
  --dry-run DIR    the same into a bare repository DIR, made when it is not there; origin is not touched
  --hash           prints tree=SHA256 of build/release, to compare two builds`;

const root = resolve(import.meta.dirname, '..');
const BRANCH = 'v1';

export interface Release {
  /** The release tree. */
  readonly tree: string;
  /** Address or path that git pushes to. */
  readonly remote: string;
  /** X.Y.Z */
  readonly version: string;
  /** The commit on main that the tree was built from, and its date: both go into the commits. */
  readonly source: string;
  readonly date: string;
}

export interface Released {
  /** The commit with the actions, which the workflows are pinned to. */
  readonly actions: string;
  /** The commit with the workflows too: the new v1 and the tag. */
  readonly head: string;
}

/** Pushes both commits and the tag at once; nothing is forced, so a v1 that moved meanwhile refuses. */
export function release({ tree, remote, version, source, date }: Release): Released {
  if (!/^1\.\d+\.\d+$/.test(version)) throw new Error(`version: "${version}" is not one of ${BRANCH}. Example: 1.2.3`);
  if (readdirSync(tree).every((name) => !existsSync(join(tree, name, 'action.yml')))) throw new Error(`${tree} holds no action; run: npm run build`);
  const tag = `v${version}`;
  const work = mkdtempSync(join(tmpdir(), 'ops-release-'));
  const git = (...args: string[]): string => execFileSync('git', ['-C', work, '-c', 'user.name=fwber', '-c', 'user.email=ops@fwber.example', '-c', 'commit.gpgsign=false', ...args], {
    encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
  }).trim();
  const commit = (what: string): string => {
    git('add', '--all', '--force');
    git('commit', '--quiet', '--allow-empty', '-m', `${tag}: ${what}`, '-m', `Built from ${source}.`);
    return git('rev-parse', 'HEAD');
  };
  try {
    git('init', '--quiet', `--initial-branch=${BRANCH}`);
    git('remote', 'add', 'origin', remote);
    if (git('ls-remote', 'origin', `refs/tags/${tag}`) !== '') throw new Error(`${tag} exists already; a released version never changes. Choose the next one.`);
    if (git('ls-remote', 'origin', `refs/heads/${BRANCH}`) !== '') {
      git('fetch', '--quiet', '--depth=1', 'origin', BRANCH);
      git('reset', '--quiet', '--hard', 'FETCH_HEAD');
    }
    for (const name of readdirSync(work)) if (name !== '.git') rmSync(join(work, name), { recursive: true });
    cpSync(tree, work, { recursive: true });
    rmSync(join(work, '.github'), { recursive: true, force: true });
    const actions = commit('the actions');
    if (existsSync(join(tree, '.github'))) cpSync(join(tree, '.github'), join(work, '.github'), { recursive: true });
    for (const file of globSync('.github/workflows/*.{yml,yaml}', { cwd: work })) writeFileSync(join(work, file), pinned(readFileSync(join(work, file), 'utf8'), actions, tag));
    const head = commit('the workflows');
    git('tag', '-a', tag, '-m', tag);
    git('push', '--quiet', '--atomic', 'origin', `HEAD:refs/heads/${BRANCH}`, `refs/tags/${tag}`);
    return { actions, head };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Our own actions by commit instead of by branch; nothing else of the text changes. */
export function pinned(text: string, sha: string, tag: string): string {
  return text.replaceAll(/^(\s*(?:- )?uses:\s*fwber\/ops\/[a-z0-9-]+)@v1[ \t]*$/gm, `$1@${sha} # ${tag}`);
}

function main(args: readonly string[]): void {
  const value = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const tree = join(root, 'build/release');
  if (args.includes('--help') || args.length === 0) return console.log(USAGE);
  if (args.includes('--hash')) return console.log(`tree=${createHash('sha256').update(JSON.stringify([...treeHashes(tree)])).digest('hex')}`);
  const git = (...words: string[]): string => execFileSync('git', ['-C', root, ...words], { encoding: 'utf8' }).trim();
  const rehearsal = value('--dry-run');
  if (rehearsal === undefined && git('status', '--porcelain') !== '') throw new Error('the checkout has changes that are not committed; a release is built from a commit');
  if (rehearsal !== undefined && !existsSync(join(rehearsal, 'HEAD'))) execFileSync('git', ['init', '--quiet', '--bare', rehearsal]);
  const remote = rehearsal === undefined ? git('remote', 'get-url', 'origin') : resolve(rehearsal);
  const { actions, head } = release({ tree, remote, version: value('--version') ?? '', source: git('rev-parse', 'HEAD'), date: git('log', '-1', '--format=%cI') });
  console.log(`actions ${actions}\nv1 ${head}`);
}

if (import.meta.main) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
