import type { Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { lockSources } from "../lock-sources.ts";
import { writtenName } from "../written-name.ts";

/** CREATE [OR REPLACE] VIEW. Source: `DefineView` in `src/backend/commands/view.c`. */
export const createView: Family<"ViewStmt"> = (node, state, effects) => {
  const name = writtenName(node.view);
  if (node.replace === true && state.relation(name)?.kind === "view") {
    lockNamed(name, state, effects, "target", "ACCESS EXCLUSIVE", "view");
  }
  lockSources(node.query, state, effects, "named");
};
