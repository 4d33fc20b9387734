import type { Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { lockSources } from "../lock-sources.ts";
import { writtenName } from "../written-name.ts";

/** Source: `DefineQueryRewrite` in `src/backend/rewrite/rewriteDefine.c`. */
export const createRule: Family<"RuleStmt"> = (node, state, effects) => {
  lockNamed(writtenName(node.relation), state, effects, "target", "ACCESS EXCLUSIVE");
  lockSources([node.whereClause, node.actions], state, effects, "named");
};

/** Source: `src/backend/commands/policy.c`. */
export const createPolicy: Family<"CreatePolicyStmt"> = (node, state, effects) => {
  lockNamed(writtenName(node.table), state, effects, "target", "ACCESS EXCLUSIVE");
  lockSources([node.qual, node.with_check], state, effects, "named");
};

export const alterPolicy: Family<"AlterPolicyStmt"> = (node, state, effects) => {
  lockNamed(writtenName(node.table), state, effects, "target", "ACCESS EXCLUSIVE");
  lockSources([node.qual, node.with_check], state, effects, "named");
};
