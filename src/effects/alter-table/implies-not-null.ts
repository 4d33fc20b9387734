import type { Table } from "../../catalog/model/table.ts";
import { nodeAs } from "../../sql/node-as.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { columnIn, parseExpression } from "./expression.ts";

/**
 * Whether a CHECK of the table that holds for every row says that the column is not null: SET NOT NULL and PRIMARY KEY
 * then read no row.
 *
 * Source: `NotNullImpliedByRelConstraints` in `src/backend/commands/tablecmds.c`; only what says IS NOT NULL in words is
 * proof, `c > 0` is none.
 *
 * @param dropped constraints that the same statement drops: it does so before it looks for proof
 */
export const checkImpliesNotNull = (table: Table, column: string, dropped: ReadonlySet<string>): boolean =>
  table.constraints.some((constraint) => {
    if (constraint.type !== "check" || !constraint.validated || !constraint.enforced) return false;
    if (dropped.has(constraint.name) || !constraint.columns.includes(column)) return false;
    const expression = parseExpression(constraint.expression);
    return expression !== undefined && saysNotNull(expression, column);
  });

function saysNotNull(node: PgNode, column: string): boolean {
  const test = nodeAs(node, "NullTest");
  if (test !== undefined) return test.nulltesttype === "IS_NOT_NULL" && columnIn(test.arg) === column;
  const bool = nodeAs(node, "BoolExpr");
  const args = bool?.args ?? [];
  switch (bool?.boolop) {
    case "AND_EXPR":
      return args.some((arg) => saysNotNull(arg, column));
    case "OR_EXPR":
      return args.every((arg) => saysNotNull(arg, column));
    case "NOT_EXPR": {
      const denied = nodeAs(args[0], "NullTest");
      return denied?.nulltesttype === "IS_NULL" && columnIn(denied.arg) === column;
    }
    default:
      return false;
  }
}
