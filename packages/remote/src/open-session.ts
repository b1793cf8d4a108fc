import type { Deps } from '@ops/shared';
import { HostSession } from './host-session.ts';
import { loaderText, startShell } from './host-shell.ts';
import { Link } from './link.ts';
import type { HostTarget, Session } from './session.ts';
import type { SshAccess } from './ssh.ts';

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
  const start = startShell(target, access, deps, shell, 'ops-supervisor');
  const link = new Link(start.child, sentinel, deps.clock, options.beatMs ?? BEAT_MS);
  const runDir = options.runId.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  const words = [sentinel, options.silenceS ?? SILENCE_S, options.graceS ?? GRACE_S, deps.random.hex(8), runDir, shell];
  const journal = JSON.stringify({ run: options.runId, actor: deps.context.actor, host: target.name }).slice(1, -1);
  link.write(`${SUPERVISOR}${words.join(' ')}\napp ${target.path}\nwho ${journal}\n`);
  return Promise.resolve(new HostSession({ target, link, clock: deps.clock, failure: start.failure, greetingMs: (access?.connectTimeoutMs ?? 0) + GREETING_EXTRA_MS }));
}

const SUPERVISOR = loaderText(['supervisor.sh', 'lock.sh', 'batch.sh'], 's_top');
