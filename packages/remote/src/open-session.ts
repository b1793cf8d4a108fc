import type { Child, Deps } from '@ops/shared';
import type { Host } from './exchange.ts';
import { HostSession } from './host-session.ts';
import { Link } from './link.ts';
import { scripts } from './scripts.generated.ts';
import type { HostTarget, Session } from './session.ts';
import { shellQuote } from './batch-text.ts';
import { connectFailure } from './ssh-failure.ts';
import { sshArgs, type SshAccess } from './ssh.ts';

const BEAT_MS = 5_000;
const SILENCE_S = 30;
const GRACE_S = 5;
/** Beyond ssh's own connect timeout: authentication and a slow login script. */
const GREETING_EXTRA_MS = 30_000;

export interface SessionOptions {
  /** Names the directory of the run on the host and the lines in its journal, for example `4711.1`. */
  readonly runId: string;
  /** How often the runner says that it lives. */
  readonly beatMs?: number;
  /** After how many silent seconds the host takes the runner for dead. */
  readonly silenceS?: number;
  /** Seconds between TERM and KILL. */
  readonly graceS?: number;
  /** The POSIX shell on the host, for example `busybox sh`; `sh` when not given. */
  readonly shell?: string;
}

type SessionDeps = Pick<Deps, 'exec' | 'env' | 'random' | 'clock' | 'context'>;

/**
 * Starts a session: one ssh (or, for `local`, one shell) with the supervisor in it. Returns at once, so that opening and
 * the first batch cost one handshake and one round trip; a host that cannot be reached makes the first `run` throw
 * UserError `connect`, `host-key` or `auth`.
 */
export function openSession(target: HostTarget, access: SshAccess | undefined, deps: SessionDeps, options: SessionOptions): Promise<Session> {
  const shell = options.shell ?? 'sh';
  const sentinel = deps.random.hex(16);
  const start = startOf(target, access, deps, shell);
  const link = new Link(start.child, sentinel, deps.clock, options.beatMs ?? BEAT_MS);
  const runDir = options.runId.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  const words = [sentinel, options.silenceS ?? SILENCE_S, options.graceS ?? GRACE_S, deps.random.hex(8), runDir, shell];
  const journal = JSON.stringify({ run: options.runId, actor: deps.context.actor, host: target.name }).slice(1, -1);
  link.write(`${SUPERVISOR}#end\n${words.join(' ')}\napp ${target.path}\nwho ${journal}\n`);
  return Promise.resolve(new HostSession({ target, link, clock: deps.clock, failure: start.failure, greetingMs: (access?.connectTimeoutMs ?? 0) + GREETING_EXTRA_MS }));
}

/** Without comments and indentation: the host reads it byte by byte. */
const SUPERVISOR = `${[scripts['supervisor.sh'], scripts['lock.sh'], scripts['batch.sh']]
  .join('\n').split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')).join('\n')}\ns_top\n`;

const LOADER = scripts['loader.sh'].split('\n').filter((line) => line !== '' && !line.startsWith('#')).join('');

function startOf(target: HostTarget, access: SshAccess | undefined, deps: SessionDeps, shell: string): { child: Child; failure: Host['failure'] } {
  const { address, name } = target;
  if (address.kind === 'local') {
    const [file = 'sh', ...first] = shell.split(' ');
    // The runner kills what carries this variable when the job ends; a critical batch must outlive it.
    const { RUNNER_TRACKING_ID: _dropped, ...env } = deps.env;
    return { child: deps.exec.start({ file, args: [...first, '-c', LOADER, 'ops-supervisor'], env }), failure: undefined };
  }
  if (access === undefined) throw new Error(`${name} is reached by ssh, but no access was prepared`);
  const command = `exec ${shell} -c ${shellQuote(LOADER)} ops-supervisor`;
  return {
    child: deps.exec.start({ file: 'ssh', args: sshArgs(access, address, command), env: access.env }),
    failure: (end) => connectFailure(name, address, access, end),
  };
}
