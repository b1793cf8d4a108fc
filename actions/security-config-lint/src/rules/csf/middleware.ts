import type { PhpFile } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { codeFinding, computed, unreadable } from '../../code-finding.ts';
import { isFramework } from '../../facts/versions.ts';
import { classNamed, groupSetTo, isConditional, kernelGroup, kernelPath, removedFrom } from '../../facts/middleware-groups.ts';
import { literalsOf, type Literal } from '../../facts/php-calls.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import type { Bad } from '../../subject-value.ts';

const SUBJECT = 'VerifyCsrfToken';
/** Its names over the versions; PreventRequestForgery from Laravel 13. */
const CSRF_CLASSES = ['VerifyCsrfToken', 'ValidateCsrfToken', 'PreventRequestForgery'];
const WORDS = ['VerifyCsrfToken', 'ValidateCsrfToken', 'PreventRequestForgery', 'withMiddleware', 'middlewareGroups'];

export function checkCsrfMiddleware(app: App): Judgement {
  const kernel = kernelPath(app);
  const parts = app.laravel.filesWith(WORDS).map((path): Answers => {
    const file = app.laravel.php(path);
    if (file?.tree === undefined) return { undecided: [unreadable(SUBJECT, path)] };
    return together([removals(app, file), path === kernel ? judgeGroup(app, file, kernelGroup(file, 'web')) : setGroup(app, file)]);
  });
  const isOld = kernel === undefined && isFramework(app, '11.0.0') === false;
  const missing = isOld ? [{ undecided: [{ subject: SUBJECT, reason: 'no-kernel', why: 'the application has no Http/Kernel.php that could be read', trace: [] }] }] : [];
  const all = together([...parts, ...missing]);
  return judged({ ...all, safe: [{ subject: SUBJECT, shown: 'in the web group', trace: [] }] }, '');
}

function removals(app: App, file: PhpFile): Answers {
  const taken = removedFrom(file, 'web').filter((literal) => CSRF_CLASSES.includes(classNamed(literal) ?? ''));
  return together(taken.map(({ node }): Answers => {
    if (isConditional(file, node)) return { undecided: [{ subject: SUBJECT, reason: 'condition', why: `${file.path} takes it out of the web group under a condition`, trace: [] }] };
    return { findings: [codeFinding(app, file, node, 'The check of CSRF tokens is taken out of the web group', bad(file, 'Put it back'), SUBJECT)] };
  }));
}

function setGroup(app: App, file: PhpFile): Answers {
  const list = groupSetTo(file, 'web');
  return list === undefined ? {} : judgeGroup(app, file, list.kind === 'array' ? literalsOf(list) : undefined);
}

function judgeGroup(app: App, file: PhpFile, group: readonly Literal[] | undefined): Answers {
  if (group === undefined) return { undecided: [computed(SUBJECT, file, 'the web group')] };
  if (group.some((literal) => isCsrf(app, classNamed(literal)))) return {};
  if (group.some(({ kind }) => kind === 'other')) return { undecided: [computed(SUBJECT, file, 'a part of the web group')] };
  return { findings: [codeFinding(app, file, group[0]?.node, 'The web group has no check of CSRF tokens', bad(file, 'Add it to the web group'), SUBJECT)] };
}

/** One of the framework's, or a class of the application that extends one. */
function isCsrf({ laravel }: App, name: string | undefined): boolean {
  if (name === undefined) return false;
  if (CSRF_CLASSES.includes(name) || /csrf/i.test(name)) return true;
  return laravel.filesWith(CSRF_CLASSES).some((path) => path.endsWith(`/${name}.php`) && /\bextends\b/.test(laravel.php(path)?.text ?? ''));
}

function bad(file: PhpFile, what: string): Bad {
  return { severity: 'critical', so: 'so any site can send forms in the name of a visitor who is logged in', remedy: `${what}, in ${file.path}.` };
}
