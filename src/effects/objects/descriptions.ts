import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import type { RelationKind } from "../effect.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { nameOfParts, writtenName } from "../written-name.ts";

/** COMMENT ON. Source: `CommentObject` in `src/backend/commands/comment.c`. */
export const comment: Family<"CommentStmt"> = ({ objtype, object }, state, effects) =>
  lockDescribed(objtype, object, state, effects);

/** SECURITY LABEL ON. Only providers that a server loads know labels. */
export const securityLabel: Family<"SecLabelStmt"> = ({ objtype, object }, state, effects) =>
  lockDescribed(objtype, object, state, effects);

/** ALTER EXTENSION … ADD and DROP. */
export const alterExtensionContents: Family<"AlterExtensionContentsStmt"> = ({ objtype, object }, state, effects) =>
  lockDescribed(objtype, object, state, effects);

const RELATIONS: Readonly<Record<string, RelationKind>> = {
  OBJECT_TABLE: "table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_INDEX: "index",
  OBJECT_FOREIGN_TABLE: "foreign table",
};

/** Named by their relation: its lock is given back where the description is not its own. */
const BELOW_RELATION: ReadonlySet<string> = new Set([
  "OBJECT_TRIGGER",
  "OBJECT_RULE",
  "OBJECT_POLICY",
  "OBJECT_TABCONSTRAINT",
]);

/** A relation is held until the end; what belongs to one has it looked at; all else locks no relation. */
function lockDescribed(
  type: string | undefined,
  object: PgNode | undefined,
  state: CatalogState,
  effects: EffectSet,
): void {
  const names = namesOf(object);
  const kind = RELATIONS[type ?? ""];
  if (kind !== undefined) lockNamed(nameOfParts(names), state, effects, "target", "SHARE UPDATE EXCLUSIVE", kind);
  else if (type === "OBJECT_COLUMN") {
    lockNamed(nameOfParts(names.slice(0, -1)), state, effects, "target", "SHARE UPDATE EXCLUSIVE");
  } else if (BELOW_RELATION.has(type ?? "")) {
    lockNamed(nameOfParts(names.slice(0, -1)), state, effects, "target", "ACCESS SHARE");
  }
}

/** GRANT and REVOKE look at the relations they name from PostgreSQL 18 on, and lock nothing before. */
export const grant: Family<"GrantStmt"> = ({ targtype, objtype, objects }, state, effects) => {
  const onRelations = objtype === "OBJECT_TABLE" || objtype === "OBJECT_SEQUENCE";
  if (state.major < 18 || targtype !== "ACL_TARGET_OBJECT" || !onRelations) return;
  const kind = objtype === "OBJECT_SEQUENCE" ? "sequence" : "table";
  for (const range of nodesAs(objects, "RangeVar")) {
    lockNamed(writtenName(range), state, effects, "target", "ACCESS SHARE", kind);
  }
};

/** Source: `ExecAlterObjectDependsStmt` in `src/backend/commands/alter.c`. */
export const alterObjectDepends: Family<"AlterObjectDependsStmt"> = ({ objectType, relation }, state, effects) => {
  if (relation === undefined) return;
  const lock = objectType === "OBJECT_TRIGGER" ? "ACCESS SHARE" : "ACCESS EXCLUSIVE";
  lockNamed(writtenName(relation), state, effects, "target", lock, "materialized view");
};

/** CREATE STATISTICS. Source: `CreateStatistics` in `src/backend/commands/statscmds.c`. */
export const createStatistics: Family<"CreateStatsStmt"> = ({ relations }, state, effects) => {
  for (const relation of relations ?? []) {
    lockNamed(writtenName(nodeAs(relation, "RangeVar")), state, effects, "target", "SHARE UPDATE EXCLUSIVE");
  }
};
