import type { Source } from '@ops/release';
import { parseSha, UserError, type Deps, type Sha } from '@ops/shared';

/**
 * Resolves `ref` to one exact commit, once. For files of the job the checked-out commit must be the one asked
 * for, so that what is tested is what goes live. Throws UserError `input`.
 */
export async function resolveRef(ref: string, source: Source, deps: Pick<Deps, 'exec' | 'env' | 'context'>): Promise<Sha> {
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    const result = await deps.exec.run({ file: 'git', args: ['-C', deps.context.workspace, ...args], env: deps.env, timeoutMs: 30_000 });
    return result.exit === 0 ? result.stdout.trim() : undefined;
  };
  const sha = parseSha(ref) ?? (await resolveName(ref, source, deps, git));
  if (source.kind === 'artifact') {
    const head = await git('rev-parse', '--verify', '--quiet', 'HEAD');
    if (head !== undefined && head !== sha) {
      throw new UserError({ reason: 'input', message: `ref is commit ${sha.slice(0, 7)}, but the workspace has ${head.slice(0, 7)} checked out, so other code would go live.`, remedy: `Check out the commit you deploy (actions/checkout with ref: ${ref}), or leave ref out.` });
    }
  }
  return sha;
}

async function resolveName(ref: string, source: Source, deps: Pick<Deps, 'exec' | 'env'>, git: (...args: readonly string[]) => Promise<string | undefined>): Promise<Sha> {
  for (const name of [ref, `origin/${ref}`]) {
    const found = parseSha((await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)) ?? '');
    if (found !== undefined) return found;
  }
  if (source.kind === 'git') {
    const listed = await deps.exec.run({ file: 'git', args: ['ls-remote', '--exit-code', '--', source.repository, `refs/heads/${ref}`, `refs/tags/${ref}`], env: { ...deps.env, GIT_TERMINAL_PROMPT: '0' }, timeoutMs: 60_000 });
    const found = parseSha(listed.stdout.split(/\s/)[0] ?? '');
    if (listed.exit === 0 && found !== undefined) return found;
  }
  throw new UserError({ reason: 'input', message: `ref "${ref}" names no commit that this job knows.`, remedy: 'Give a full commit id, for example ref: ${{ github.sha }}, or check out with fetch-depth: 0.' });
}
