import type { StreamExit } from '@ops/remote';
import { BackupFault } from '../fault.ts';
import { judgeWords } from './dumper-words.ts';

/** What the last line of the dump script said: who compressed, and how each stage ended. */
export interface StageReport {
  readonly codec: string;
  readonly statuses: ReadonlyMap<string, number>;
}

export interface StageWords {
  /** For messages: `dump of shop-dump on app1.example.com`. */
  readonly title: string;
  readonly place: string;
  /** Stages that must have said 0, in the order of the pipe; the codec comes next. */
  readonly commands: readonly string[];
  /** `tee` comes last, where files are written on the host. */
  readonly tee?: boolean;
  readonly programs: ReadonlyMap<string, string>;
  /** What they said on stderr last, redacted. */
  readonly said: readonly string[];
  /** How long a server waits for a dumper that does not read, and how long the store made it wait at the most. */
  readonly pause?: { readonly patienceMs: number; readonly longestMs: number };
}

const SIGNALS: Readonly<Record<number, string>> = { 1: 'SIGHUP', 2: 'SIGINT', 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM' };
const SIGPIPE_STATUS = 141;
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** The report in a line of stderr; undefined when it is another line. */
export function parseStages(line: string, nonce: string): StageReport | undefined {
  const [first, codec, ...stages] = line.trim().split(' ');
  if (first !== nonce || codec?.startsWith('codec=') !== true) return undefined;
  const statuses = new Map<string, number>();
  for (const stage of stages) {
    const match = /^([a-z0-9]+)=(\d+)$/.exec(stage);
    if (match?.[1] !== undefined) statuses.set(match[1], Number(match[2]));
  }
  return { codec: codec.slice('codec='.length), statuses };
}

/** Why the stages were not all well; undefined when every one said 0. Pure. */
export function judgeStages(report: StageReport | undefined, exit: StreamExit, words: StageWords): BackupFault | undefined {
  if (report === undefined) return lost(exit, words);
  // All that comes out goes through tee: when it was cut off, so was the dump.
  const codec = [...(report.codec === 'none' ? [] : [report.codec]), ...(words.tee === true ? ['tee'] : [])];
  const order = [...words.commands, ...codec];
  const ended = order.flatMap((stage) => { const status = report.statuses.get(stage); return status === undefined ? [] : [{ stage, status }]; });
  // A stage whose reader died gets SIGPIPE or a write error: the one that died by itself is the cause. What tee says counts for its copy
  // alone, but a killed one passes nothing on either.
  const killed = [...ended, { stage: 'tee', status: report.statuses.get('tee') ?? 0 }].find(({ status }) => status > 128 && status !== SIGPIPE_STATUS);
  if (killed !== undefined) return stageKilled(killed.stage, killed.status, words);
  const failed = ended.findLast(({ status }) => status !== 0 && status !== SIGPIPE_STATUS);
  const vanished = order.find((stage, index) => !report.statuses.has(stage) && (index === 0 || codec.includes(stage) || report.statuses.get(order[index - 1] ?? '') === 0));
  if (failed === undefined && vanished !== undefined) {
    return new BackupFault({ reason: 'stage-killed', message: `The ${words.title} is not whole: stage ${vanished} left no exit status, so it or its shell was killed.${lastWords(words)}`, remedy: MEMORY });
  }
  if (failed !== undefined) return stageFailed(failed.stage, failed.status, words);
  const pipe = ended.find(({ status }) => status !== 0);
  if (pipe !== undefined) return stageKilled(pipe.stage, pipe.status, words);
  if (exit.lost || exit.exit !== 0) return lost(exit, words);
  return undefined;
}

const MEMORY = 'Most often the memory of the machine was used up: look for "Out of memory" in its kernel log.';

function stageKilled(stage: string, status: number, words: StageWords): BackupFault {
  const number = status - 128;
  const signal = SIGNALS[number] ?? (status === SIGPIPE_STATUS ? 'SIGPIPE' : `signal ${number}`);
  return new BackupFault({ reason: 'stage-killed', message: `The ${words.title} is not whole: stage ${stage} was ended by ${signal}.${lastWords(words)}`, remedy: number === 9 ? MEMORY : 'See who ended it, then run the backup again.' });
}

function stageFailed(stage: string, status: number, words: StageWords): BackupFault {
  const program = words.programs.get(stage) ?? stage;
  if (status === NOT_FOUND || status === NOT_EXECUTABLE) {
    return new BackupFault({ reason: 'tool-missing', message: `${words.place} cannot run ${program}${status === NOT_FOUND ? ': it is not installed there' : ''}.${lastWords(words)}`, remedy: `Install ${program} on ${words.place}.` });
  }
  const { reason, remedy, why = '' } = judgeWords(words.said.join('\n'), words.place);
  if (reason === 'server-lost' && words.pause !== undefined && words.pause.longestMs >= words.pause.patienceMs * LONG_PAUSE) return pausedTooLong(stage, words, words.pause);
  return new BackupFault({ reason, message: `The ${words.title} failed${why}: stage ${stage} (${program}) ended with exit code ${status}.${lastWords(words)}`, remedy });
}

/** Of the server's patience: a dumper that pauses has let the buffers behind it fill up first. */
const LONG_PAUSE = 0.5;
const AMPLE_TIMEOUT_S = 600;

/** The server did what it is told to do when nobody reads; the store is why nobody did. */
function pausedTooLong(stage: string, words: StageWords, { patienceMs, longestMs }: NonNullable<StageWords['pause']>): BackupFault {
  const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
  const wanted = Math.max(AMPLE_TIMEOUT_S, Math.ceil((2 * longestMs) / 1000));
  return new BackupFault({
    reason: 'server-lost',
    message: `The ${words.title} lost its server: the store took nothing for ${seconds(longestMs)}, and this server ends a connection when nobody reads from it for ${seconds(patienceMs)} (net_write_timeout). Stage ${stage} failed.${lastWords(words)}`,
    remedy: `Find out why the store was that slow, or let the server wait longer: SET GLOBAL net_write_timeout = ${wanted}; and the same in its configuration file.`,
  });
}

function lost({ exit, cause }: StreamExit, words: StageWords): BackupFault {
  if (cause?.reason === 'cancelled') return new BackupFault({ reason: 'cancelled', message: `Cancelled during the ${words.title}.`, cause });
  if (cause?.reason === 'no-room') return new BackupFault({ reason: 'no-room', message: cause.message, remedy: `Make room on ${words.place}.`, cause });
  if (cause !== undefined) {
    return new BackupFault({ reason: 'stage-killed', message: `The ${words.title} is not whole: ${cause.message}`, ...(cause.remedy !== undefined && { remedy: cause.remedy }), cause });
  }
  return new BackupFault({ reason: 'stage-killed', message: `The ${words.title} is not whole: its script on ${words.place} ended with ${exit} before it reported its stages.${lastWords(words)}`, remedy: MEMORY });
}

function lastWords({ said }: StageWords): string {
  const last = said.findLast((line) => line.trim() !== '');
  return last === undefined ? '' : ` It said last: ${last.slice(0, 500)}`;
}
