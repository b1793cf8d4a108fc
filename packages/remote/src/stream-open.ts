import type { Deps } from '@ops/shared';
import type { SshAccess } from './ssh.ts';
import type { RemoteStream, StreamRequest, StreamTarget } from './stream.ts';

export type StreamDeps = Pick<Deps, 'exec' | 'env' | 'random' | 'clock'>;

/**
 * Starts a script on the target with open pipes and returns at once; whether the host was reached is for `exit` to say.
 * Throws UserError `tool-missing` or `cancelled` when nothing can be started.
 */
export type OpenStream = (target: StreamTarget, access: SshAccess | undefined, deps: StreamDeps, request: StreamRequest) => RemoteStream;
