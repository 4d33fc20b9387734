import type { Family } from "../family.ts";
import { writtenName } from "../written-name.ts";

/** CREATE INDEX. Source: `DefineIndex` in `src/backend/commands/indexcmds.c`. */
export const createIndex: Family<"IndexStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  const relation = state.relation(name);
  const concurrently = node.concurrent === true;
  const lock = concurrently ? "SHARE UPDATE EXCLUSIVE" : "SHARE";
  if (concurrently) effects.forbidTransaction();
  if (relation?.kind === "table") {
    effects.lockTable(relation.is, "target", lock).works.add("index-build");
  } else {
    effects.lock(state.resolved(name), "table", "target", lock);
  }
};
