import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";

/** The primary key, else the shortest unique key whose columns are never null and not assigned. */
export function keyThatStays({
  table,
  assigned,
  state,
}: {
  readonly table: Table;
  readonly assigned: readonly { readonly column: string }[];
  readonly state: CatalogState;
}): readonly string[] | undefined {
  const columns = new Set(assigned.map(({ column }) => column));
  const keys = table.indexes
    .filter(({ unique, valid, predicate }) => unique && valid && predicate === undefined)
    .filter(({ constraint }) => !isDeferrable(table, constraint))
    .map(({ primary, keys: parts }) => ({ primary, names: parts.map((part) => ("column" in part ? part.column : "")) }))
    .filter(({ names }) =>
      names.every((name) => isNeverNull(table, name) && hasOrder(table, name, state) && !columns.has(name)),
    );
  keys.sort((one, other) => Number(other.primary) - Number(one.primary) || one.names.length - other.names.length);
  return keys[0]?.names;
}

const isDeferrable = (table: Table, constraint: string | undefined): boolean =>
  constraint !== undefined && table.constraints.some(({ name, deferrable }) => name === constraint && deferrable);

/** Values of the type are compared by operators of PostgreSQL's own, which are found under every search_path. */
function hasOrder(table: Table, name: string, state: CatalogState): boolean {
  const type = table.columns.find((column) => column.name === name)?.type;
  const base = type === undefined ? undefined : (state.domain(type)?.base ?? type);
  return base !== undefined && (base.schema === "pg_catalog" || state.enumType(base) !== undefined);
}

const isNeverNull = (table: Table, name: string): boolean => {
  const column = table.columns.find((one) => one.name === name);
  return column?.notNull === true && column.notNullConstraint?.validated !== false;
};
