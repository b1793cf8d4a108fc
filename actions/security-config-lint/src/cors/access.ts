import type { CorsAnswer } from './answer.ts';

/** Who asked: a site that nobody knows, `null` (a sandboxed frame of any site), a name that ends like the application's own, or one that is meant to be allowed. */
export type AskerRole = 'stranger' | 'null' | 'look-alike' | 'listed';

export interface Asked {
  readonly role: AskerRole;
  readonly answer: CorsAnswer;
}

/** What is wrong with one answer. `with-cookies`: the asker reads what the visitor may read. */
export interface CorsFault {
  readonly role: Exclude<AskerRole, 'listed'>;
  readonly allowed: 'echo' | 'any';
  readonly withCookies: boolean;
}

/** The answers that let somebody in who should not be, worst first. Browsers send no cookies to `*`, whatever stands beside it. */
export function corsFaults(asked: readonly Asked[]): readonly CorsFault[] {
  const faults = asked.flatMap(({ role, answer: { allowOrigin, credentials } }): CorsFault[] => {
    if (role === 'listed' || allowOrigin === 'none' || allowOrigin === 'other') return [];
    return [{ role, allowed: allowOrigin, withCookies: allowOrigin === 'echo' && credentials }];
  });
  return faults.sort((a, b) => weight(b) - weight(a));
}

const ROLES: readonly CorsFault['role'][] = ['look-alike', 'null', 'stranger'];

function weight({ role, withCookies }: CorsFault): number {
  return (withCookies ? ROLES.length : 0) + ROLES.indexOf(role);
}
