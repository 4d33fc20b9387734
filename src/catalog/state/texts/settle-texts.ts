import type { Column } from "../../model/column.ts";
import type { CheckConstraint, Constraint } from "../../model/constraint.ts";
import type { Table } from "../../model/table.ts";
import type { TableIndex } from "../../model/table-index.ts";
import type { MaterializedView } from "../../model/view.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { checkText, constraintText } from "./constraint-text.ts";
import { settledIndex } from "./index-text.ts";
import { respelled } from "./server-expression.ts";

/**
 * Writes the definitions of constraints and indexes that a statement made or changed, as the server will print them:
 * they are taken apart and made again by these texts. What is not certain is left empty.
 */
export function settleTexts(state: CatalogState): void {
  for (const [key, before] of state.store.takeChanged()) {
    const table = state.store.maps.tables.get(key);
    const view = state.store.maps.materializedViews.get(key);
    if (table !== undefined) {
      const settled = settledTable(table, before, state);
      if (settled !== table) state.store.put("tables", keyOf(table), settled);
    } else if (view !== undefined) {
      const indexes = settledIndexes(view, before, state);
      if (indexes !== view.indexes) state.store.put("materializedViews", keyOf(view), { ...view, indexes });
    }
  }
  state.store.takeChanged();
}

type Indexed = Table | MaterializedView;

function settledTable(table: Table, before: Indexed | undefined, state: CatalogState): Table {
  const isSame = before !== undefined && "constraints" in before && before.columns === table.columns;
  const old = new Set<Constraint>(before !== undefined && "constraints" in before ? before.constraints : []);
  const retyped = retypedColumns(table.columns, before?.columns ?? []);
  const constraints = changedList(table.constraints, (one) => {
    if (old.has(one) && isSame) return one;
    const now =
      one.type === "check" && one.columns.some((name) => retyped.has(name)) ? respell(one, table, state) : one;
    const definition = constraintText(now, table.indexes);
    return definition === now.definition ? now : { ...now, definition };
  });
  const indexes = settledIndexes(table, before, state);
  return constraints === table.constraints && indexes === table.indexes ? table : { ...table, constraints, indexes };
}

function settledIndexes(on: Indexed, before: Indexed | undefined, state: CatalogState): readonly TableIndex[] {
  const isRetyped = retypedColumns(on.columns, before?.columns ?? []).size > 0;
  return changedList(on.indexes, (one) => {
    const old = before?.indexes.find(({ name }) => name === one.name);
    if (!isRetyped && old !== undefined && (old === one || shapeOf(old) === shapeOf(one))) return one;
    return settledIndex(one, on, state);
  });
}

/** All that the text of an index shows, but for the names of its table and of itself. */
const shapeOf = ({ keys, include, predicate, options, nullsNotDistinct }: TableIndex): string =>
  JSON.stringify([keys, include, predicate, options, nullsNotDistinct]);

/** The casts that the server shows follow the types of the columns. */
function respell(check: CheckConstraint, { columns }: Table, state: CatalogState): CheckConstraint {
  const expression = check.definition === "" ? undefined : respelled(check.expression, { columns, state })?.sql;
  if (expression === undefined) return { ...check, definition: "" };
  const now = { ...check, expression };
  return { ...now, definition: checkText(now) };
}

function retypedColumns(columns: readonly Column[], before: readonly Column[]): ReadonlySet<string> {
  const types = new Map(before.map(({ name, type }) => [name, type.text]));
  return new Set(
    columns.filter(({ name, type }) => types.has(name) && types.get(name) !== type.text).map(({ name }) => name),
  );
}

/** The list itself where nothing in it changes. */
function changedList<T>(list: readonly T[], change: (one: T) => T): readonly T[] {
  const changed = list.map(change);
  return changed.every((one, place) => one === list[place]) ? list : changed;
}
