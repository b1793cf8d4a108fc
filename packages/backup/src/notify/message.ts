import type { RunRecord } from '../catalog/runs.ts';
import type { News } from './news.ts';

/** What people are told, and the JSON that notify-webhook gets. Version 1: fields may be added, none changes its meaning. */
export interface Message {
  readonly version: 1;
  readonly event: News['event'];
  readonly verdict: RunRecord['verdict'];
  /** Reason code; null when it went well. */
  readonly reason: string | null;
  /** What happened. */
  readonly sentence: string;
  /** What to do next. */
  readonly remedy: string | null;
  /** When it began to fail; ISO 8601, UTC. */
  readonly since: string;
  /** What is not known about earlier runs; null when they were read. */
  readonly note: string | null;
  readonly environment: string;
  /** Null when the run ended before it had a folder in the store. */
  readonly source: string | null;
  readonly action: string;
  readonly mode: string;
  readonly tier: string | null;
  readonly backupId: string | null;
  readonly at: string;
  readonly run: string;
  readonly repository: string;
}

const WHAT: Readonly<Record<string, string>> = {
  'db-backup.backup': 'Backup', 'db-backup.verify': 'Verification of backups', 'db-backup.prune': 'Retention of backups', 'deploy.backup': 'Backup before a deploy',
  'db-restore-drill.drill': 'Restore drill', 'db-backup-monitor.monitor': 'Backups',
};

/** Whose state it is: the catalog, or the environment while nobody knows which database. */
export function subjectOf(message: Pick<Message, 'source' | 'environment'>): string {
  return message.source ?? message.environment;
}

/** One line: what, and how it stands. */
export function headline(message: Message): string {
  const what = `${WHAT[`${message.action}.${message.mode}`] ?? `${message.action} (${message.mode})`}: ${subjectOf(message)}${message.tier === null ? '' : `, ${message.tier}`}`;
  switch (message.event) {
    case 'failure': return `${what} failed (${message.reason ?? message.verdict})`;
    case 'reminder': return `${what} still fails (${message.reason ?? message.verdict}), since ${shownTime(message.since)}`;
    // A channel that remembered by itself knows no more than that it works again.
    case 'recovery': return `${what} works again${message.since === message.at ? '' : `; it failed since ${shownTime(message.since)}`}`;
  }
}

/** What happened, what to do and what is not known, a paragraph each. */
export function paragraphs(message: Message): readonly string[] {
  return [message.sentence, message.remedy, message.note].filter((text) => text !== null && text !== '').map(String);
}

function shownTime(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** At most so many characters, cut between two of them. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}
