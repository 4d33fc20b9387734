import type { Place } from "../errors/lockkeeper-error.ts";
import type { PlannedStatement } from "../plan/plan.ts";
import { lineAndColumnWithin } from "../sql/source-map.ts";

/** The place of an offset (UTF-16 units) of a statement's text in its file, with the line it lies in. */
export function placeInStatement({ at, sql }: Pick<PlannedStatement, "at" | "sql">, offset = 0): Place {
  const start = sql.lastIndexOf("\n", offset - 1) + 1;
  const end = sql.indexOf("\n", offset);
  const line = sql.slice(start, end === -1 ? undefined : end);
  // What stood before the statement on its line is not in the plan; blanks keep the columns right.
  const excerpt = start === 0 ? " ".repeat(at.column - 1) + line : line;
  return { file: at.file, ...lineAndColumnWithin(sql, at, offset), excerpt };
}
