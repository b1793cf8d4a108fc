import { CancelledError, type Deps } from '@ops/shared';
import { loaderText, startShell } from './host-shell.ts';
import { HostStream } from './stream-link.ts';
import type { SshAccess } from './ssh.ts';
import { streamText } from './stream-text.ts';
import type { RemoteStream, StreamRequest, StreamTarget } from './stream.ts';

const BEAT_MS = 5_000;
const SILENCE_S = 30;
const GRACE_S = 5;
const SWEEP_MINUTES = 1_440;
/** Beyond ssh's own connect timeout: authentication and a slow login script. */
const GREETING_EXTRA_MS = 30_000;

export type StreamDeps = Pick<Deps, 'exec' | 'env' | 'random' | 'clock'>;

const FRAME = loaderText(['stream.sh', 'stream-feed.sh'], 'r_top');

/**
 * Starts a script on the target with open pipes and returns at once; whether the host was reached is for `exit` to say.
 * Throws UserError `tool-missing` or `cancelled` when nothing can be started.
 */
export function openStream(target: StreamTarget, access: SshAccess | undefined, deps: StreamDeps, request: StreamRequest): RemoteStream {
  if (request.signal?.aborted === true) throw new CancelledError(`${request.title} was about to start`);
  const shell = request.shell ?? 'sh';
  const nonce = deps.random.hex(16);
  const graceS = request.graceS ?? GRACE_S;
  const silenceS = request.silenceS ?? SILENCE_S;
  const text = streamText(request);
  const place = request.privateDir === true ? deps.random.hex(8) : '-';
  const words = [nonce, silenceS, graceS, place, request.sweepAfterMinutes ?? SWEEP_MINUTES, Buffer.byteLength(text), shell];
  const start = startShell(target, access, deps, shell, 'ops-stream');
  start.child.stdin.write(`${FRAME}${words.join(' ')}\n${text}`);
  return new HostStream({
    target, request, nonce, graceS, silenceS, clock: deps.clock, child: start.child, failure: start.failure,
    beatMs: request.beatMs ?? BEAT_MS,
    greetingMs: (request.connectTimeoutMs ?? access?.connectTimeoutMs ?? 0) + GREETING_EXTRA_MS,
  });
}
