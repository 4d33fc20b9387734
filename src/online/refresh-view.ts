import type { RefreshMatViewStmt } from "libpg-query";
import type { MaterializedView } from "../catalog/model/view.ts";
import type { OnlineContext, Written } from "./online-context.ts";
import { AS_WRITTEN, brief, type OnlineForm, pieces, refused } from "./piece.ts";
import { relationName } from "./relation-name.ts";
import { insertBehind } from "./splice.ts";

/**
 * REFRESH MATERIALIZED VIEW CONCURRENTLY keeps readers going. It needs a unique index over all rows, on columns only.
 *
 * Source: PostgreSQL documentation, REFRESH MATERIALIZED VIEW.
 */
export function refreshOnline(node: RefreshMatViewStmt, { sql }: Written, { state }: OnlineContext): OnlineForm {
  const found = state.relation(relationName(node.relation));
  if (found?.kind !== "materialized view" || node.concurrent === true || node.skipData === true) return AS_WRITTEN;
  // Nobody can read it yet.
  if (!found.is.populated) return AS_WRITTEN;
  if (!hasWholeKey(found.is)) {
    return refused(
      `keeps the readers of ${found.is.schema}.${found.is.name} waiting for the whole refresh: it has no unique index over all of its rows`,
      "create a unique index on columns of the view, without WHERE",
    );
  }
  return pieces(brief(insertBehind(sql, ["refresh", "materialized", "view"], "CONCURRENTLY")));
}

/** Whether it has the unique index that REFRESH … CONCURRENTLY needs. */
export const hasWholeKey = ({ indexes }: MaterializedView): boolean =>
  indexes.some(
    ({ unique, valid, predicate, keys }) =>
      unique && valid && predicate === undefined && keys.every((key) => "column" in key),
  );
