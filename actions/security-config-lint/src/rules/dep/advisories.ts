import type { App } from '../../app.ts';
import { composerOf, jsonObject, jsonPlace, membersOf, objectIn, type JsonObject } from '../../facts/composer.ts';
import type { Finding } from '../../finding.ts';
import { judged, notAsked, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';
import { SEVERITIES, type Severity } from '../../severity.ts';

/** Judges what `composer audit --format=json` wrote in an earlier step. */
export function checkAdvisories(app: App): Judgement {
  if (app.composerAudit === undefined) return notAsked('no result of composer audit was given');
  const audit = jsonObject(app.composerAudit);
  if (audit === undefined || audit['advisories'] === undefined) {
    return judged({ undecided: [{ subject: 'composer-audit', reason: 'audit-unreadable', why: 'what was given as composer-audit is not what composer audit --format=json writes', trace: [] }] }, '');
  }
  const open = entriesOf(audit['advisories']);
  const ignored = entriesOf(audit['ignored-advisories']).filter(({ advisory }) => typeof advisory['ignoreReason'] !== 'string' || advisory['ignoreReason'] === '');
  const findings = [...open, ...ignored].filter(({ name }) => app.laravel.packages.get(name)?.isDev !== true).map((entry) => advisoryFinding(app, entry));
  return judged({ findings, safe: [{ subject: 'composer.lock', shown: 'no advisory', trace: [] }] }, '');
}

interface Entry {
  readonly name: string;
  readonly advisory: JsonObject;
}

function entriesOf(value: unknown): readonly Entry[] {
  return Object.entries(objectIn(value) ?? {}).flatMap(([name, list]) => membersOf(list).flatMap((each) => {
    const advisory = objectIn(each);
    return advisory === undefined ? [] : [{ name: name.toLowerCase(), advisory }];
  }));
}

function advisoryFinding(app: App, { name, advisory }: Entry): Finding {
  const severity = SEVERITIES.find((each) => each === advisory['severity']) ?? 'medium';
  const id = [advisory['cve'], advisory['advisoryId']].find((each) => typeof each === 'string' && /^[\w-]{3,60}$/.test(each)) ?? 'an advisory';
  const version = app.laravel.packages.get(name)?.version;
  const lock = `${app.repository.prefix}composer.lock`;
  const text = app.repository.text(lock);
  const place = text === undefined ? { file: composerOf(app)?.file ?? `${app.repository.prefix}composer.json`, line: 1, column: 1 } : jsonPlace(lock, text, name);
  return placeFinding(app, {
    subject: `${name}:${String(id)}`, severity, rank: rankOf(severity), place, shown: 'affected', what: `${name} is locked`,
    message: `${String(id)} concerns ${name}${version === undefined ? '' : ` ${version}`}, which the application runs with.`,
    remedy: `Update it with \`composer update ${name} --with-dependencies\`, or ignore it in \`config.audit.ignore\` of composer.json with the reason.`,
  });
}

function rankOf(severity: Severity): number {
  return SEVERITIES.length - SEVERITIES.indexOf(severity);
}
