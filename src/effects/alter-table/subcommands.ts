import { PARTITION_SUBCOMMANDS } from "../partitions/subcommands.ts";
import { addColumn } from "./add-column.ts";
import { addConstraint } from "./add-constraint.ts";
import type { Alteration } from "./alteration.ts";
import * as column from "./column-settings.ts";
import { alterColumnType } from "./column-type.ts";
import { dropColumn } from "./drop-column.ts";
import { alterConstraint, dropConstraint, validateConstraint } from "./existing-constraint.ts";
import type { Subcommand } from "./lock-of-subcommand.ts";
import { dropNotNull, setNotNull } from "./not-null.ts";
import * as table from "./table-settings.ts";

/** What a subcommand does beyond locking the table that it names. */
export type Doing = (alteration: Alteration, command: Subcommand) => void;

const nothing: Doing = () => {};

/** By the parser's names; those of partitions stand in the room of partitions. */
export const SUBCOMMANDS: Readonly<Record<string, Doing>> = {
  ...PARTITION_SUBCOMMANDS,
  AT_AddColumn: addColumn,
  AT_DropColumn: dropColumn,
  AT_AlterColumnType: alterColumnType,
  AT_ColumnDefault: column.setDefault,
  AT_SetNotNull: setNotNull,
  AT_DropNotNull: dropNotNull,
  AT_SetStatistics: column.noteForAll,
  AT_SetStorage: column.noteForAll,
  AT_SetCompression: column.noteForOne,
  AT_SetOptions: column.noteForOne,
  AT_ResetOptions: column.noteForOne,
  AT_AlterColumnGenericOptions: column.noteForOne,
  AT_AddIdentity: column.addIdentity,
  AT_SetIdentity: column.setIdentity,
  AT_DropIdentity: column.dropIdentity,
  AT_SetExpression: column.setExpression,
  AT_DropExpression: column.dropExpression,
  AT_AddConstraint: addConstraint,
  AT_AlterConstraint: alterConstraint,
  AT_ValidateConstraint: validateConstraint,
  AT_DropConstraint: dropConstraint,
  AT_ChangeOwner: table.changeOwner,
  AT_SetLogged: table.setPersistence,
  AT_SetUnLogged: table.setPersistence,
  AT_SetTableSpace: table.setTableSpace,
  AT_SetAccessMethod: table.setAccessMethod,
  AT_SetRelOptions: table.setOptions,
  AT_ResetRelOptions: table.setOptions,
  AT_ReplicaIdentity: table.replicaIdentity,
  AT_ClusterOn: table.clusterOn,
  AT_DropCluster: table.clusterOn,
  AT_EnableTrig: table.switchTrigger,
  AT_EnableAlwaysTrig: table.switchTrigger,
  AT_EnableReplicaTrig: table.switchTrigger,
  AT_EnableTrigAll: table.switchTrigger,
  AT_EnableTrigUser: table.switchTrigger,
  AT_DisableTrig: table.switchTrigger,
  AT_DisableTrigAll: table.switchTrigger,
  AT_DisableTrigUser: table.switchTrigger,
  AT_EnableRule: table.switchRule,
  AT_EnableAlwaysRule: table.switchRule,
  AT_EnableReplicaRule: table.switchRule,
  AT_DisableRule: table.switchRule,
  AT_AddOf: table.ofType,
  AT_DropOf: nothing,
  AT_AddInherit: table.addInherit,
  AT_DropInherit: table.dropInherit,
  AT_EnableRowSecurity: nothing,
  AT_DisableRowSecurity: nothing,
  AT_ForceRowSecurity: nothing,
  AT_NoForceRowSecurity: nothing,
  AT_GenericOptions: nothing,
  AT_DropOids: nothing,
};

/**
 * Earlier passes first: what is dropped is gone, and what is added is there, before constraints are looked at.
 *
 * Source: `AlterTablePass` in `src/backend/commands/tablecmds.c`.
 */
const PASSES: readonly (readonly string[])[] = [
  ["AT_DropColumn", "AT_DropConstraint", "AT_DropNotNull", "AT_DropExpression", "AT_DropIdentity"],
  ["AT_AlterColumnType"],
  ["AT_AddColumn"],
  ["AT_SetExpression"],
  ["AT_AddConstraint"],
];

export const passOf = ({ subtype }: Subcommand): number => {
  const pass = PASSES.findIndex((names) => names.includes(subtype ?? ""));
  return pass === -1 ? PASSES.length : pass;
};
