import type { AlterTableCmd, AlterTableStmt, AlterTableType } from "libpg-query";
import { undoAlterTable } from "./alter-table.ts";
import { ALONE, type Circumstances } from "./circumstances.ts";
import { type Derivation, type Follow, type Following, forgiving, nothing } from "./following.ts";
import { nodeAs, nodesAs } from "./node-as.ts";
import { rangeNames } from "./object-name.ts";
import { tolerate } from "./tolerate.ts";
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
  return forgiving(() => {
    const items = undoAlterTable(node, (command) => (isTie(command) ? circumstances : undefined));
    return relation?.dropped === true || following.dropsColumns ? items.map(tolerate) : items;
  });
};

/** Changes of a column, which it takes along when it goes. */
const OF_COLUMN =
  /^AT_(SetNotNull|DropNotNull|AlterColumnType|Set(Statistics|Storage|Compression|Options)|ResetOptions|(Add|Set|Drop)Identity|(Set|Drop)Expression)$/;

/** A relation that stood before, whose new columns, constraints and indexes are known. */
function followStanding(node: AlterTableStmt, following: Following): Derivation {
  const known = new Map<AlterTableCmd, () => Circumstances | undefined>();
  for (const command of nodesAs(node.cmds, "AlterTableCmd")) {
    const circumstances = circumstancesOf(command, rangeNames(node.relation), following);
    if (circumstances !== undefined) known.set(command, circumstances);
  }
  return () => undoAlterTable(node, (command) => (known.has(command) ? known.get(command)?.() : ALONE));
}

const needless = (): undefined => undefined;

/** Undefined for a change that has nothing to do with what the migration made. */
function circumstancesOf(
  { subtype = "AT_AddColumn", name = "", def, missing_ok, behavior }: AlterTableCmd,
  relation: readonly string[],
  { created, dropsColumns }: Following,
): (() => Circumstances | undefined) | undefined {
  const part = `.${name}`;
  const cascades = behavior === "DROP_CASCADE";
  switch (subtype) {
    case "AT_AddColumn": {
      const { colname } = nodeAs(def, "ColumnDef") ?? {};
      if (missing_ok === true || colname === undefined) return undefined;
      const column = created.add("column", relation, `.${colname}`);
      return () => ({ ...ALONE, ifExists: column.dropped });
    }
    case "AT_AddConstraint": {
      const { conname, indexname } = nodeAs(def, "Constraint") ?? {};
      // The constraint takes the index along when it goes.
      const ownIndex = indexname !== undefined && created.drop("relation", [...relation.slice(0, -1), indexname]);
      if (conname === undefined) return () => ({ ifExists: dropsColumns, ownIndex });
      const constraint = created.add("constraint", relation, `.${conname}`);
      return () => ({ ifExists: constraint.dropped || dropsColumns, ownIndex });
    }
    case "AT_DropColumn":
      return !cascades && created.drop("column", relation, part) ? needless : undefined;
    case "AT_DropConstraint":
      return !cascades && created.drop("constraint", relation, part) ? needless : undefined;
    case "AT_ValidateConstraint":
      return created.exactly("constraint", relation, part) === undefined ? undefined : needless;
    case "AT_ColumnDefault": {
      // A default may call something that is made after the column.
      const column = created.exactly("column", relation, part);
      return () => (column?.dropped === true ? undefined : ALONE);
    }
    default:
      return OF_COLUMN.test(subtype) && created.exactly("column", relation, part) !== undefined ? needless : undefined;
  }
}

export const followRename: Follow<"RenameStmt"> = (node, { created }) => {
  const { renameType, relation, subname, newname = "" } = node;
  if (relation === undefined) return undefined;
  const names = rangeNames(relation);
  const family = renameType === "OBJECT_COLUMN" ? "column" : "constraint";
  if (family === "column" && created.has("relation", names)) return nothing;
  if (family === "column" || renameType === "OBJECT_TABCONSTRAINT") {
    const part = created.rename(family, names, subname ?? "", newname);
    return () => {
      const items = undoOf("RenameStmt", node, ALONE);
      return part?.dropped === true ? items.map(tolerate) : items;
    };
  }
  if (subname !== undefined) return undefined;
  const object = created.move("relation", names, [...names.slice(0, -1), newname]);
  return () => undoOf("RenameStmt", node, { ...ALONE, ifExists: object?.dropped === true });
};
