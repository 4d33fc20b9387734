import { parseExpression } from "../../effects/alter-table/expression.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { NodeOf, PgNode } from "../../sql/parse-statement.ts";
import { walk } from "../../sql/walk.ts";

/** Nodes that name nothing, or name it by its place. */
const PLAIN: ReadonlySet<string> = new Set([
  "A_Const",
  "BoolExpr",
  "CaseWhen",
  "CoalesceExpr",
  "ColumnRef",
  "NullTest",
  "String",
  "Integer",
]);

const isQualified = (names: PgNode[] | undefined): boolean => namesOf(names).length > 1;

/**
 * Whether what an expression means depends on the search_path of who evaluates it: it names a function, an operator or
 * a type without its schema. Casts are found by their types.
 */
export function looksUpNames(expression: string): boolean {
  let found = false;
  walk([parseExpression(expression)], (tag, fields) => {
    const isPlain =
      PLAIN.has(tag) ||
      (tag === "TypeCast" && isQualified((fields as NodeOf<"TypeCast">).typeName?.names)) ||
      (tag === "FuncCall" && isQualified((fields as NodeOf<"FuncCall">).funcname)) ||
      (tag === "A_Expr" && isQualified((fields as NodeOf<"A_Expr">).name)) ||
      // With an operand it compares by an operator that it does not name.
      (tag === "CaseExpr" && (fields as NodeOf<"CaseExpr">).arg === undefined);
    found ||= !isPlain;
  });
  return found;
}
