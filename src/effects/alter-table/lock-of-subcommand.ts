import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { type LockMode, strongerLock } from "../lock-mode.ts";

export type Subcommand = NodeOf<"AlterTableCmd">;

/**
 * The lock that a subcommand wants on the table; the statement takes the strongest of all of them at once. Measured the
 * same on 15 to 18.
 *
 * Source: `AlterTableGetLockLevel` in `src/backend/commands/tablecmds.c`.
 */
export function lockOfSubcommand(command: Subcommand): LockMode {
  switch (command.subtype) {
    case "AT_SetStatistics":
    case "AT_ClusterOn":
    case "AT_DropCluster":
    case "AT_SetOptions":
    case "AT_ResetOptions":
    case "AT_ValidateConstraint":
    case "AT_AttachPartition":
    case "AT_DetachPartitionFinalize":
      return "SHARE UPDATE EXCLUSIVE";
    case "AT_DetachPartition":
      return nodeAs(command.def, "PartitionCmd")?.concurrent === true ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
    case "AT_EnableTrig":
    case "AT_EnableAlwaysTrig":
    case "AT_EnableReplicaTrig":
    case "AT_EnableTrigAll":
    case "AT_EnableTrigUser":
    case "AT_DisableTrig":
    case "AT_DisableTrigAll":
    case "AT_DisableTrigUser":
      return "SHARE ROW EXCLUSIVE";
    case "AT_AddConstraint":
      return nodeAs(command.def, "Constraint")?.contype === "CONSTR_FOREIGN"
        ? "SHARE ROW EXCLUSIVE"
        : "ACCESS EXCLUSIVE";
    case "AT_SetRelOptions":
    case "AT_ResetRelOptions":
    case "AT_ReplaceRelOptions":
      return lockOfOptions(command);
    default:
      return "ACCESS EXCLUSIVE";
  }
}

/** Parameters whose change no other session may overlook; all others of tables wait for SHARE UPDATE EXCLUSIVE alone. */
const UNDER_ACCESS_EXCLUSIVE: ReadonlySet<string> = new Set([
  "user_catalog_table",
  "security_barrier",
  "security_invoker",
  "check_option",
  // of indexes
  "fastupdate",
  "autosummarize",
  "pages_per_range",
  "buffering",
  "gin_pending_list_limit",
]);

/** Source: `AlterTableGetRelOptionsLockLevel` and the tables of `src/backend/access/common/reloptions.c`. */
function lockOfOptions({ def }: Subcommand): LockMode {
  const options = nodesAs(nodeAs(def, "List")?.items, "DefElem");
  return options.reduce<LockMode>(
    (lock, { defname = "" }) =>
      strongerLock(lock, UNDER_ACCESS_EXCLUSIVE.has(defname) ? "ACCESS EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE"),
    "SHARE UPDATE EXCLUSIVE",
  );
}
