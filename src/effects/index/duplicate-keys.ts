import type { QualifiedName } from "../../catalog/model/names.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { MayFail } from "../effect.ts";

/** Rows that stand in the way of a unique index. Of expressions and partial indexes SQL is not told: there is no text. */
export function duplicateKeys(node: NodeOf<"IndexStmt">, table: QualifiedName, _state: CatalogState): MayFail {
  const keys = nodesAs(node.indexParams, "IndexElem");
  const columns = keys.flatMap(({ name }) => name ?? []);
  const reason = `two rows of ${table.schema}.${table.name} have the same ${columns.join(", ") || "key"}`;
  if (columns.length < keys.length || node.whereClause !== undefined) return { sqlState: "23505", reason };
  const list = columns.map(quoteIdentifier).join(", ");
  // Rows with a null in their key are equal to none.
  const known = columns.map((column) => `${quoteIdentifier(column)} IS NOT NULL`).join(" AND ");
  const where = node.nulls_not_distinct === true ? "" : ` WHERE ${known}`;
  return {
    sqlState: "23505",
    reason,
    query: `SELECT ${list}, count(*) FROM ${quoteQualified(table)}${where} GROUP BY ${list} HAVING count(*) > 1 LIMIT 5`,
  };
}
