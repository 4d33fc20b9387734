import type { RangeVar, SelectStmt } from "libpg-query";
import { nodeAs, nodesAs } from "../sql/node-as.ts";
import { nodesOfType } from "../sql/nodes-of-type.ts";
import { namesOf } from "../sql/object-name.ts";

/** Where what is written to a view goes. */
export interface ViewTarget {
  readonly relation: RangeVar;
  /** One a column of the view: the column of the relation that it is; undefined for what is reckoned. */
  readonly columns: readonly (string | undefined)[];
}

/**
 * The relation behind a view that PostgreSQL lets writes through to: https://www.postgresql.org/docs/18/sql-createview.html,
 * "Updatable Views". Undefined also where a function is called, which may be an aggregate or give a set.
 */
export function viewTarget(query: SelectStmt): ViewTarget | undefined {
  const { fromClause = [], targetList = [] } = query;
  const relation = fromClause.length === 1 ? nodeAs(fromClause[0], "RangeVar") : undefined;
  const isPlain =
    (query.op ?? "SETOP_NONE") === "SETOP_NONE" &&
    [query.withClause, query.distinctClause, query.groupClause, query.havingClause].every((one) => one === undefined) &&
    [query.limitCount, query.limitOffset, query.valuesLists].every((one) => one === undefined) &&
    nodesOfType(targetList, "FuncCall").length === 0;
  if (!isPlain || relation === undefined) {
    return undefined;
  }
  return {
    relation,
    columns: nodesAs(targetList, "ResTarget").map(({ val }) => namesOf(nodeAs(val, "ColumnRef")?.fields).at(-1)),
  };
}
