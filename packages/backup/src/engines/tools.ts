import type { StreamRequest } from '@ops/remote';
import { asError, CancelledError } from '@ops/shared';
import { BackupFault } from '../fault.ts';
import type { Place } from '../place.ts';
import { scripts } from '../scripts.generated.ts';

/** A program of the place. */
export interface Tool {
  readonly name: string;
  readonly path: string;
  /** First line of `--version`. */
  readonly version: string;
  /** Of the flags asked for, those its help knows. */
  readonly flags: ReadonlySet<string>;
}

/**
 * Looks for programs where the dump runs: those on the PATH first, then PostgreSQL's per-version directories. A name may
 * be found more than once. Throws BackupFault `host-unreachable` when the place cannot be reached.
 */
export async function findTools(place: Place, names: readonly string[], flags: readonly string[], signal: AbortSignal): Promise<readonly Tool[]> {
  const text = await output(place, { title: 'look for programs', script: scripts['tools.sh'], values: { NAMES: names.join(' '), FLAGS: flags.join(' ') } }, signal);
  const tools: { name: string; path: string; version: string; flags: Set<string> }[] = [];
  for (const line of text.split('\n')) {
    const [kind, name = '', ...rest] = line.split(' ');
    const said = rest.join(' ');
    const last = tools.at(-1);
    if (kind === 'tool' && !tools.some((tool) => tool.name === name && tool.path === said)) tools.push({ name, path: said, version: '', flags: new Set() });
    // Some programs begin with the path they were called by.
    else if (kind === 'version' && last?.name === name && last.version === '') last.version = said.replace(/^\S*\//, '');
    else if (kind === 'flag' && last?.name === name) last.flags.add(said);
  }
  return tools;
}

/** All that a short script prints. Throws when it does not end well. */
export async function output(place: Place, request: Pick<StreamRequest, 'title' | 'script' | 'values'>, signal: AbortSignal): Promise<string> {
  const { bytes, exit, tail } = await collected(place, request, signal);
  if (exit !== 0) throw new Error(`${request.title} on ${place.name} ended with exit code ${exit}: ${tail}`);
  return bytes.toString('utf8');
}

/** What a short script printed, and how it ended; its exit code is for the caller to judge. Throws BackupFault `host-unreachable`, or on cancel. */
export async function collected(place: Place, request: Omit<StreamRequest, 'signal'>, signal: AbortSignal): Promise<{ readonly bytes: Buffer; readonly exit: number; readonly tail: string }> {
  const stream = place.open({ ...request, signal });
  stream.end();
  const chunks: Buffer[] = [];
  let broken: Error | undefined;
  try {
    for await (const chunk of stream.stdout) chunks.push(Buffer.from(chunk));
  } catch (thrown) {
    broken = asError(thrown);
  }
  const end = await stream.exit;
  if (signal.aborted) throw new CancelledError(request.title);
  if (end.lost) throw unreachable(place, end.cause ?? broken);
  return { bytes: Buffer.concat(chunks), exit: end.exit, tail: stream.stderrTail() };
}

/** The connection to the place failed, or broke. */
export function unreachable(place: Place, cause: unknown): BackupFault {
  const error = asError(cause ?? 'the connection ended');
  return new BackupFault({ reason: 'host-unreachable', message: `${place.name} cannot be reached: ${error.message}`, remedy: 'Check hosts, known-hosts and ssh-key; nothing was dumped.', cause });
}
