import { nodeIn, textIn, walk, type PhpFile, type PhpNode, type Place } from '@ops/laravel/app';
import type { App } from '../app.ts';
import { callsIn, literalOf, shortName } from './php-calls.ts';

/** What a file of the application asks of new passwords. */
export interface PasswordRules {
  readonly file: string;
  /** Calls of `Password::min(n)`, and `min:n` in the rules of a password that is confirmed. */
  readonly minima: readonly { readonly length: number; readonly place: Place }[];
  /** The first `Password::min()`, whatever it takes. */
  readonly built: Place | undefined;
  readonly isCheckedForBreaches: boolean;
  /** The first demand for letters, digits or symbols. */
  readonly composition: Place | undefined;
  /** Rules of a new password that demand no length at all. */
  readonly unbounded: readonly Place[];
}

export const PASSWORD_WORDS = ['Password::min', 'confirmed'];

const NEW_PASSWORD = /^(?:new_?)?password$/i;
const COMPOSITION = ['letters', 'mixedCase', 'numbers', 'symbols'];

export function passwordRules({ laravel }: Pick<App, 'laravel'>): readonly PasswordRules[] {
  return laravel.filesWith(PASSWORD_WORDS).filter((path) => !/^(?:tests|database|config|resources|lang)\//.test(path)).flatMap((path) => {
    const file = laravel.php(path);
    return file?.tree === undefined ? [] : [rulesIn(file, file.tree)];
  });
}

function rulesIn(file: PhpFile, tree: PhpNode): PasswordRules {
  const built = callsIn(file, ['min']).filter(({ on }) => on !== undefined && shortName(on) === 'Password');
  const entries = [...walk(tree)].filter(isNewPassword).map((entry) => ({ place: file.placeOf(entry), ...demandsOf(entry) }));
  const first = (names: readonly string[]): Place | undefined => callsIn(file, names).map(({ node }) => file.placeOf(node))[0];
  return {
    file: file.path,
    minima: [
      ...built.flatMap((call) => {
        const length = numberOf(call.argument('size', 0));
        return length === undefined ? [] : [{ length, place: file.placeOf(call.node) }];
      }),
      ...entries.flatMap(({ isNew, min, place }) => (isNew && min !== undefined ? [{ length: min, place }] : [])),
    ],
    built: built.map(({ node }) => file.placeOf(node))[0],
    isCheckedForBreaches: first(['uncompromised']) !== undefined,
    composition: built.length === 0 ? undefined : first(COMPOSITION),
    unbounded: entries.filter(({ isNew, isOpen, min }) => isNew && !isOpen && min === undefined).map(({ place }) => place),
  };
}

function isNewPassword(node: PhpNode): boolean {
  const key = node.kind === 'entry' ? nodeIn(node, 'key') : undefined;
  const name = key === undefined ? undefined : literalOf(key);
  return name?.kind === 'text' && NEW_PASSWORD.test(name.text);
}

interface Demands {
  /** A password that has to be repeated is a new one; at a login nobody repeats it. */
  readonly isNew: boolean;
  readonly min: number | undefined;
  /** Something else than texts stands there, and may demand a length. */
  readonly isOpen: boolean;
}

function demandsOf(entry: PhpNode): Demands {
  const value = nodeIn(entry, 'value');
  const nodes = value === undefined ? [] : [...walk(value)];
  const rules = nodes.flatMap((node) => {
    const literal = literalOf(node);
    return literal.kind === 'text' ? literal.text.split('|') : [];
  });
  const min = rules.flatMap((rule) => /^(?:min|size|between):(\d+)/.exec(rule)?.[1] ?? [])[0];
  return { isNew: rules.includes('confirmed'), min: min === undefined ? undefined : Number(min), isOpen: nodes.some(({ kind }) => ['call', 'new', 'variable', 'staticlookup', 'propertylookup'].includes(kind)) };
}

function numberOf(node: PhpNode | undefined): number | undefined {
  if (node?.kind !== 'number') return undefined;
  const value = node['value'];
  return typeof value === 'number' ? value : Number(textIn(node, 'value'));
}
