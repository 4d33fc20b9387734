import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { isKnownMissing, lockNamed } from "../lock-named.ts";
import { nameOfParts, writtenName } from "../written-name.ts";

export const createSequence: Family<"CreateSeqStmt"> = (node, state, effects) => {
  if (node.if_not_exists === true && state.relation(writtenName(node.sequence)) !== undefined) return;
  lockOwner(node.options, state, effects);
};

/** Stops nextval for as long as it lasts. Source: `AlterSequence` in `src/backend/commands/sequence.c`. */
export const alterSequence: Family<"AlterSeqStmt"> = (node, state, effects) => {
  const name = writtenName(node.sequence);
  if (node.missing_ok === true && isKnownMissing(name, state)) return;
  lockNamed(name, state, effects, "target", "SHARE ROW EXCLUSIVE", "sequence");
  lockOwner(node.options, state, effects);
};

/** OWNED BY table.column */
function lockOwner(options: readonly PgNode[] | undefined, state: CatalogState, effects: EffectSet): void {
  for (const { defname, arg } of nodesAs(options, "DefElem")) {
    const parts = defname === "owned_by" ? namesOf(arg) : [];
    if (parts.length > 1) lockNamed(nameOfParts(parts.slice(0, -1)), state, effects, "parent", "ACCESS SHARE");
  }
}
