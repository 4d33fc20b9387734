import type { AlterTableCmd, AlterTableStmt, AlterTableType } from "libpg-query";
import { nodesAs } from "../../sql/node-as.ts";
import type { UndoItem } from "../plan.ts";
import * as column from "./alter-column.ts";
import * as constraint from "./alter-constraint.ts";
import { allTriggersFiring, ruleFiring, triggerFiring } from "./alter-firing.ts";
import { addIdentity, dropIdentity, setIdentity } from "./alter-identity.ts";
import { addInherit, attachPartition, detachPartition, dropInherit } from "./alter-inheritance.ts";
import * as storage from "./alter-storage.ts";
import type { AlterationUndo } from "./alteration.ts";
import { refused } from "./capture.ts";
import type { Circumstances } from "./circumstances.ts";
import { changeRelationOwner } from "./owner.ts";

/** How each subcommand is taken back; any other is refused. */
const SUBCOMMANDS: Partial<Record<AlterTableType, AlterationUndo>> = {
  AT_AddColumn: column.addColumn,
  AT_DropColumn: column.dropColumn,
  AT_ColumnDefault: column.columnDefault,
  AT_SetExpression: column.setExpression,
  AT_DropExpression: column.dropExpression,
  AT_SetNotNull: column.setNotNull,
  AT_DropNotNull: column.dropNotNull,
  AT_SetStorage: column.setStorage,
  AT_SetCompression: column.setCompression,
  AT_SetStatistics: column.setStatistics,
  AT_SetOptions: column.columnOptions,
  AT_ResetOptions: column.columnOptions,
  AT_AlterColumnType: column.alterColumnType,
  AT_AddIdentity: addIdentity,
  AT_SetIdentity: setIdentity,
  AT_DropIdentity: dropIdentity,
  AT_AddConstraint: constraint.addConstraint,
  AT_DropConstraint: constraint.dropConstraint,
  AT_ValidateConstraint: constraint.validateConstraint,
  AT_AlterConstraint: constraint.alterConstraint,
  AT_ChangeOwner: changeRelationOwner,
  AT_SetRelOptions: storage.relationOptions,
  AT_ResetRelOptions: storage.relationOptions,
  AT_SetTableSpace: storage.setTablespace,
  AT_SetAccessMethod: storage.setAccessMethod,
  AT_SetLogged: storage.setLogged,
  AT_SetUnLogged: storage.setLogged,
  AT_ClusterOn: storage.clusterOn,
  AT_DropCluster: storage.clusterOn,
  AT_ReplicaIdentity: storage.replicaIdentity,
  AT_EnableRowSecurity: storage.rowSecurity,
  AT_DisableRowSecurity: storage.rowSecurity,
  AT_ForceRowSecurity: storage.forceRowSecurity,
  AT_NoForceRowSecurity: storage.forceRowSecurity,
  AT_AddOf: storage.ofType,
  AT_DropOf: storage.ofType,
  AT_DropOids: () => [],
  AT_EnableTrig: triggerFiring("O", "named"),
  AT_EnableAlwaysTrig: triggerFiring("A", "named"),
  AT_EnableReplicaTrig: triggerFiring("R", "named"),
  AT_DisableTrig: triggerFiring("D", "named"),
  AT_EnableTrigAll: allTriggersFiring("O"),
  AT_DisableTrigAll: allTriggersFiring("D"),
  AT_EnableTrigUser: triggerFiring("O", "user"),
  AT_DisableTrigUser: triggerFiring("D", "user"),
  AT_EnableRule: ruleFiring,
  AT_EnableAlwaysRule: ruleFiring,
  AT_EnableReplicaRule: ruleFiring,
  AT_DisableRule: ruleFiring,
  AT_AddInherit: addInherit,
  AT_DropInherit: dropInherit,
  AT_AttachPartition: attachPartition,
  AT_DetachPartition: detachPartition,
};

/** PostgreSQL runs the subcommands of one statement in passes, whatever order they are written in. */
const PASSES: readonly (readonly AlterTableType[])[] = [
  ["AT_DropColumn", "AT_DropConstraint", "AT_DropNotNull", "AT_DropExpression", "AT_DropIdentity"],
  ["AT_AlterColumnType"],
  ["AT_AddColumn"],
  ["AT_SetExpression"],
  ["AT_SetNotNull", "AT_SetIdentity"],
  ["AT_AddConstraint"],
  ["AT_AddIdentity"],
];

function passOf({ subtype, def }: AlterTableCmd): number {
  if (subtype === "AT_ColumnDefault") return def === undefined ? 0 : PASSES.length - 1;
  const pass = PASSES.findIndex((subtypes) => subtype !== undefined && subtypes.includes(subtype));
  return pass === -1 ? PASSES.length : pass;
}

/** Subcommands in the order in which they take effect. */
const inOrder = (commands: readonly AlterTableCmd[]): readonly AlterTableCmd[] =>
  commands.toSorted((left, right) => passOf(left) - passOf(right));

/** @param circumstancesOf what is known of a subcommand; undefined where it needs no way back */
export function undoAlterTable(
  statement: AlterTableStmt,
  circumstancesOf: (command: AlterTableCmd) => Circumstances | undefined,
): readonly UndoItem[] {
  const generated = new Set<string>();
  const undos = inOrder(nodesAs(statement.cmds, "AlterTableCmd")).map((command) => {
    const circumstances = circumstancesOf(command);
    if (circumstances === undefined) return [];
    const undo = command.subtype === undefined ? undefined : SUBCOMMANDS[command.subtype];
    if (undo === undefined) {
      const change = command.subtype?.replace(/^AT_/, "");
      return refused(`this change of ${statement.relation?.relname} (${change}) has no certain inverse`);
    }
    return undo({
      relation: statement.relation,
      command,
      only: statement.relation?.inh !== true,
      missingOk: statement.missing_ok === true,
      isType: statement.objtype === "OBJECT_TYPE",
      generated,
      ...circumstances,
    });
  });
  return undos.toReversed().flat();
}
