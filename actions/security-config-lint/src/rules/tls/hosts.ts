import type { App } from '../../app.ts';
import { unreadable } from '../../code-finding.ts';
import { classNamed, kernelPath } from '../../facts/middleware-groups.ts';
import { callsIn, literalsOf, propertyIn } from '../../facts/php-calls.ts';
import { serverFile } from '../../facts/web-server.ts';
import type { Undecided } from '../../finding.ts';
import { judged, type Judgement } from '../../judgement.ts';

const SUBJECT = 'TrustHosts';

export function checkHostHeader(app: App): Judgement {
  const server = serverFile(app, 'hosts');
  const code = server === undefined ? checkedBy(app) : undefined;
  const by = server ?? code?.path;
  if (by !== undefined) return judged({ safe: [{ subject: SUBJECT, shown: by, trace: [] }] }, '');
  if (code?.open !== undefined) return judged({ undecided: [code.open] }, '');
  const what = 'Nothing checks the Host header';
  return judged({ findings: [{
    subject: SUBJECT, severity: 'medium', shown: what, rank: 1, trace: [],
    message: `${what}: no TrustHosts, and no server of the repository answers for named hosts only, so a stranger chooses the host in links that mails carry.`,
    remedy: 'Call `trustHosts(at:)` in bootstrap/app.php with the hosts of the application, or switch TrustHosts on in the kernel.',
  }] }, '');
}

/** The file that switches TrustHosts on, or the one that may and cannot be read. */
function checkedBy(app: App): { readonly path?: string; readonly open?: Undecided } {
  const kernel = kernelPath(app);
  let open: Undecided | undefined;
  for (const path of app.laravel.filesWith(['trustHosts', 'TrustHosts'])) {
    const file = app.laravel.php(path);
    if (file?.tree === undefined) {
      open = unreadable(SUBJECT, path);
      continue;
    }
    if (callsIn(file, ['trustHosts']).length > 0) return { path };
    const inUse = callsIn(file, ['append', 'prepend', 'use']).flatMap((call) => call.arguments.flatMap((node) => literalsOf(node) ?? []));
    const list = path === kernel ? propertyIn(file, 'middleware') : undefined;
    if ([...inUse, ...(list === undefined ? [] : (literalsOf(list) ?? []))].some((literal) => classNamed(literal) === SUBJECT)) return { path };
  }
  return open === undefined ? {} : { open };
}
