import { createHash } from 'node:crypto';
import type { ArtifactPlan, Scan } from '../engines/engine.ts';
import { BackupFault } from '../fault.ts';

/** What the tap's decoder and scanner said. */
export type TapResult =
  | { readonly ok: true; readonly scan: Scan }
  | { readonly ok: false; readonly why: string; readonly killed: boolean };

/** Why the bytes are no whole dump, although every stage said 0; undefined when they are. Pure. */
export function judgeTap(result: TapResult, plan: ArtifactPlan, title: string): BackupFault | undefined {
  if (!result.ok) {
    const [, absent] = /^spawn (\S+) ENOENT$/.exec(result.why) ?? [];
    if (absent !== undefined) return new BackupFault({ reason: 'tool-missing', message: `The runner has no ${absent}, without which the ${title} cannot be proven.`, remedy: `Install ${absent} on the runner.` });
    return result.killed
      ? new BackupFault({ reason: 'stage-killed', message: `The ${title} could not be proven: ${result.why}.`, remedy: 'The proof runs on the runner: see whether its memory was used up.' })
      : new BackupFault({ reason: 'checksum-differs', message: `The ${title} does not decode: ${result.why}.`, remedy: 'The compressed stream was damaged between the database and the runner: run the backup again, and check the zstd of the place.' });
  }
  const { scan } = result;
  if (scan.plainBytes === 0) {
    return new BackupFault({ reason: 'empty-dump', message: `The ${title} is empty, although the dumper ended with exit code 0.`, remedy: 'Run the dump by hand on the same machine: it most often lacks a right, or the database is another one.' });
  }
  if (scan.trailers === undefined) return undefined;
  const wanted = plan.commands.length;
  if (scan.trailers < wanted) {
    return new BackupFault({ reason: 'no-trailer', message: `The ${title} lacks its last line: ${wanted === 1 ? 'the dumper writes one' : `${wanted} dumpers write one each`}, ${scan.trailers} came.`, remedy: 'The dump was cut off, although the dumper ended with exit code 0: see whether a wrapper or a proxy stands between.' });
  }
  return undefined;
}

/** What a tap would say that never got a byte. */
export function emptyTap(): TapResult {
  const plainSha256 = createHash('sha256').digest('hex');
  return { ok: true, scan: { plainBytes: 0, plainSha256, trailers: undefined, inventory: {}, tables: {}, longestStatement: 0, notRun: [], problems: [] } };
}
