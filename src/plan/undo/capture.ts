import type { UndoItem } from "../plan.ts";
import type { StatementsExpression } from "./sql-text.ts";

/**
 * The capture of a statement's undo. `target` finds at most one row, resolving names as the statement itself will:
 * under the session's search path. `statements` are evaluated for that row, as `t`, under an empty search path, because
 * regclass, regprocedure, format_type and the pg_get_… functions leave out the schema of whatever the path shows.
 *
 * The order of evaluation is forced by data, not by hope: `here` needs all of `target`, `t` needs `here`, `done` needs
 * both `found` and the path that `here` kept.
 */
export function capture(target: string, ...statements: readonly StatementsExpression[]): UndoItem {
  return {
    capture: `WITH target AS MATERIALIZED (
  ${target}
), here AS MATERIALIZED (
  SELECT current_setting('search_path') AS path, count(*) AS targets FROM target
), t AS MATERIALIZED (
  SELECT target.*, set_config('search_path', '', true) AS narrowed FROM here, target
), found AS MATERIALIZED (
  SELECT ${statements.join("\n      || ")} AS statements FROM t
), done AS MATERIALIZED (
  SELECT found.statements, set_config('search_path', here.path, true) AS restored FROM found, here
)
SELECT u.sql FROM done, unnest(done.statements) WITH ORDINALITY AS u(sql, place)
WHERE u.sql IS NOT NULL ORDER BY u.place`,
  };
}

export const refused = (reason: string): UndoItem[] => [{ refused: reason }];
