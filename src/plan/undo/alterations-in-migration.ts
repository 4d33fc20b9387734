import type { AlterTableCmd, AlterTableStmt, AlterTableType, ObjectType } from "libpg-query";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { dotted, rangeNames } from "../../sql/object-name.ts";
import type { UndoItem } from "../plan.ts";
import { undoAlterTable } from "./alter-table.ts";
import { refused } from "./capture.ts";
import { ALONE, type Circumstances } from "./circumstances.ts";
import { type Derivation, type Follow, type Following, forgiving, nothing, tolerant } from "./following.ts";
import { partFamily } from "./named-objects.ts";
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

/** What is removed from a made relation may have been made by a statement of its own. */
const REMOVALS: ReadonlySet<AlterTableType | undefined> = new Set<AlterTableType | undefined>([
  "AT_DropColumn",
  "AT_DropConstraint",
]);

export const followAlterTable: Follow<"AlterTableStmt"> = (node, following) => {
  const names = rangeNames(node.relation);
  if (node.objtype === "OBJECT_INDEX" && attaches(node)) return followAttachedIndex(node, following);
  if (!following.created.has("relation", names)) return followStanding(node, following);
  if (nodesAs(node.cmds, "AlterTableCmd").some(({ subtype }) => REMOVALS.has(subtype))) following.created.noteLoss();
  const circumstances = { ifExists: true, ownIndex: true };
  const isTie = ({ subtype }: AlterTableCmd): boolean =>
    TIES.has(subtype) || (subtype === "AT_ChangeOwner" && following.makesRoles);
  const derive = forgiving(() => undoAlterTable(node, (command) => (isTie(command) ? circumstances : undefined)));
  return tolerant(derive, following.mayBeGone);
};

const attaches = (node: AlterTableStmt): boolean =>
  nodesAs(node.cmds, "AlterTableCmd").some(({ subtype }) => subtype === "AT_AttachPartition");

/**
 * An index of a partition that is attached stays so while the index of the partitioned table stands, and goes with it.
 * Whatever was made before it may therefore be gone when it is taken back.
 */
function followAttachedIndex({ relation }: AlterTableStmt, { created }: Following): Derivation {
  const names = rangeNames(relation);
  if (!created.has("relation", names)) {
    return () => refused("an index that is attached to that of a partitioned table cannot be detached");
  }
  created.noteLoss();
  return () => [{ sql: `DROP INDEX IF EXISTS ${dotted(names)}` }];
}

/** Changes of a column, which it takes along when it goes. */
const OF_COLUMN =
  /^AT_(SetNotNull|DropNotNull|AlterColumnType|Set(Statistics|Storage|Compression|Options)|ResetOptions|(Add|Set|Drop)Identity|(Set|Drop)Expression)$/;

const OF_TRIGGER = /^AT_(Enable(Always|Replica)?|Disable)Trig$/;

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
  { created, mayBeGone }: Following,
): (() => Circumstances | undefined) | undefined {
  const part = `.${name}`;
  const cascades = behavior === "DROP_CASCADE";
  switch (subtype) {
    case "AT_AddColumn": {
      const { colname } = nodeAs(def, "ColumnDef") ?? {};
      if (missing_ok === true || colname === undefined) return undefined;
      created.add("column", relation, `.${colname}`);
      return () => ({ ...ALONE, ifExists: mayBeGone() });
    }
    case "AT_AddConstraint": {
      const { conname, indexname } = nodeAs(def, "Constraint") ?? {};
      // The constraint takes the index along when it goes.
      const ownIndex = indexname !== undefined && created.drop("relation", [...relation.slice(0, -1), indexname]);
      const name = conname ?? indexname;
      if (name !== undefined) created.add("constraint", relation, `.${name}`);
      return () => ({ ifExists: mayBeGone(), ownIndex });
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
    default: {
      const family = OF_COLUMN.test(subtype) ? "column" : OF_TRIGGER.test(subtype) ? "trigger" : undefined;
      return family !== undefined && created.exactly(family, relation, part) !== undefined ? needless : undefined;
    }
  }
}

/** Kinds that a table brings along under names which no text tells. */
const BROUGHT: ReadonlySet<ObjectType | undefined> = new Set<ObjectType | undefined>([
  "OBJECT_INDEX",
  "OBJECT_SEQUENCE",
  "OBJECT_TABCONSTRAINT",
]);

export const followRename: Follow<"RenameStmt"> = (node, { created, mayBeGone }) => {
  const { renameType, relation, subname = "", newname = "" } = node;
  if (relation === undefined) return undefined;
  const names = rangeNames(relation);
  const family = partFamily(renameType);
  const onMade = created.has("relation", names);
  if (family === "column" && onMade) return nothing;
  if (family !== undefined) {
    const part = created.rename(family, names, subname, newname);
    const derive = (): readonly UndoItem[] => undoOf("RenameStmt", node, ALONE);
    return onMade || part !== undefined || BROUGHT.has(renameType) ? tolerant(derive, mayBeGone) : derive;
  }
  if (node.subname !== undefined) return undefined;
  const object = created.move("relation", names, [...names.slice(0, -1), newname]);
  const isMade = object !== undefined || BROUGHT.has(renameType);
  return () => undoOf("RenameStmt", node, { ...ALONE, ifExists: isMade && mayBeGone() });
};
