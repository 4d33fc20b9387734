import type { Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { lockSources, parsedQueries } from "../lock-sources.ts";
import { writtenName } from "../written-name.ts";
import { lockStored, rewriteStored } from "./stored.ts";

/**
 * REFRESH MATERIALIZED VIEW. Concurrently, the new rows are compared with those that are there.
 *
 * Source: `ExecRefreshMatView` in `src/backend/commands/matview.c`.
 */
export const refresh: Family<"RefreshMatViewStmt"> = (node, state, effects) => {
  const concurrently = node.concurrent === true;
  const name = writtenName(node.relation);
  const found = state.relation(name);
  if (found?.kind !== "materialized view") {
    const lock = concurrently ? "EXCLUSIVE" : "ACCESS EXCLUSIVE";
    const target = lockNamed(name, state, effects, "target", lock, "materialized view");
    if (found === undefined) effects.leaveUnchecked(`the query of ${name.name} is not known`);
    else target.mayFail.push({ sqlState: "42809", reason: `${name.name} is no materialized view` });
    return;
  }
  const view = found.is;
  if (concurrently) {
    const target = lockStored(view, "target", "EXCLUSIVE", effects);
    target.works.add("scan");
    if (!view.populated) {
      target.mayFail.push({ sqlState: "0A000", reason: `${view.name} was never filled` });
    } else if (!view.indexes.some((index) => index.unique && index.valid && index.predicate === undefined)) {
      target.mayFail.push({ sqlState: "55000", reason: `${view.name} has no unique index over all of its rows` });
    }
  } else {
    const target = rewriteStored(view, "target", effects);
    if (node.skipData === true) target.works.delete("rewrite");
  }
  if (node.skipData === true) return;
  for (const query of parsedQueries(view.definition)) lockSources(query, state, effects, "run");
};
