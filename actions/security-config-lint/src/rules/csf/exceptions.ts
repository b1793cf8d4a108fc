import type { PhpFile, PhpNode } from '@ops/laravel/app';
import { z } from 'zod';
import type { App } from '../../app.ts';
import { codeFinding, computed, unreadable } from '../../code-finding.ts';
import { callsIn, literalsOf, propertyIn, shortName } from '../../facts/php-calls.ts';
import type { Finding, Undecided } from '../../finding.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { withOptions } from '../../rule.ts';

const SUBJECT = 'csrf.except';
const WORDS = ['validateCsrfTokens', 'preventRequestForgery', 'VerifyCsrfToken', 'ValidateCsrfToken', 'PreventRequestForgery'];
const CLASS = /^(?:VerifyCsrfToken|ValidateCsrfToken|PreventRequestForgery)$/;
const DECLARES = /class\s+(?:VerifyCsrfToken|ValidateCsrfToken|PreventRequestForgery)\b/;
/** Parts of a path behind which a forged request hurts. */
const OWN_PAGES = /(?:^|\/)(login|logout|accounts?|admin)(?=\/|$)/i;

export const EXCEPT_OPTIONS = z.strictObject({ 'max-entries': z.int().min(0).default(5).describe('Most paths that may go without a token') });

export const checkCsrfExceptions = withOptions(EXCEPT_OPTIONS, (app, { 'max-entries': most }): Judgement => {
  const parts = app.laravel.filesWith(WORDS).map((path): Answers => {
    const file = app.laravel.php(path);
    if (file?.tree === undefined) return { undecided: [unreadable(SUBJECT, path)] };
    return together(exceptionsIn(file).map((list) => judgeList(app, file, list, most)));
  });
  return judged({ ...together(parts), safe: [{ subject: SUBJECT, shown: 'narrow', trace: [] }] }, '');
});

/** `validateCsrfTokens(except: […])`, `ValidateCsrfToken::except([…])`, `$except` of the application's own class. */
function exceptionsIn(file: PhpFile): readonly PhpNode[] {
  const calls = [
    ...callsIn(file, ['validateCsrfTokens', 'preventRequestForgery']).map((call) => call.argument('except', 0)),
    ...callsIn(file, ['except']).filter(({ on }) => on !== undefined && CLASS.test(shortName(on))).map((call) => call.argument('uris', 0)),
  ];
  return [...calls, DECLARES.test(file.text) ? propertyIn(file, 'except') : undefined].filter((node) => node !== undefined);
}

function judgeList(app: App, file: PhpFile, list: PhpNode, most: number): Answers {
  const literals = literalsOf(list);
  if (literals === undefined) return { undecided: [computed(SUBJECT, file, 'which paths go without a token')] };
  const findings: Finding[] = [];
  const undecided: Undecided[] = [];
  for (const literal of literals) {
    if (literal.kind === 'other') undecided.push(computed(SUBJECT, file, 'which paths go without a token'));
    const broad = literal.kind === 'text' ? broadPart(literal.text) : undefined;
    if (broad === undefined) continue;
    const [what, so] = broad === '*'
      ? ['Every path goes without a CSRF token', 'so any site can send forms in the name of a visitor']
      : [`A path with \`${broad}\` goes without a CSRF token`, 'so any site can do there what its visitors may do'];
    findings.push(codeFinding(app, file, literal.node, what, { severity: 'high', so, remedy: `Take it out of the exceptions in ${file.path}.`, rank: broad === '*' ? 3 : 2 }, `${SUBJECT}[${broad}]`));
  }
  if (literals.length > most) findings.push(codeFinding(app, file, list, `${literals.length} paths go without a CSRF token`, { severity: 'high', so: `more than ${most}`, remedy: `Move what machines call into routes/api.php, and shorten the list in ${file.path}.` }, SUBJECT));
  return { findings, undecided };
}

function broadPart(path: string): string | undefined {
  const bare = path.replace(/^https?:\/\/[^/]*/i, '').replace(/^\/+|\/+$/g, '');
  return /^\*+$/.test(bare) ? '*' : OWN_PAGES.exec(bare)?.[1]?.toLowerCase();
}
