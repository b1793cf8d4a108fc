import type { BackupRecordJson } from '../backup.ts';

/** Checks of a run that did not pass, as text for an assertion. */
export function notPassedOf(record: BackupRecordJson): string[] {
  return (record.checks ?? []).filter(({ result }) => result !== 'pass').map(({ name, result, why }) => `${name} ${result}: ${why ?? ''}`);
}
