import type { Column } from "../../model/column.ts";
import type { Constraint } from "../../model/constraint.ts";
import type { Dependency } from "../../model/dependency.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import type { TableIndex } from "../../model/table-index.ts";
import type { ObjectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";

/** The table as it is by now. */
export const tableNow = (state: CatalogState, name: QualifiedName): Table | undefined =>
  state.store.maps.tables.get(keyOf(name));

/** Puts a changed table in the place of the old one; a table that is not known stays unknown. */
export function changeTable(state: CatalogState, name: QualifiedName, change: (table: Table) => Table): void {
  const table = tableNow(state, name);
  if (table !== undefined) {
    state.store.put("tables", keyOf(name), change(table));
  }
}

const replaced = <T extends { readonly name: string }>(
  list: readonly T[],
  name: string,
  change: (one: T) => T | undefined,
): readonly T[] => list.flatMap((one) => (one.name === name ? (change(one) ?? []) : one));

export const changeColumn = (
  state: CatalogState,
  table: QualifiedName,
  column: string,
  change: (column: Column) => Column,
): void => changeTable(state, table, (one) => ({ ...one, columns: replaced(one.columns, column, change) }));

/** Without a result the constraint is taken away. */
export const changeConstraint = (
  state: CatalogState,
  table: QualifiedName,
  constraint: string,
  change: (constraint: Constraint) => Constraint | undefined,
): void => changeTable(state, table, (one) => ({ ...one, constraints: replaced(one.constraints, constraint, change) }));

/** Of a table or a materialized view. Without a result the index is taken away. */
export function changeIndex(
  state: CatalogState,
  relation: QualifiedName,
  index: string,
  change: (index: TableIndex) => TableIndex | undefined,
): void {
  changeTable(state, relation, (one) => ({ ...one, indexes: replaced(one.indexes, index, change) }));
  const view = state.store.maps.materializedViews.get(keyOf(relation));
  if (view !== undefined) {
    state.store.put("materializedViews", keyOf(relation), { ...view, indexes: replaced(view.indexes, index, change) });
  }
}

/** Without the field where there is no value: what is absent in a catalog has no key. */
export function withField<T extends object, K extends keyof T>(object: T, field: K, value: T[K] | undefined): T {
  const { [field]: _, ...rest } = object;
  return (value === undefined ? rest : { ...rest, [field]: value }) as T;
}

/** Columns count from 1 and leave no gaps. */
export const numbered = (columns: readonly Column[]): readonly Column[] =>
  columns.map((column, place) => (column.ordinal === place + 1 ? column : { ...column, ordinal: place + 1 }));

/** Says that an object depends on others, beside what is recorded already. */
export function depend(
  state: CatalogState,
  from: ObjectId,
  to: Iterable<ObjectId>,
  kind: Dependency["kind"] = "normal",
): void {
  const ids = [...to];
  if (ids.length === 0) {
    return;
  }
  const list = new Map(state.store.dependenciesOf(from).map((one) => [one.to, one]));
  for (const id of ids) {
    if (id !== from && (kind === "automatic" || !list.has(id))) {
      list.set(id, { from, to: id, kind });
    }
  }
  state.store.setDependencies(from, [...list.values()]);
}
