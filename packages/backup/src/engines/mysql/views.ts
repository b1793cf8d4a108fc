import type { Query } from '../query.ts';

/** A view as information_schema lists it: its definition has every name between backticks, and its database before it. */
export interface ViewFact {
  readonly name: string;
  /** WITH CHECK OPTION. */
  readonly checked: boolean;
  readonly definition: string;
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** Views of `views` that a definition names. A text that only looks like a name makes one too many, which does no harm. */
function standsOn({ name, definition }: ViewFact, views: readonly ViewFact[], database: string): readonly ViewFact[] {
  return views.filter((other) => other.name !== name && (definition.includes(`${quoted(database)}.${quoted(other.name)}`) || definition.includes(`from ${quoted(other.name)}`)));
}

/**
 * The order in which views have to be made, each after those it stands on; undefined when any order will do. The dumpers write
 * all views as stand-ins first, which cannot be written to, and then as they are, by name: a view WITH CHECK OPTION over one
 * whose name comes later does not load back then (error 1368). Pure.
 */
export function viewOrder(views: readonly ViewFact[], database: string): readonly string[] | undefined {
  if (!views.some((view) => view.checked && standsOn(view, views, database).length > 0)) return undefined;
  const done = new Set<string>();
  const visit = (view: ViewFact, above: ReadonlySet<string>): void => {
    if (done.has(view.name) || above.has(view.name)) return;
    for (const below of standsOn(view, views, database)) visit(below, new Set([...above, view.name]));
    done.add(view.name);
  };
  for (const view of views) visit(view, new Set());
  return [...done];
}

/** Reads the definitions only where there is a view WITH CHECK OPTION. `schema` is the database as a literal. */
export async function readViewOrder(query: Query, schema: string, database: string, usable: readonly string[], signal: AbortSignal): Promise<readonly string[] | undefined> {
  const checked = await query.rows(`SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ${schema} AND CHECK_OPTION <> 'NONE'`, signal);
  if (checked.length === 0) return undefined;
  const rows = await query.rows(`SELECT TABLE_NAME, CHECK_OPTION <> 'NONE', VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ${schema} ORDER BY TABLE_NAME`, signal);
  const views = rows.map(([name, isChecked, definition]): ViewFact => ({ name: name ?? 'NULL', checked: isChecked === '1', definition: definition ?? '' }));
  return viewOrder(views.filter(({ name }) => usable.includes(name)), database);
}
