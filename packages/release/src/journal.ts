import { z } from 'zod';

const line = z.object({
  ts: z.string().default(''),
  run: z.string().default(''),
  actor: z.string().default(''),
  step: z.string().default(''),
  phase: z.string(),
  fence: z.coerce.number().default(0),
  exit: z.number().optional(),
  ms: z.number().optional(),
  script: z.string().optional(),
});

/** One line of `.deploy/journal.ndjson`. `run` is `<run id>.<attempt>`, as the lock and the history name it. */
export type JournalLine = z.infer<typeof line>;

/** Parses the tail of a journal; lines that a power cut left half-written are skipped. */
export function parseJournal(text: string): readonly JournalLine[] {
  return text.split('\n').flatMap((raw) => {
    try {
      const parsed = line.safeParse(JSON.parse(raw));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}

/** The JSON members (without braces) that the host adds to each line it writes for this run. */
export function journalMembers(run: { readonly runId: string; readonly attempt: string; readonly actor: string; readonly host: string; readonly sha: string }): string {
  return JSON.stringify({ run: `${run.runId}.${run.attempt}`, actor: run.actor, host: run.host, sha: run.sha }).slice(1, -1);
}

/** What the last run before this one left unfinished, in words for the log; undefined when it ended properly. */
export function unfinished(journal: readonly JournalLine[], thisRun: string): string | undefined {
  const earlier = journal.filter((entry) => entry.run !== thisRun && entry.run !== '');
  const last = earlier.at(-1);
  if (last === undefined) return undefined;
  const own = earlier.filter((entry) => entry.run === last.run);
  const orphan = own.findLast((entry) => entry.phase === 'orphaned');
  if (orphan !== undefined) return `The run ${last.run} of ${last.actor || 'unknown'} lost its runner during ${orphan.step}.`;
  if (last.phase === 'intent' || last.phase === 'migrated') return `The run ${last.run} of ${last.actor || 'unknown'} ended in the middle of ${last.step}.`;
  return undefined;
}
