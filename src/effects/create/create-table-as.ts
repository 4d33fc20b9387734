import type { Family } from "../family.ts";
import { lockSources } from "../lock-sources.ts";
import { writtenName } from "../written-name.ts";

/**
 * CREATE TABLE AS and CREATE MATERIALIZED VIEW. How the rows are read is up to the planner: of the sources only the
 * locks are said.
 *
 * Source: `ExecCreateTableAs` in `src/backend/commands/createas.c`.
 */
export const createTableAs: Family<"CreateTableAsStmt"> = (node, state, effects) => {
  if (node.if_not_exists === true && state.relation(writtenName(node.into?.rel)) !== undefined) return;
  if (node.query !== undefined && "ExecuteStmt" in node.query) {
    effects.leaveUnchecked("which tables a prepared statement reads is not known");
    return;
  }
  lockSources(node.query, state, effects, node.into?.skipData === true ? "named" : "run");
};
