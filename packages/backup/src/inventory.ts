/** Kinds of objects a complete dump holds. One word per kind, the same for all engines. */
export const OBJECT_KINDS = ['table', 'view', 'trigger', 'procedure', 'function', 'package', 'package-body', 'event', 'sequence', 'type', 'extension', 'policy', 'index', 'constraint', 'large-object', 'role'] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

/**
 * What a database holds, or a dump: names by kind, each as the engine writes it without quotes (`schema.name` on
 * PostgreSQL, where a routine has its argument types and a trigger or policy its table: `schema.sum(integer)`, `schema.table trigger`;
 * plain names elsewhere). Kinds that an engine cannot list are absent.
 */
export type Inventory = Readonly<Partial<Record<ObjectKind, readonly string[]>>>;

/** What was read of one table's data in a dump. */
export interface TableData {
  readonly rows: number;
  /** sha256, hex, of the table's data as the dumper wrote it: the same dumper writes the same bytes for the same rows. Absent when it could not be read. */
  readonly sha256?: string;
}

/** Objects of `expected` that `found` lacks, and those nobody expected; `trigger orders_audit` each. Pure. */
export function inventoryDifferences(expected: Inventory, found: Inventory): { readonly missing: readonly string[]; readonly unexpected: readonly string[] } {
  const missing: string[] = [];
  const unexpected: string[] = [];
  for (const kind of OBJECT_KINDS) {
    const wanted = expected[kind];
    // A kind that nobody asked the database about cannot be compared.
    if (wanted === undefined) continue;
    const has = new Set(found[kind] ?? []);
    const asked = new Set(wanted);
    missing.push(...wanted.filter((name) => !has.has(name)).map((name) => `${kind} ${name}`));
    unexpected.push(...[...has].filter((name) => !asked.has(name)).map((name) => `${kind} ${name}`));
  }
  return { missing, unexpected };
}
