import type { Table } from "../catalog/model/table.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";

/**
 * Whether others may have rows in the table, or in what is below it. Only a table without a page is empty for certain;
 * what this plan made itself is nobody else's yet.
 */
export function holdsRows(table: Table, state: CatalogState): boolean {
  if (table.persistence === "temporary" || table.kind === "foreign" || state.isNew(table)) return false;
  if (state.childrenOf(table).some((child) => holdsRows(child, state))) return true;
  if (table.partitioning !== undefined) return false;
  const { from, facts } = state.sizeOf(table);
  return from !== "new" && (facts === undefined || facts.heapBytes > 0);
}
