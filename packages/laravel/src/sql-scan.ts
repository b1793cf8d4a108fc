/** What a migration can do to code that still runs against the database, or to its data. */
export type MigrationClass = 'breaks-old-code' | 'locks-table' | 'loses-data';

/** One statement that matters. */
export interface SqlFinding {
  /** The statement on one line, at most 120 characters. */
  readonly statement: string;
  /** Line in the text given, from 1. */
  readonly line: number;
  readonly classes: readonly MigrationClass[];
}

interface Statement {
  /** In lower case, without comments, white space as single blanks, the content of strings removed. */
  readonly plain: string;
  readonly shown: string;
  readonly line: number;
}

const GONE: readonly MigrationClass[] = ['breaks-old-code', 'loses-data'];
const REWRITE: readonly MigrationClass[] = ['breaks-old-code', 'locks-table', 'loses-data'];
const BREAKS: readonly MigrationClass[] = ['breaks-old-code'];
const LOCKS: readonly MigrationClass[] = ['locks-table'];

const RULES: readonly (readonly [RegExp, readonly MigrationClass[]])[] = [
  [/^drop (?:temporary )?(?:table|database|schema)\b/, GONE],
  [/^drop (?:materialized )?view\b/, BREAKS],
  [/^drop (?:trigger|function|procedure|type|event|sequence|aggregate|domain|extension)\b/, BREAKS],
  [/^truncate\b/, ['loses-data']],
  [/^(?:with\b.*\b)?delete\b/, ['loses-data']],
  [/^rename table\b/, BREAKS],
  [/^(?:drop index\b|create (?:unique |fulltext |spatial )?index (?!concurrently\b))/, LOCKS],
];

/** Parts of ALTER TABLE and ALTER <thing>. One statement can match several. */
const ALTER_RULES: readonly (readonly [RegExp, readonly MigrationClass[]])[] = [
  // DROP with an optional COLUMN; what else can be dropped keeps the data.
  [/\bdrop (?!column\b|index\b|key\b|constraint\b|foreign\b|primary\b|check\b|default\b|not null\b|partition\b|identity\b|expression\b|if exists\b|trigger\b)\S/, GONE],
  [/\bdrop column\b|\bdrop if exists\b/, GONE],
  [/\b(?:drop|truncate) partition\b/, ['loses-data', 'locks-table']],
  [/\bdrop (?:index|key|constraint|foreign|primary|check)\b/, LOCKS],
  [/\brename (?!index\b|key\b|constraint\b)/, BREAKS],
  [/\bchange (?:column )?\S+ \S+ |\bmodify (?:column )?\S+ |\balter (?:column )?\S+ (?:set data )?type\b/, REWRITE],
  [/\bset not null\b/, ['breaks-old-code', 'locks-table']],
  [/\badd (?:unique|index|key|fulltext|spatial|primary|foreign|constraint|check)\b/, LOCKS],
  [/\bconvert to character set\b|\bengine ?=|\brow_format ?=/, LOCKS],
  [/\bset schema\b/, BREAKS],
];

/** Finds statements that lose data, break code which still runs, or lock a table. Tables created in the same text are new to everybody and left out. */
export function scanSql(sql: string): readonly SqlFinding[] {
  const created = new Set<string>();
  return split(sql).flatMap((statement) => {
    const table = tableOf(statement.plain);
    if (/^create (?:temporary |unlogged )?table\b/.test(statement.plain)) created.add(table);
    if (created.has(table)) return [];
    const classes = classesOf(statement.plain);
    return classes.length === 0 ? [] : [{ statement: statement.shown, line: statement.line, classes }];
  });
}

function classesOf(plain: string): readonly MigrationClass[] {
  const rules = /^alter\b/.test(plain) ? ALTER_RULES : RULES;
  const found = new Set(rules.flatMap(([pattern, classes]) => (pattern.test(plain) ? classes : [])));
  return (['breaks-old-code', 'locks-table', 'loses-data'] as const).filter((name) => found.has(name));
}

/** The table that a statement is about, without quotes; empty when it names none. */
function tableOf(plain: string): string {
  const found = /\b(?:table|on|truncate|from) (?:only )?(?:if (?:not )?exists )?(?:only )?([^\s(;]+)/.exec(plain);
  return found?.[1]?.replaceAll(/[`"[\]]/g, '') ?? '';
}

const PIECE = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"`$\-#/;]+|[\s\S]/g;

function split(sql: string): readonly Statement[] {
  const statements: Statement[] = [];
  let plain = '';
  let shown = '';
  let line = 1;
  let began = 1;
  const end = (): void => {
    const text = oneLine(plain).toLowerCase();
    if (text !== '') statements.push({ plain: text, shown: clip(oneLine(shown)), line: began });
    plain = '';
    shown = '';
  };
  for (const [piece] of sql.matchAll(PIECE)) {
    if (piece === ';') end();
    else if (/^(?:--|#)/.test(piece) || (piece.startsWith('/*') && !piece.startsWith('/*!'))) plain += ' ';
    else {
      if (plain.trim() === '' && piece.trim() !== '') began = line + (/^\s*/.exec(piece)?.[0].split('\n').length ?? 1) - 1;
      shown += piece;
      // MySQL executes what stands in `/*! … */`.
      plain += piece.startsWith('/*!') ? ` ${piece.slice(3, -2).replace(/^\d+/, '')} ` : piece.startsWith("'") || /^\$\w*\$/.test(piece) ? "''" : piece;
    }
    line += piece.split('\n').length - 1;
  }
  end();
  return statements;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** At most 120 characters. */
export function clip(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
