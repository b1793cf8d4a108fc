import type { Place } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { passwordRules } from '../../facts/password-rules.ts';
import type { Finding, Safe } from '../../finding.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { repositoryPlace } from '../../subject-value.ts';

/** NIST SP 800-63B and ASVS 6.2.1: below that a password is guessed. */
const LEAST_LENGTH = 8;

export function checkDefaults(app: App): Judgement {
  const rules = passwordRules(app);
  const findings = rules.flatMap(({ file, unbounded }) => unbounded.map((place) => codeFinding(app, place, {
    subject: `${file} password`, severity: 'medium', shown: 'no length', rank: 1,
    message: `The rules for a new password in ${file} demand no length, so one letter is enough.`, remedy: 'Use `Password::defaults()` in the rules, and set the defaults in a provider.',
  })));
  return judged({ findings, safe: seen(rules, ({ unbounded, minima }) => unbounded.length === 0 && minima.length > 0) }, 'no rules for new passwords were found');
}

export function checkPolicy(app: App): Judgement {
  const rules = passwordRules(app);
  const findings = rules.flatMap(({ file, minima, built, isCheckedForBreaches, composition }): readonly Finding[] => [
    ...minima.filter(({ length }) => length < LEAST_LENGTH).map(({ length, place }) => codeFinding(app, place, {
      subject: `${file} min`, severity: 'high', shown: String(length), rank: LEAST_LENGTH - length,
      message: `New passwords in ${file} may have ${length} characters.`, remedy: 'Demand 15 characters, or 8 together with a second factor.',
    })),
    ...(built === undefined || isCheckedForBreaches ? [] : [codeFinding(app, built, {
      subject: `${file} uncompromised`, severity: 'low', shown: 'not checked', rank: 1,
      message: `New passwords in ${file} are not compared with those of known breaches.`, remedy: 'Add `->uncompromised()`.',
    })]),
    ...(composition === undefined ? [] : [codeFinding(app, composition, {
      subject: `${file} composition`, severity: 'info', shown: 'demanded', rank: 1,
      message: `New passwords in ${file} need certain kinds of characters, which makes them no harder to guess.`, remedy: 'Demand length instead; ASVS 6.2.5 wants no rules of composition.',
    })]),
  ]);
  return judged({ findings, safe: seen(rules, ({ minima, built }) => minima.length > 0 || built !== undefined) }, 'no rules for new passwords were found');
}

type Said = Omit<Finding, 'trace' | 'place'>;

export function codeFinding(app: App, place: Place, said: Said): Finding {
  const at = repositoryPlace(app, place);
  return { ...said, trace: [{ file: place.file, line: place.line, column: place.column, what: said.shown }], ...(at === undefined ? {} : { place: at }) };
}

function seen(rules: ReturnType<typeof passwordRules>, isSafe: (rules: ReturnType<typeof passwordRules>[number]) => boolean): readonly Safe[] {
  return rules.filter(isSafe).map(({ file }) => ({ subject: file, shown: 'a length is demanded', trace: [] }));
}
