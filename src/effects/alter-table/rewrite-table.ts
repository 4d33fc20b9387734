import type { Table } from "../../catalog/model/table.ts";
import { objectId } from "../../catalog/object-id.ts";
import { type Alteration, nameOf } from "./alteration.ts";
import { kindOfId, namesOfId } from "./column-dependents.ts";

/** Writes a table again with all of its indexes; partitioned and foreign tables have no rows to write. */
export function rewriteTable(alteration: Alteration, table: Table): void {
  if (table.kind !== "ordinary") return;
  const { effects } = alteration;
  alteration.work(table, "rewrite");
  for (const { name } of table.indexes) effects.lockIndex(table, name, "ACCESS EXCLUSIVE");
  refuseStoredRows(alteration, table);
}

/**
 * Rows of a table that another table has a column of cannot change their form.
 *
 * Source: `find_composite_type_dependencies` in `src/backend/commands/tablecmds.c`.
 */
export function refuseStoredRows(alteration: Alteration, table: Table): void {
  const stored = alteration.state
    .dependentsOf(objectId("table", table.schema, table.name))
    .find(({ from }) => kindOfId(from) === "column");
  if (stored !== undefined) {
    alteration.refuse("0A000", `rows of ${nameOf(table)} are stored in ${namesOfId(stored.from).join(".")}`);
  }
}
