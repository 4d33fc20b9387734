import type { QualifiedName } from "../../catalog/model/names.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { expressionSql } from "../alter-table/expression-sql.ts";
import type { MayFail } from "../effect.ts";

/** Rows that stand in the way of a unique index; heirs have rows of their own. */
export function duplicateKeys(node: NodeOf<"IndexStmt">, table: QualifiedName): MayFail {
  const keys = nodesAs(node.indexParams, "IndexElem");
  const columns = keys.flatMap(({ name }) => name ?? []);
  const reason = `two rows of ${table.schema}.${table.name} have the same ${columns.join(", ") || "key"}`;
  const query = queryFor(node, table);
  return { sqlState: "23505", reason, ...(query === undefined ? {} : { query }) };
}

/** Undefined where an expression cannot be written out. */
function queryFor(node: NodeOf<"IndexStmt">, table: QualifiedName): string | undefined {
  const keys = nodesAs(node.indexParams, "IndexElem").map(({ name, expr }) =>
    name === undefined ? expressionSql(expr) : quoteIdentifier(name),
  );
  const predicate = node.whereClause === undefined ? [] : [expressionSql(node.whereClause)];
  // Rows with a null in their key are equal to none.
  const known = node.nulls_not_distinct === true ? [] : keys.map((key) => key && `(${key}) IS NOT NULL`);
  const conditions = [...predicate, ...known];
  if ([...keys, ...conditions].includes(undefined)) return undefined;
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const places = keys.map((_, index) => index + 1).join(", ");
  return `SELECT ${keys.join(", ")}, count(*) FROM ONLY ${quoteQualified(table)}${where} GROUP BY ${places} HAVING count(*) > 1 LIMIT 5`;
}
