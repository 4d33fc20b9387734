import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Relation } from "../../catalog/state/relation.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { type LockMode, strongerLock } from "../lock-mode.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";

/**
 * ALTER INDEX other than RENAME. The table is not locked, but whoever uses it opens its indexes.
 *
 * Source: `AlterTableGetLockLevel` and `ATExecAttachPartitionIdx` in `src/backend/commands/tablecmds.c`.
 */
export const alterIndex: Family<"AlterTableStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  const relation = state.relation(name);
  if (node.missing_ok === true && state.complete && relation === undefined) return;
  const commands = nodesAs(node.cmds, "AlterTableCmd");
  const lock = commands.map(lockOf).reduce(strongerLock, "SHARE UPDATE EXCLUSIVE");
  const target = lockNamed(name, state, effects, "target", lock, "index");
  for (const command of commands) {
    if (command.subtype === "AT_AttachPartition") attach(command, relation, state, effects);
    if (command.subtype === "AT_SetTableSpace" && relation?.kind === "index") {
      if (isElsewhere(command, relation)) target.works.add("index-rebuild");
    }
  }
};

function lockOf({ subtype, def }: NodeOf<"AlterTableCmd">): LockMode {
  switch (subtype) {
    case "AT_SetStatistics":
    case "AT_AttachPartition":
      return "SHARE UPDATE EXCLUSIVE";
    case "AT_SetRelOptions":
    case "AT_ResetRelOptions": {
      const options = nodesAs(nodeAs(def, "List")?.items, "DefElem");
      return options.every(({ defname }) => LENIENT.has(defname ?? "")) ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
    }
    default:
      return "ACCESS EXCLUSIVE";
  }
}

/** Options of indexes that only later writes look at. Source: `src/backend/access/common/reloptions.c`. */
const LENIENT: ReadonlySet<string> = new Set(["fillfactor", "deduplicate_items"]);

function attach(
  { def }: NodeOf<"AlterTableCmd">,
  parent: Relation | undefined,
  state: CatalogState,
  effects: EffectSet,
): void {
  const name = writtenName(nodeAs(def, "PartitionCmd")?.name);
  const child = state.relation(name);
  lockNamed(name, state, effects, "partition", "ACCESS EXCLUSIVE", "index");
  for (const index of [parent, child]) {
    if (index?.kind === "index" && "kind" in index.on) {
      effects.lockTable(index.on, index === parent ? "parent" : "partition", "ACCESS SHARE");
    }
  }
}

/** The file is copied, unless it is there already. */
const isElsewhere = (
  { name }: NodeOf<"AlterTableCmd">,
  { is }: Extract<Relation, { readonly kind: "index" }>,
): boolean => !is.partitioned && (is.tablespace ?? "pg_default") !== name;
