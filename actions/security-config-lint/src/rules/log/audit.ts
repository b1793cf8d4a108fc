import type { App } from '../../app.ts';
import { judged, type Judgement } from '../../judgement.ts';

const AUDIT_PACKAGES = ['owen-it/laravel-auditing', 'spatie/laravel-activitylog', 'altek/accountant', 'venturecraft/revisionable', 'panoscape/history', 'sametsahindogan/laravel-audit', 'bmatovu/laravel-audit', 'yajra/laravel-auditable'];
const AUDIT_TABLE = /Schema::create\(\s*['"](?:audits?|audit_(?:log|entrie|event|trail)s?|activity_logs?|activities|security_(?:log|event)s?)['"]/;
const SUBJECT = 'audit trail';

export function checkAudit(app: App): Judgement {
  const { laravel, repository } = app;
  const found = AUDIT_PACKAGES.find((name) => laravel.packages.get(name)?.isDev === false);
  const table = laravel.filesWith(['Schema::create']).find((file) => file.startsWith('database/') && AUDIT_TABLE.test(repository.text(repository.prefix + file) ?? ''));
  if (found !== undefined || table !== undefined) return judged({ safe: [{ subject: SUBJECT, shown: found ?? table ?? '', trace: [] }] }, '');
  return judged({ findings: [{
    subject: SUBJECT, severity: 'info', rank: 1, shown: 'none', trace: [],
    message: 'No package and no table keeps a record of who changed what.',
    remedy: 'Install one, such as owen-it/laravel-auditing, or attest `audit-trail` in the policy.',
  }] }, '');
}
