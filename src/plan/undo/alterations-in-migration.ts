import type { AlterTableCmd, AlterTableStmt, AlterTableType, RenameStmt } from "libpg-query";
import { undoAlterTable } from "./alter-table.ts";
import { ALONE, type Circumstances } from "./circumstances.ts";
import { type Derivation, type Follow, type Following, forgiving, nothing } from "./following.ts";
import { nodeAs, nodesAs } from "./node-as.ts";
import { rangeNames } from "./object-name.ts";
import { undoOf } from "./undo-of.ts";

/**
 * Changes of a made relation that may lean on something made after it, or that it may be taken along by: they are
 * taken back even so, or the later object could not be dropped before it.
 */
const TIES: ReadonlySet<AlterTableType | undefined> = new Set<AlterTableType | undefined>([
  "AT_AddColumn",
  "AT_AddConstraint",
  "AT_ColumnDefault",
  "AT_AddInherit",
  "AT_DropInherit",
  "AT_AttachPartition",
  "AT_DetachPartition",
  "AT_AddOf",
]);

export const followAlterTable: Follow<"AlterTableStmt"> = (node, following) => {
  const names = rangeNames(node.relation);
  if (!following.created.has("relation", names)) return followStanding(node, following);
  const relation = following.created.find("relation", names);
  const circumstances = { ifExists: true, ownIndex: true };
  const isTie = ({ subtype }: AlterTableCmd): boolean =>
    TIES.has(subtype) || (subtype === "AT_ChangeOwner" && following.makesRoles);
  return forgiving(() =>
    relation?.dropped === true ? [] : undoAlterTable(node, (command) => (isTie(command) ? circumstances : undefined)),
  );
};

/** Changes of a column, which it takes along when it goes. A default may call something that is made after it. */
const OF_COLUMN =
  /^AT_(SetNotNull|DropNotNull|AlterColumnType|Set(Statistics|Storage|Compression|Options)|ResetOptions|(Add|Set|Drop)Identity|(Set|Drop)Expression)$/;

/** A relation that stood before, whose new columns and indexes are known. */
function followStanding(node: AlterTableStmt, { created }: Following): Derivation {
  const names = rangeNames(node.relation);
  const known = new Map<AlterTableCmd, () => Circumstances | undefined>();
  for (const command of nodesAs(node.cmds, "AlterTableCmd")) {
    const { subtype, name = "", def, missing_ok } = command;
    const column = nodeAs(def, "ColumnDef")?.colname;
    const index = nodeAs(def, "Constraint")?.indexname;
    if (subtype === "AT_AddColumn" && column !== undefined && missing_ok !== true) {
      const object = created.add("column", names, `.${column}`);
      known.set(command, () => ({ ...ALONE, ifExists: object.dropped }));
    } else if (subtype === "AT_DropColumn" && command.behavior !== "DROP_CASCADE") {
      if (created.drop("column", names, `.${name}`)) known.set(command, () => undefined);
    } else if (OF_COLUMN.test(subtype ?? "")) {
      if (created.has("column", names, `.${name}`)) known.set(command, () => undefined);
    } else if (subtype === "AT_AddConstraint" && index !== undefined) {
      // The constraint takes the index along when it goes.
      const ownIndex = created.drop("relation", [...names.slice(0, -1), index]);
      known.set(command, () => ({ ...ALONE, ownIndex }));
    }
  }
  return () => undoAlterTable(node, (command) => (known.has(command) ? known.get(command)?.() : ALONE));
}

export const followRename: Follow<"RenameStmt"> = (node, { created }) => {
  const { renameType, relation, subname, newname = "" } = node;
  if (relation === undefined) return undefined;
  const names = rangeNames(relation);
  if (renameType === "OBJECT_COLUMN") {
    if (created.has("relation", names)) return nothing;
    const column = created.find("column", names, `.${subname}`);
    if (column === undefined) return undefined;
    created.forget("column", names, `.${subname}`);
    created.add("column", names, `.${newname}`, column);
    return () => (column.dropped ? [] : alone(node));
  }
  if (subname !== undefined) return undefined;
  const object = created.move("relation", names, [...names.slice(0, -1), newname]);
  return object === undefined ? undefined : () => undoOf("RenameStmt", node, { ...ALONE, ifExists: object.dropped });
};

const alone = (node: RenameStmt) => undoOf("RenameStmt", node, ALONE);
