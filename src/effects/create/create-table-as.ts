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
  if (node.query !== undefined && "ExecuteStmt" in node.query) {
    effects.leaveUnchecked("which tables a prepared statement reads is not known");
    return;
  }
  // A query is looked at before it is found that its table is there already.
  const isThere = node.if_not_exists === true && state.relation(writtenName(node.into?.rel)) !== undefined;
  lockSources(node.query, state, effects, isThere || node.into?.skipData === true ? "named" : "run");
};
