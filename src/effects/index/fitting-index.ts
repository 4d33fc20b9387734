import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { parsedQueries } from "../lock-sources.ts";

/**
 * The index of a partition that becomes part of a partitioned index instead of a new one. The order of the keys' values
 * (DESC, NULLS FIRST) plays no part. Expressions and predicates are compared by PostgreSQL after analysis; here none is
 * taken to be equal.
 *
 * Source: `CompareIndexInfo` in `src/backend/catalog/index.c`.
 */
export function fittingIndex(node: NodeOf<"IndexStmt">, partition: Table): TableIndex | undefined {
  const wanted = shapeOf(node);
  if (wanted === undefined) return undefined;
  return partition.indexes.find((index) => {
    if (index.parent !== undefined || !index.valid) return false;
    const [definition] = parsedQueries(index.definition);
    return definition !== undefined && shapeOf(definition as NodeOf<"IndexStmt">) === wanted;
  });
}

/** What must be equal, as text; undefined where the tree does not tell. */
function shapeOf(node: NodeOf<"IndexStmt">): string | undefined {
  const keys = nodesAs(node.indexParams, "IndexElem");
  if (node.whereClause !== undefined || keys.some(({ expr }) => expr !== undefined)) return undefined;
  const names = (parts: typeof node.indexParams): readonly string[] =>
    nodesAs(parts, "String").map(({ sval }) => sval ?? "");
  return JSON.stringify([
    node.accessMethod ?? "btree",
    node.unique === true,
    node.nulls_not_distinct === true,
    keys.map(({ name, collation, opclass }) => [name, names(collation).at(-1), names(opclass).at(-1)]),
    nodesAs(node.indexIncludingParams, "IndexElem").map(({ name }) => name),
  ]);
}
