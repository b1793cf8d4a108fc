import type { ConfigValue, PhpFile, PhpNode } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { decide, textOf } from '../../decide.ts';
import { callsIn, literalsOf, propertyIn, shortName, type Literal } from '../../facts/php-calls.ts';
import type { Finding, Undecided } from '../../finding.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { repositoryPlace } from '../../subject-value.ts';

const SUBJECT = 'EncryptCookies';
/** Where the groups of the middleware are written down. */
const KERNEL = /(?:^|\/)Http\/Kernel\.php$/;

export function checkCookieEncryption(app: App): Judgement {
  const cookie = app.laravel.config('session.cookie');
  const parts: Answers[] = [];
  for (const path of app.laravel.filesWith(['encryptCookies', 'EncryptCookies', 'VerifyCsrfToken'])) {
    const file = app.laravel.php(path);
    if (file === undefined) {
      parts.push({ undecided: [{ subject: SUBJECT, reason: 'unreadable', why: `${path} cannot be parsed`, trace: [] }] });
      continue;
    }
    for (const list of exceptionsIn(file)) parts.push(judgeExceptions(app, file, list, cookie));
    for (const node of removalsIn(file)) parts.push({ findings: [findingAt(app, file, node, 'The middleware EncryptCookies is taken out of the web group', 2)] });
    if (KERNEL.test(path) && !file.text.includes('EncryptCookies')) parts.push({ findings: [findingAt(app, file, file.tree, 'The web group has no EncryptCookies', 2)] });
  }
  const all = together(parts);
  return judged({ ...all, safe: [{ subject: SUBJECT, shown: 'in the web group', trace: [] }] }, '');
}

/** Lists of cookies that are not encrypted. */
function exceptionsIn(file: PhpFile): readonly PhpNode[] {
  const calls = [
    ...callsIn(file, ['encryptCookies']).map((call) => call.argument('except', 0)),
    ...callsIn(file, ['except']).filter(({ on }) => on !== undefined && shortName(on) === 'EncryptCookies').map((call) => call.argument('cookies', 0)),
  ];
  const property = /class\s+EncryptCookies\b/.test(file.text) ? propertyIn(file, 'except') : undefined;
  return [...calls, property].filter((node) => node !== undefined);
}

/** `$middleware->web(remove: [EncryptCookies::class])`, `->remove(EncryptCookies::class)`. */
function removalsIn(file: PhpFile): readonly PhpNode[] {
  const lists = [...callsIn(file, ['web']).map((call) => call.argument('remove', 2)), ...callsIn(file, ['remove', 'removeFromGroup']).flatMap((call) => call.arguments)];
  return lists.flatMap((node) => (node === undefined ? [] : (literalsOf(node) ?? []).filter((literal) => literal.kind === 'class' && shortName(literal.name) === 'EncryptCookies').map((literal) => literal.node)));
}

function judgeExceptions(app: App, file: PhpFile, list: PhpNode, cookie: ConfigValue): Answers {
  const literals: readonly Literal[] = literalsOf(list) ?? [{ kind: 'other', node: list }];
  const findings: Finding[] = [];
  const undecided: Undecided[] = [];
  for (const literal of literals) {
    const open = (reason: string, why: string): void => void undecided.push({ subject: SUBJECT, reason, why, trace: cookie.trace });
    if (readsSessionCookie(literal, file)) findings.push(findingAt(app, file, literal.node, 'The session cookie is not encrypted', 1));
    else if (literal.kind === 'other') open('expression', `${file.path} computes which cookies are not encrypted`);
    else if (literal.kind === 'text') {
      const same = decide(cookie, (value) => textOf(value) === literal.text);
      if (same.kind === 'undecided') open(same.why.reason, same.why.why);
      else if (same.value) findings.push(findingAt(app, file, literal.node, 'The session cookie is not encrypted', 1));
    }
  }
  return { findings, undecided };
}

/** `config('session.cookie')` in the list is the session cookie, whatever it is called. */
function readsSessionCookie({ kind, node }: Literal, file: PhpFile): boolean {
  return kind === 'other' && /^\\?config\(\s*(['"])session\.cookie\1/.test(file.text.slice(node.loc.start.offset, node.loc.end.offset));
}

function findingAt(app: App, file: PhpFile, node: PhpNode | undefined, what: string, rank: number): Finding {
  const at = node === undefined || node.kind === 'program' ? { file: file.path, line: 1, column: 1, endLine: 1, endColumn: 1 } : file.placeOf(node);
  const place = repositoryPlace(app, at);
  return {
    subject: SUBJECT, severity: 'high', message: `${what}, so anybody may try session ids without the application key.`,
    remedy: `Change it in ${file.path}.`, shown: what, rank, trace: [{ file: file.path, line: at.line, column: at.column, what }], ...(place === undefined ? {} : { place }),
  };
}
