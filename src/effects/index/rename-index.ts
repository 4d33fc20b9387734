import type { Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";

/**
 * ALTER INDEX … RENAME, and ALTER TABLE … RENAME of an index, which locks harder. The table is not locked.
 *
 * Source: `RenameRelation` in `src/backend/commands/tablecmds.c`.
 */
export const renameIndex: Family<"RenameStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  const relation = state.relation(name);
  if (node.missing_ok === true && state.complete && relation === undefined) return;
  const weak = node.renameType === "OBJECT_INDEX" && (relation === undefined || relation.kind === "index");
  lockNamed(name, state, effects, "target", weak ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE", "index");
};
