import type { ObjectKind } from '../../inventory.ts';

/** The object that a CREATE statement makes. */
export interface CreatedObject {
  readonly kind: ObjectKind;
  readonly name: string;
  /** A view said how it is made (ALGORITHM): only the final structure does, not the stand-in that mysqldump writes first. */
  readonly algorithm: boolean;
}

const KINDS: Readonly<Record<string, ObjectKind>> = { table: 'table', view: 'view', trigger: 'trigger', procedure: 'procedure', function: 'function', event: 'event', sequence: 'sequence', package: 'package' };

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

/** The first words of a statement: plain words, `identifiers`, "identifiers", and single signs. */
function* tokens(head: string): Generator<Token> {
  for (const match of head.matchAll(/`((?:[^`]|``)*)`|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([\p{L}\p{N}_$@]+)|([^\s])/gu)) {
    const [, ticked, quoted, string, word, sign] = match;
    if (ticked !== undefined) yield { text: ticked.replaceAll('``', '`'), quoted: true };
    else if (quoted !== undefined) yield { text: quoted.replaceAll('""', '"'), quoted: true };
    else yield { text: string ?? word ?? sign ?? '', quoted: string !== undefined };
  }
}

/** A name, perhaps with its database before it: the last part counts. */
function readName(rest: Iterator<Token>, first: Token): string {
  let name = first.text;
  for (let next = rest.next(); next.done !== true && next.value.text === '.' && !next.value.quoted; next = rest.next()) {
    const part = rest.next();
    if (part.done !== true) name = part.value.text;
  }
  return name;
}

/** What a CREATE statement makes; undefined for every other statement. Reads no further than the name. */
export function createdObject(head: string): CreatedObject | undefined {
  const rest = tokens(head);
  if (!isWord(rest.next(), 'create')) return undefined;
  let algorithm = false;
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    const { text, quoted } = next.value;
    if (quoted) continue;
    const word = text.toLowerCase();
    if (word === 'algorithm') algorithm = true;
    // A stray word before the kind, such as TEMPORARY, DATABASE or USER, makes nothing that a dump has to hold.
    if (['temporary', 'database', 'schema', 'user', 'role', 'index', 'unique', 'server', 'tablespace'].includes(word)) return undefined;
    const kind = KINDS[word];
    if (kind === undefined) continue;
    let first = rest.next();
    // MariaDB's two halves of a package; the words inside them are not read.
    const body = kind === 'package' && isWord(first, 'body');
    if (body) first = rest.next();
    if (isWord(first, 'if')) { rest.next(); rest.next(); first = rest.next(); }
    return first.done === true ? undefined : { kind: body ? 'package-body' : kind, name: readName(rest, first.value), algorithm };
  }
  return undefined;
}

/** The table of `INSERT [words] INTO t …`; undefined when there is none. */
export function insertTarget(head: string): string | undefined {
  const rest = tokens(head);
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    if (!isWord(next, 'into')) continue;
    const first = rest.next();
    return first.done === true ? undefined : readName(rest, first.value);
  }
  return undefined;
}

/** The sql_mode that a SET statement sets: its words, or undefined when it sets none. */
export function sqlModeOf(head: string): string | undefined {
  return /^\s*set\b(?:[^'"]*,)?\s*(?:@@)?(?:session[.\s])?\s*sql_mode\s*=\s*('[^']*'|"[^"]*"|@\S+)/i.exec(head.slice(0, 4096))?.[1];
}

function isWord(next: IteratorResult<Token>, word: string): boolean {
  return next.done !== true && !next.value.quoted && next.value.text.toLowerCase() === word;
}
