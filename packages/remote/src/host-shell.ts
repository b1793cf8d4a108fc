import type { Child, Deps, UserError } from '@ops/shared';
import { shellQuote } from './batch-text.ts';
import type { LinkEnd } from './link.ts';
import { scripts, type ScriptName } from './scripts.generated.ts';
import type { HostTarget } from './session.ts';
import { connectFailure } from './ssh-failure.ts';
import { sshArgs, type SshAccess } from './ssh.ts';

const LOADER = scripts['loader.sh'].split('\n').filter((line) => line !== '' && !line.startsWith('#')).join('');

/** A shell on a host that waits for its text on stdin. */
export interface HostShell {
  readonly child: Child;
  /** Words for an ssh that ended before the text spoke; undefined for a local shell. */
  readonly failure: ((end: LinkEnd) => UserError) | undefined;
}

/** Starts the loader on the target: one ssh, or for `local` one shell. `name` is what process lists show. */
export function startShell(target: Pick<HostTarget, 'name' | 'address'>, access: SshAccess | undefined, deps: Pick<Deps, 'exec' | 'env'>, shell: string, process: string): HostShell {
  const { address, name } = target;
  if (address.kind === 'local') {
    const [file = 'sh', ...first] = shell.split(' ');
    // The runner kills what carries this variable when the job ends; a critical batch must outlive it.
    const { RUNNER_TRACKING_ID: _dropped, ...env } = deps.env;
    return { child: deps.exec.start({ file, args: [...first, '-c', LOADER, process], env }), failure: undefined };
  }
  if (access === undefined) throw new Error(`${name} is reached by ssh, but no access was prepared`);
  const command = `exec ${shell} -c ${shellQuote(LOADER)} ${process}`;
  return {
    child: deps.exec.start({ file: 'ssh', args: sshArgs(access, address, command), env: access.env }),
    failure: (end) => connectFailure(name, address, access, end),
  };
}

/** Host scripts as the loader wants them, without comments and indentation: the host reads them byte by byte. `main` is the last line. */
export function loaderText(names: readonly ScriptName[], main: string): string {
  const lines = names.map((name) => scripts[name]).join('\n').split('\n').map((line) => line.trim());
  return `${lines.filter((line) => line !== '' && !line.startsWith('#')).join('\n')}\n${main}\n#end\n`;
}
