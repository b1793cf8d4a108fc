import { code, details, escapeText, fence, table, type Section } from '@ops/shared';
import type { DeployConfig, RollbackConfig, TargetConfig } from './config.ts';
import { fleetIdentity, type HostRecord, type RunRecord } from './record.ts';
import { fleetCandidates } from './rollback-plan.ts';

const IDENTITY = { proven: 'proven', 'not-proven': '**not proven**', off: 'not asked' } as const;

/** The job summary of a deploy, after the verdict that the action's shell prints on top. */
export function summariseDeploy(config: DeployConfig, record: RunRecord): readonly Section[] {
  return [
    ...(config.health.kind === 'none' ? [{ markdown: '> [!CAUTION]\n> **Health was not judged** (`health: none`). Nobody looked whether the new release works.' }] : []),
    { title: 'Hosts', markdown: hostsTable(record) },
    { title: 'What was deployed', markdown: table(['what', 'value'], deployed(config, record)) },
    ...migrations(record),
    ...judgement(record),
    ...warnings(record),
    timeline(record),
  ];
}

/** The job summary of a rollback. */
export function summariseRollback(config: RollbackConfig, record: RunRecord): readonly Section[] {
  return [
    { title: 'Hosts', markdown: hostsTable(record) },
    ...(record.plan === undefined || record.plan.notes.length === 0 ? [] : [{ title: 'Schema', markdown: record.plan.notes.map(escapeText).join('\n\n') }]),
    ...judgement(record),
    ...checklist(config, record),
    ...warnings(record),
    timeline(record),
  ];
}

/** The job summary of `mode: status`. */
export function summariseStatus(record: RunRecord): readonly Section[] {
  const rows = record.facts.map((one) => {
    const live = one.current.kind === 'link' ? (one.current.id ?? one.current.target) : one.current.kind;
    const commit = one.history.findLast((entry) => entry.id === live);
    return [one.host, code(live), commit === undefined ? '' : code(commit.sha.slice(0, 7)), one.unverified ? 'never judged' : (commit?.at ?? ''), one.lock.state, one.raw.get('maintenance') ?? ''];
  });
  const list = fleetCandidates(record.facts);
  return [
    { title: 'Live now', markdown: table(['host', 'release', 'commit', 'since', 'lock', 'maintenance'], rows) },
    ...record.facts.flatMap((one) => (one.lock.state === 'held' ? [{ title: `Lock of ${one.host}`, markdown: holder(one.lock.holder) }] : [])),
    { title: 'Releases', markdown: list.length === 0 ? 'History knows no release.' : table(['release', 'commit', 'committed', 'rollback'], list.map((one) => [code(one.id), code(one.sha.slice(0, 7)), one.at, one.refused ?? '**possible**'])) },
    ...warnings(record),
  ];
}

function holder(json: string): string {
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed === 'object' && parsed !== null) return table(['what', 'value'], Object.entries(parsed).map(([key, value]) => [escapeText(key), escapeText(String(value))]));
  } catch {
    // A lock file that a full disk left empty says nothing; the lock itself still holds.
  }
  return 'The lock is held, but its holder left no readable name.';
}

/** The dry run: every script and value list as the real run sends them. */
export function dryRunSections(record: RunRecord): readonly Section[] {
  const plan = record.plan;
  if (plan === undefined) return [];
  return [
    { title: 'Plan', markdown: table(['batch', 'hosts', 'steps', 'when'], plan.batches.map((batch) => [batch.id, batch.scope === 'once' ? plan.once : plan.hosts.join(', '), batch.steps.map((step) => step.id).join(', '), batch.condition ?? 'always'])) },
    ...(plan.notes.length === 0 ? [] : [{ title: 'Notes', markdown: plan.notes.map((note) => `- ${escapeText(note)}`).join('\n') }]),
    ...record.preview.map((one) => ({ markdown: details(`${one.host}: ${one.batch}`, `${fence(Object.entries(one.values).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join('\n'))}\n\n${fence(one.script, 'sh')}`) })),
  ];
}

function hostsTable(record: RunRecord): string {
  const row = (host: HostRecord): readonly string[] => [escapeText(host.host), host.before === undefined ? 'nothing' : code(host.before), host.live === undefined ? 'nothing' : code(host.live), escapeText(host.state), IDENTITY[host.identity]];
  return table(['host', 'before', 'live now', 'state', 'identity'], [...record.hosts.values()].map(row));
}

function deployed(config: DeployConfig, record: RunRecord): readonly (readonly string[])[] {
  return [
    ['environment', escapeText(config.environment)],
    ['commit', code(config.sha)],
    ['release', record.releaseId === undefined ? '' : code(record.releaseId)],
    ['plan', code(record.plan?.hash.slice(0, 16) ?? '')],
    ['identity', IDENTITY[fleetIdentity(record)]],
    ['maintenance', record.downtimeMs === 0 ? 'none' : `${(record.downtimeMs / 1000).toFixed(1)} s`],
    ['backup', record.backupId === undefined ? (config.backup.kind === 'never' ? `none: ${escapeText(config.backup.reason)}` : 'not needed') : code(record.backupId)],
  ];
}

function migrations(record: RunRecord): readonly Section[] {
  const names = [...new Set([...record.pending, ...record.migrated])];
  if (names.length === 0) return [];
  return [{ title: 'Migrations', markdown: table(['migration', 'state', 'class'], names.map((name) => [code(name), record.migrated.includes(name) ? 'applied' : '**not applied**', (record.migrationClasses.get(name) ?? []).join(', ')])) }];
}

function judgement(record: RunRecord): readonly Section[] {
  const { verdict, verdictAfterBack } = record;
  if (verdict === undefined || verdict.verdict === 'off') return [];
  const rows = [...record.looks, ...verdict.evidence.filter((one) => !record.looks.some((look) => look.from === one.from && look.sentence === one.sentence))].map((one) => [escapeText(one.from), escapeText(one.sentence)]);
  const after = verdictAfterBack === undefined ? '' : `\n\nAfter switching back: ${escapeText(verdictAfterBack.sentence)}`;
  return [{ title: `Health: ${verdict.verdict}`, markdown: `${escapeText(verdict.sentence)}\n\n${table(['asked from', 'answer'], rows)}${after}` }];
}

function checklist(config: TargetConfig, record: RunRecord): readonly Section[] {
  if (!record.switched) return [];
  const items = [
    { item: 'every host points to the release', good: [...record.hosts.values()].every((host) => host.live === record.releaseId) },
    ...(fleetIdentity(record) === 'off' ? [] : [{ item: 'the old code is proven to answer', good: fleetIdentity(record) === 'proven' }]),
    ...(config.health.kind === 'none' ? [] : [{ item: 'health', good: record.verdict?.verdict === 'pass' }]),
    { item: 'not in maintenance', good: record.facts.every((one) => one.raw.get('maintenance') !== 'down') },
    ...record.checklist,
  ];
  return [{ title: `Checklist (${config.environment})`, markdown: items.map((one) => `- [${one.good ? 'x' : ' '}] ${escapeText(one.item)}`).join('\n') }];
}

function warnings(record: RunRecord): readonly Section[] {
  return record.warnings.length === 0 ? [] : [{ title: 'Warnings', markdown: [...new Set(record.warnings)].map((warning) => `- ${escapeText(warning)}`).join('\n') }];
}

function timeline(record: RunRecord): Section {
  return { markdown: details('Timeline', table(['after', 'what'], record.timeline.map((one) => [`${(one.atMs / 1000).toFixed(2)} s`, escapeText(one.what)]))) };
}
