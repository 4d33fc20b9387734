import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { ParsedStatement } from "../../sql/parse-statement.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Families, Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { nameOfParts, writtenName } from "../written-name.ts";
import { alterCompositeType, renameAttribute } from "./composite-types.ts";
import { renameTrigger } from "./triggers.ts";

/** ALTER … RENAME of all but relations, their columns and constraints. */
const renameObject: Family<"RenameStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  switch (node.renameType) {
    case "OBJECT_ATTRIBUTE":
      return renameAttribute(node, state, effects);
    case "OBJECT_TRIGGER":
      return renameTrigger(name, state, effects);
    case "OBJECT_TYPE":
      return lockComposite(nameOfParts(namesOf(node.object)), state, effects);
    case "OBJECT_RULE":
    case "OBJECT_POLICY":
      lockNamed(name, state, effects, "target", "ACCESS EXCLUSIVE");
  }
};

/** A composite type is a relation; all other types are none. */
function lockComposite(name: WrittenName, state: CatalogState, effects: EffectSet): void {
  if (state.composite(name) !== undefined) lockNamed(name, state, effects, "target", "ACCESS EXCLUSIVE");
}

/** ALTER … OWNER TO of what ALTER TABLE has no form for. */
export const alterOwner: Family<"AlterOwnerStmt"> = ({ objectType, object }, state, effects) => {
  if (objectType === "OBJECT_TYPE") lockComposite(nameOfParts(namesOf(object)), state, effects);
};

/** Statements that are told apart from those on tables by `isAboutObject` only. */
export const OBJECT_FORMS: Families = {
  AlterTableStmt: alterCompositeType,
  RenameStmt: renameObject,
  // What is no relation changes its schema without a lock on one.
  AlterObjectSchemaStmt: () => {},
};

const RELATIONS_AND_PARTS: ReadonlySet<string> = new Set([
  "OBJECT_TABLE",
  "OBJECT_FOREIGN_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_SEQUENCE",
  "OBJECT_INDEX",
  "OBJECT_COLUMN",
  "OBJECT_TABCONSTRAINT",
]);

/** Whether a statement of `OBJECT_FORMS` is about something else than a relation as ALTER TABLE knows it. */
export function isAboutObject(statement: ParsedStatement): boolean {
  switch (statement.tag) {
    case "AlterTableStmt":
      return statement.node.objtype === "OBJECT_TYPE";
    case "RenameStmt":
      return !RELATIONS_AND_PARTS.has(statement.node.renameType ?? "");
    case "AlterObjectSchemaStmt":
      return !RELATIONS_AND_PARTS.has(statement.node.objectType ?? "");
    default:
      return false;
  }
}
