import type { PhpToken } from './php-tokens.ts';

/**
 * The token lists of `up()` and of the methods it calls on itself, directly or not; without an `up()` of all code but
 * `down()`, so that a file of unknown shape is read rather than passed over.
 */
export function bodiesToScan(code: readonly PhpToken[]): readonly (readonly PhpToken[])[] {
  const methods = readMethods(code);
  const up = methods.get('up');
  if (up === undefined) {
    const down = methods.get('down');
    return [down === undefined ? code : code.filter((token) => !down.includes(token))];
  }
  const seen = new Set(['up']);
  const bodies = [up];
  for (const body of bodies) {
    for (const name of ownCalls(body)) {
      const called = methods.get(name);
      if (called === undefined || seen.has(name)) continue;
      seen.add(name);
      bodies.push(called);
    }
  }
  return bodies;
}

/** Named functions and methods, in lower case, with the tokens of their bodies. */
function readMethods(code: readonly PhpToken[]): ReadonlyMap<string, readonly PhpToken[]> {
  const methods = new Map<string, readonly PhpToken[]>();
  code.forEach((token, at) => {
    if (token.kind !== 'name' || token.text.toLowerCase() !== 'function') return;
    const name = code[at + 1]?.text === '&' ? code[at + 2] : code[at + 1];
    if (name?.kind !== 'name') return;
    const open = code.findIndex((other, index) => index > at && other.kind === 'mark' && (other.text === '{' || other.text === ';'));
    if (code[open]?.text !== '{') return;
    let depth = 0;
    let end = open;
    for (; end < code.length; end += 1) {
      const mark = code[end]?.kind === 'mark' ? code[end]?.text : '';
      if (mark === '{') depth += 1;
      if (mark === '}') depth -= 1;
      if (depth === 0) break;
    }
    methods.set(name.text.toLowerCase(), code.slice(open, end + 1));
  });
  return methods;
}

function ownCalls(body: readonly PhpToken[]): readonly string[] {
  return body.flatMap((token, at) => {
    const access = body[at + 1]?.text;
    const name = body[at + 2];
    const own = (token.kind === 'variable' && token.text === '$this' && access === '->') || (token.kind === 'name' && /^(?:self|static)$/i.test(token.text) && access === '::');
    return own && name?.kind === 'name' && body[at + 3]?.text === '(' ? [name.text.toLowerCase()] : [];
  });
}
