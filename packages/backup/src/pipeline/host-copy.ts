import { scripts } from '../scripts.generated.ts';
import type { Place } from '../place.ts';
import type { HostCopied, HostCopy } from './artifact.ts';
import { partialPath } from './dump-script.ts';

const OUTPUT_CHARS = 4096;

/** Gives a host copy its final name, and reads it back: what the host says must be what came here. */
export async function publishHostCopy(place: Place, copy: HostCopy, expected: { readonly bytes: number; readonly sha256: string }, signal: AbortSignal): Promise<HostCopied> {
  const path = `${copy.folder}/${copy.file}`;
  const { exit, out, tail } = await run(place, copy, 'publish', signal);
  if (exit !== 0) return { why: `${path} on ${place.name} could not get its final name${tail === '' ? '' : `: ${tail}`}.` };
  const [bytes, sha256 = ''] = out.trim().split(' ');
  if (Number(bytes) !== expected.bytes || sha256 !== expected.sha256) return { why: `${path} on ${place.name} has ${bytes ?? 'no'} bytes with sha256 ${sha256}, but ${expected.bytes} bytes with ${expected.sha256} were read from the dumper.` };
  return expected;
}

/** Removes what was written of a host copy. Never throws: an old `.partial` is found by prune. */
export async function discardHostCopy(place: Place, copy: HostCopy, signal: AbortSignal): Promise<void> {
  try {
    await run(place, copy, 'discard', signal);
  } catch {
    // The host cannot be reached any more; its own watcher has ended the script, which removes the file.
  }
}

async function run(place: Place, copy: HostCopy, verb: 'publish' | 'discard', signal: AbortSignal): Promise<{ readonly exit: number; readonly out: string; readonly tail: string }> {
  const values = { VERB: verb, COPY_FOLDER: copy.folder, COPY_PARTIAL: partialPath(copy), COPY_FINAL: `${copy.folder}/${copy.file}` };
  const stream = place.open({ title: `${verb} of ${copy.file}`, script: scripts['publish.sh'], values, signal });
  let out = '';
  stream.stdout.setEncoding('utf8').on('data', (text: string) => { out = (out + text).slice(-OUTPUT_CHARS); });
  stream.stdout.on('error', () => undefined);
  const { exit, lost, cause } = await stream.exit;
  return { exit: lost ? 1 : exit, out, tail: cause?.message ?? stream.stderrTail().trim().split('\n').at(-1) ?? '' };
}
