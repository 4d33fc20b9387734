import type { Place } from "../errors/lockkeeper-error.ts";
import type { PlannedStatement } from "../plan/plan.ts";
import { lineAndColumnWithin } from "../sql/source-map.ts";

/**
 * The place of an offset (UTF-16 units) of a statement's text in its file, with the line it lies in. Of what the planner
 * wrote in the place of a statement, no offset means anything to its author.
 */
export function placeInStatement(
  { at, sql: own, insteadOf }: Pick<PlannedStatement, "at" | "sql" | "insteadOf">,
  offsetInOwn = 0,
): Place {
  const sql = insteadOf ?? own;
  const offset = insteadOf === undefined ? offsetInOwn : 0;
  const start = sql.lastIndexOf("\n", offset - 1) + 1;
  const end = sql.indexOf("\n", offset);
  const line = sql.slice(start, end === -1 ? undefined : end);
  // What stood before the statement on its line is not in the plan; blanks keep the columns right.
  const excerpt = start === 0 ? " ".repeat(at.column - 1) + line : line;
  return { file: at.file, ...lineAndColumnWithin(sql, at, offset), excerpt };
}
