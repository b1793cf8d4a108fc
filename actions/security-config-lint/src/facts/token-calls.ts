import type { Place } from '@ops/laravel/app';
import type { App } from '../app.ts';
import { callsIn, literalOf, type PhpCall } from './php-calls.ts';

/** A call that makes a token for a user: `$user->createToken('phone', ['orders:read'], now()->addDay())`. */
export interface TokenCall {
  readonly place: Place;
  readonly hasAbilities: boolean;
  readonly hasEnd: boolean;
}

export const TOKEN_WORDS = ['createToken'];

/** In the application's own code; tests and seeds make tokens for nobody. */
export function tokenCalls({ laravel }: Pick<App, 'laravel'>): readonly TokenCall[] {
  return laravel.filesWith(TOKEN_WORDS).filter((path) => !/^(?:tests|database|config)\//.test(path)).flatMap((path) => {
    const file = laravel.php(path);
    return (file === undefined ? [] : callsIn(file, TOKEN_WORDS)).map((call) => ({ place: file?.placeOf(call.node) ?? { file: path, line: 1, column: 1, endLine: 1, endColumn: 1 }, hasAbilities: isGiven(call, 'abilities', 1) || isGiven(call, 'scopes', 1), hasEnd: isGiven(call, 'expiresAt', 2) }));
  });
}

function isGiven(call: PhpCall, name: string, position: number): boolean {
  const argument = call.argument(name, position);
  return argument !== undefined && literalOf(argument).kind !== 'null';
}
