import type { App } from '../../app.ts';
import { textOf } from '../../decide.ts';
import { callsIn, literalOf, type PhpCall } from '../../facts/php-calls.ts';
import { serverFile } from '../../facts/web-server.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { configValue, judgeValue } from '../../subject-value.ts';

const WORDS = ['forceHttps', 'forceScheme'];

export function checkHttpsForced(app: App): Judgement {
  const forcing = forcedBy(app);
  const asked = configValue(app, 'app.url');
  if (forcing.by !== undefined) return judged({ safe: [{ subject: asked.subject, shown: forcing.by, trace: [] }] }, '');
  return judged(judgeValue(app, asked, (url) => {
    if (/^https:\/\//i.test(textOf(url) ?? '')) return undefined;
    if (forcing.open !== undefined) return { reason: 'unreadable', why: `${forcing.open} cannot be parsed, and may force https` };
    return { severity: 'medium', so: 'and neither code nor a server of the repository forces https, so links and forms lead to http', remedy: 'Call `URL::forceHttps()` in the boot method of a provider, or set the https address.' };
  }, { origins: true }), 'nothing says which address the application has');
}

/** What forces https, or the file that could and cannot be read. */
function forcedBy(app: App): { readonly by?: string; readonly open?: string } {
  const server = serverFile(app, 'redirects');
  if (server !== undefined) return { by: server };
  let open: string | undefined;
  for (const path of app.laravel.filesWith(WORDS)) {
    const file = app.laravel.php(path);
    if (file?.tree === undefined) open = path;
    else if (callsIn(file, WORDS).some((call) => isForcing(call))) return { by: path };
  }
  return open === undefined ? {} : { open };
}

/** `forceHttps()`, also under a condition; `forceScheme('https')`. */
function isForcing(call: PhpCall): boolean {
  const isForce = call.name.toLowerCase() === 'forcehttps';
  const node = call.argument(isForce ? 'force' : 'scheme', 0);
  const literal = node === undefined ? undefined : literalOf(node);
  if (isForce) return literal?.kind !== 'false';
  return literal?.kind === 'text' ? /^https(?::\/\/)?$/i.test(literal.text) : literal?.kind === 'other';
}
