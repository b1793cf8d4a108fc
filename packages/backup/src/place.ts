import type { RemoteStream, StreamRequest } from '@ops/remote';

/** Where the commands near the database run: the runner itself, or the first of `hosts`. One stream is one connection. */
export interface Place {
  readonly via: 'runner' | 'host';
  /** For messages: `the runner`, or the host's name. */
  readonly name: string;
  open(request: StreamRequest): RemoteStream;
}
