import type { IndexStmt } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import type { MaterializedView } from "../catalog/model/view.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { withIndexName } from "../sql/with-index-name.ts";
import { indexPartitioned } from "./index-partitioned.ts";
import { type OnlineContext, stateAfter, type Written } from "./online-context.ts";
import { AS_WRITTEN, alone, type OnlineForm, pieces } from "./piece.ts";
import { relationName } from "./relation-name.ts";
import { insertBehind } from "./splice.ts";

/**
 * CREATE INDEX that keeps writers waiting becomes CREATE INDEX CONCURRENTLY; of a partitioned table, where PostgreSQL
 * refuses that, it is built partition by partition.
 */
export function createIndexOnline(node: IndexStmt, statement: Written, context: OnlineContext): OnlineForm {
  const { state } = context;
  const found = state.relation(relationName(node.relation));
  const table = found?.kind === "table" || found?.kind === "materialized view" ? found.is : undefined;
  if (table === undefined) return AS_WRITTEN;
  const name = nameOfNewIndex(node, table, stateAfter(context, statement));
  // IF NOT EXISTS found one: nothing is built, but the table would be locked for the look.
  if (name === undefined) return AS_WRITTEN;
  const named = node.idxname === undefined ? withIndexName(statement.sql, name) : statement.sql;
  if ("partitioning" in table && table.partitioning !== undefined) {
    return indexPartitioned(named, name, table, node, context, stateAfter(context, statement));
  }
  if (node.concurrent === true || ("persistence" in table && table.persistence === "temporary")) return AS_WRITTEN;
  return pieces(alone(concurrently(named, node.unique === true), "expand"));
}

const concurrently = (sql: string, unique: boolean): string =>
  insertBehind(sql, unique ? ["create", "unique", "index"] : ["create", "index"], "CONCURRENTLY");

/** The name that the index has afterwards: the author's, or the one PostgreSQL chooses. */
function nameOfNewIndex(node: IndexStmt, before: Table | MaterializedView, after: CatalogState): string | undefined {
  const table = after.relation(before);
  const indexes = table?.kind === "table" || table?.kind === "materialized view" ? table.is.indexes : [];
  const known = new Set(before.indexes.map(({ name }) => name));
  return indexes.find(({ name }) => !known.has(name) && (node.idxname === undefined || name === node.idxname))?.name;
}
