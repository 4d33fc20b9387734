import type { NodeOf } from "../sql/parse-statement.ts";
import { all } from "./tree.ts";

/** No WHERE, or one that is true of every row. */
export function isEverything(where: NodeOf<"UpdateStmt">["whereClause"]): boolean {
  if (where === undefined) {
    return true;
  }
  const [value] = all("A_Const", [where]);
  if (value?.boolval !== undefined) {
    return value.boolval.boolval === true;
  }
  const [comparison] = all("A_Expr", [where]);
  const [left, right] = [comparison?.lexpr, comparison?.rexpr].map(
    (one) => all("A_Const", one === undefined ? [] : [one])[0],
  );
  const isEqual = comparison?.kind === "AEXPR_OP" && JSON.stringify(comparison.name).includes('"="');
  return isEqual && left?.ival !== undefined && right?.ival !== undefined && left.ival.ival === right.ival.ival;
}
