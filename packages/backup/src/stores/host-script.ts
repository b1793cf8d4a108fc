import { CancelledError, UserError } from '@ops/shared';
import type { RemoteStream } from '@ops/remote';
import { BackupFault } from '../fault.ts';
import type { Place } from '../place.ts';
import { scripts } from '../scripts.generated.ts';

/** What the script on the host can be told to do; see store-host.sh. */
export type Verb = 'probe' | 'receive' | 'publish' | 'replace' | 'discard' | 'hash' | 'head' | 'read' | 'list' | 'remove' | 'abandon';

/** Exit codes of the script that are answers, not faults. */
export const NO_SUCH_FILE = 40;
export const TAKEN = 41;

export interface HostCall {
  readonly verb: Verb;
  readonly root: string;
  readonly key?: string;
  readonly values?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export function startCall(place: Place, call: HostCall): RemoteStream {
  return place.open({
    title: `${call.verb} of a backup`,
    script: `${scripts['store-folder.sh']}${scripts['store-host.sh']}`,
    values: { VERB: call.verb, ROOT: call.root, KEY: call.key ?? '', ID: '', NEED_KIB: '0', ETAG: '', SWAP_NAME: '.ops-swap', ...call.values },
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
}

/** How the script ended: 0, NO_SUCH_FILE and TAKEN are answers; everything else is thrown as a fault. */
export async function endOf(stream: RemoteStream, place: Place, call: HostCall): Promise<number> {
  const { exit, lost, cause } = await stream.exit;
  if (lost) throw lostFault(cause, place, call);
  if (exit === 0 || exit === NO_SUCH_FILE || exit === TAKEN) return exit;
  throw folderFault(place, call, exit, stream.stderrTail());
}

/** What an exit code of store-folder.sh means that is no answer. */
export function folderFault(place: Pick<Place, 'name'>, call: Pick<HostCall, 'verb' | 'root' | 'key'>, exit: number, text: string): BackupFault {
  const said = text.trim().split('\n').at(-1)?.replace(/^ops: /, '') ?? '';
  const what = `${call.verb} ${call.key ?? ''}`.trim();
  if (exit === 42) return new BackupFault({ reason: 'store-refused', message: `${place.name}: ${call.root} is no place for backups: ${said}.`, remedy: 'Choose another folder, for example /var/backups/shop.' });
  if (exit === 43) return new BackupFault({ reason: 'no-room', message: `${place.name}: the disk of ${call.root} is full: ${said}.`, remedy: 'Make room there, or let backups go earlier (retention).' });
  return new BackupFault({ reason: 'store-refused', message: `${place.name}: could not ${what} in ${call.root}: ${said === '' ? `exit ${exit}` : said}.`, remedy: 'Look at the folder, its owner and its rights.' });
}

function lostFault(cause: UserError | undefined, place: Place, call: HostCall): UserError {
  if (cause instanceof CancelledError || cause?.reason === 'cancelled') return new CancelledError(`writing to or reading from ${place.name}`);
  return new BackupFault({ reason: 'host-unreachable', message: `The connection to ${place.name} ended during ${call.verb} ${call.key ?? ''}`.trimEnd() + `: ${cause?.message ?? 'no reason was given'}`, remedy: cause?.remedy ?? 'Look at the host and at the way there, then start the run again.', cause });
}

/** Runs a call that reads nothing, and gives all that it says. */
export async function runCall(place: Place, call: HostCall): Promise<{ readonly exit: number; readonly stdout: Buffer }> {
  const stream = startCall(place, call);
  stream.stdin.on('error', () => undefined);
  stream.end();
  const chunks: Buffer[] = [];
  stream.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  // What broke the stream stands in its exit.
  stream.stdout.on('error', () => undefined);
  const exit = await endOf(stream, place, call);
  return { exit, stdout: Buffer.concat(chunks) };
}
