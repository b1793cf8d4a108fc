import { code, details, escapeText, fence, prose, table, xyChart, type Section } from '@ops/shared';
import type { Check } from '../check.ts';
import type { Manifest } from '../catalog/manifest.ts';
import { shownSize } from '../size.ts';
import { shownSeconds } from './progress.ts';
import type { BackupRecord } from './record.ts';

const CHART_POINTS = 14;
const SHOWN_ROWS = 40;
const MEBIBYTE = 2 ** 20;

/** The job summary of db-backup: what was made and proven, how sizes went, what was kept and deleted, how to restore. */
export function backupSections(record: BackupRecord): readonly Section[] {
  return [
    ...(record.manifest === undefined ? [] : [manifestSection(record, record.manifest)]),
    ...checkSection(record),
    ...listSection('Copies that are missing', record.degraded),
    ...listSection('Left by ended runs', record.orphans),
    ...listSection('Warnings', record.warnings),
    ...(record.manifest === undefined ? [] : [restoreSection(record.manifest)]),
    ...sizeSection(record),
    ...verifiedSection(record),
    ...retentionSection(record),
    ...(record.plan.length === 0 ? [] : [{ title: 'Plan', markdown: fence(record.plan.join('\n')) }]),
  ];
}

/** What the summary of another action shows of a backup that it made: the table, what is missing, and the way back. */
export function madeSections(record: BackupRecord): readonly Section[] {
  if (record.manifest === undefined) return [];
  const { markdown } = restoreSection(record.manifest);
  return [manifestSection(record, record.manifest), ...listSection('Copies that are missing', record.degraded), { markdown: details('Restore it by hand', markdown) }];
}

function manifestSection(record: BackupRecord, manifest: Manifest): Section {
  const rows = Object.values(manifest.tables).reduce((sum, one) => sum + one.rows, 0);
  const objects = Object.entries(manifest.inventory).filter(([, names]) => names.length > 0).map(([kind, names]) => `${names.length} ${names.length === 1 ? kind : plural(kind)}`);
  const seconds = (Date.parse(manifest.endedAt) - Date.parse(manifest.startedAt)) / 1000;
  const cells: [string, string][] = [
    ['Backup', code(manifest.id)],
    ['Status', `**${record.status ?? 'complete'}**${manifest.suspect === null ? '' : `, suspect: ${escapeText(manifest.suspect)}`}`],
    ['Database', `${escapeText(manifest.database)} (${manifest.engine} ${escapeText(manifest.server.version)}), dumped on ${escapeText(record.place ?? '')}`],
    ['Tier', manifest.tier],
    ['Snapshot', escapeText(manifest.snapshotAt)],
    ['Dump and upload', shownSeconds(seconds)],
    ['Read from the database', shownSize(record.rawBytes)],
    ['Stored', `${shownSize(record.storedBytes)}${record.rawBytes > 0 ? ` (${((record.storedBytes / record.rawBytes) * 100).toFixed(1)} %)` : ''}, ${manifest.codec.compression}${manifest.codec.encryption === 'age' ? `, age for ${manifest.codec.recipients.length} recipients` : ', **not encrypted**'}`],
    ['Store', escapeText(manifest.store)],
    ['Rows', rows.toLocaleString('en-US')],
    ['Objects', escapeText(objects.join(', '))],
    ['Migrations applied', String(manifest.migrations.length)],
  ];
  if (manifest.partial.length > 0) cells.push(['**Partial**', manifest.partial.map((why) => prose(why)).join('; ')]);
  return { title: 'Backup', markdown: table(['', ''], cells) };
}

function plural(kind: string): string {
  return kind.endsWith('x') ? `${kind}es` : kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

function checkSection(record: BackupRecord): readonly Section[] {
  if (record.checks.length === 0) return [];
  const word = (check: Check): string => (check.result === 'pass' ? 'pass' : `**${check.result}**`);
  return [{ title: 'Checks', markdown: table(['Check', 'Result', 'Why'], record.checks.map((check) => [escapeText(check.name), word(check), prose(check.why ?? '')])) }];
}

function listSection(title: string, lines: readonly string[]): readonly Section[] {
  return lines.length === 0 ? [] : [{ title, markdown: lines.map((line) => `- ${prose(line)}`).join('\n') }];
}

function restoreSection(manifest: Manifest): Section {
  return { title: 'Restore it by hand', markdown: `${fence(manifest.restore, 'sh')}\n\nLoad it into an empty database first, never over the live one.` };
}

function sizeSection(record: BackupRecord): readonly Section[] {
  const points = record.history.slice(-CHART_POINTS);
  const chart = xyChart({ title: 'Stored size', unit: 'MiB', labels: points.map(({ id }) => id.slice(0, 8)), bars: points.map(({ bytes }) => bytes / MEBIBYTE) });
  return chart === undefined ? [] : [{ title: `Size of the last ${points.length} backups`, markdown: chart }];
}

function verifiedSection(record: BackupRecord): readonly Section[] {
  if (record.verified.length === 0) return [];
  return [{ title: 'Read back', markdown: table(['Backup', 'Verdict', ''], record.verified.map(({ id, verdict, why }) => [code(id), verdict === 'pass' ? 'pass' : `**${verdict}**`, prose(why)])) }];
}

function retentionSection(record: BackupRecord): readonly Section[] {
  if (record.kept.length === 0 && record.pruned.length === 0) return [];
  const rows = [
    ...record.pruned.map(({ id, why }) => [code(id), record.pruneDryRun ? 'would be deleted' : 'deleted', prose(why)]),
    ...record.kept.map(({ id, why }) => [code(id), 'kept', prose(why)]),
  ];
  const shown = table(['Backup', '', 'Why'], rows.slice(0, SHOWN_ROWS));
  const more = rows.length > SHOWN_ROWS ? `\n\n${rows.length - SHOWN_ROWS} more stand in the result file.` : '';
  return [{ title: 'Retention', markdown: details(`${record.kept.length} kept, ${record.pruned.length} ${record.pruneDryRun ? 'would be deleted' : 'deleted'}`, `${shown}${more}`) }];
}
