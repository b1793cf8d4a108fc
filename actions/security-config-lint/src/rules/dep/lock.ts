import type { App } from '../../app.ts';
import { composerOf, contentHash, jsonObject, jsonPlace } from '../../facts/composer.ts';
import { judged, notApplicable, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

const SUBJECT = 'composer.lock';

export function checkLock(app: App): Judgement {
  const composer = composerOf(app);
  if (composer === undefined) return notApplicable('there is no composer.json');
  const { repository } = app;
  const file = `${repository.prefix}composer.lock`;
  const place = { file: composer.file, line: 1, column: 1 };
  if (!repository.holds(file)) {
    return judged({ findings: [placeFinding(app, {
      subject: SUBJECT, severity: 'medium', rank: 2, place, shown: 'missing', what: 'no composer.lock is in the repository',
      message: 'composer.lock is not in the repository, so every install may bring other packages than those that were tested.', remedy: 'Commit composer.lock.',
    })] }, '');
  }
  const text = repository.text(file) ?? '';
  const hash = jsonObject(text)?.['content-hash'];
  if (typeof hash !== 'string') return judged({ undecided: [{ subject: SUBJECT, reason: 'no-content-hash', why: `${file} has no content-hash`, trace: [] }] }, '');
  if (hash === contentHash(composer.json)) return judged({ safe: [{ subject: SUBJECT, shown: 'matches', trace: [] }] }, '');
  return judged({ findings: [placeFinding(app, {
    subject: SUBJECT, severity: 'medium', place: jsonPlace(file, text, 'content-hash'), shown: 'stale', what: 'the content-hash is of another composer.json',
    message: 'composer.lock was made for another composer.json, so what is required and what is installed differ.', remedy: 'Run `composer update --lock`, look at the difference, and commit it.',
  })] }, '');
}
