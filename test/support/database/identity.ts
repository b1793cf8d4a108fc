import { isRoot } from '../daemon.ts';

/** The command run as nobody, where the test runs as root: no server of this bed starts as root. */
export function asNobody(argv: readonly [string, ...string[]]): [string, ...string[]] {
  return isRoot() ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--', ...argv] : [...argv];
}
