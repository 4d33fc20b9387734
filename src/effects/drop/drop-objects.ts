import type { ObjectId } from "../../catalog/object-id.ts";
import { objectPath } from "../../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Relation } from "../../catalog/state/relation.ts";
import { namesOf } from "../../sql/object-name.ts";
import { kindOfId, namesOfId } from "../alter-table/column-dependents.ts";
import type { MayFail } from "../effect.ts";
import type { EffectSet, Touched } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { lockNamed, lockRelation } from "../lock-named.ts";
import { DROPPED_RELATIONS, type DroppedObject, droppedObject, type RemoveType } from "./dropped-object.ts";
import { lockRemoved } from "./lock-removed.ts";
import { contentsOf, ownedBy } from "./parts-of.ts";
import { removalOf } from "./removal.ts";

/**
 * DROP of all but indexes. Source: `RemoveRelations` in `src/backend/commands/tablecmds.c`, `RemoveObjects` in
 * `dropcmds.c`, `performMultipleDeletions` in `src/backend/catalog/dependency.c`.
 */
export const dropObjects: Family<"DropStmt"> = (node, state, effects) => {
  const type = node.removeType ?? "OBJECT_TABLE";
  const cascade = node.behavior === "DROP_CASCADE";
  if (type === "OBJECT_SCHEMA") return dropSchemas(node.objects?.flatMap(namesOf) ?? [], cascade, state, effects);
  const objects = (node.objects ?? []).map((object) => droppedObject(type, object, state));
  const targets = objects.flatMap((object) => lockTarget(object, type, node.missing_ok === true, state, effects));
  const roots = objects.flatMap(({ id }) => id ?? []);
  if (cascade && !state.complete && roots.length < objects.length) {
    effects.leaveUnchecked("what CASCADE drops is not known without a catalog");
  }
  remove(roots, cascade, targets, state, effects);
};

/** DROP OWNED. Rights that are taken away lock nothing. */
export const dropOwned: Family<"DropOwnedStmt"> = (node, state, effects) => {
  const names = (node.roles ?? []).flatMap((role) => ("RoleSpec" in role ? (role.RoleSpec.rolename ?? []) : []));
  if (!state.complete) effects.leaveUnchecked("what a role owns is not known without a catalog");
  const roots = names.flatMap((name) => ownedBy(name, state));
  remove(roots, node.behavior === "DROP_CASCADE", [], state, effects);
};

function dropSchemas(names: readonly string[], cascade: boolean, state: CatalogState, effects: EffectSet): void {
  if (!state.complete) effects.leaveUnchecked("what a schema holds is not known without a catalog");
  // Without CASCADE only an empty schema can be dropped.
  if (cascade)
    remove(
      names.flatMap((name) => contentsOf(name, state)),
      true,
      [],
      state,
      effects,
    );
}

/** The relation that is named, or that the object belongs to; nothing where IF EXISTS finds nothing. */
function lockTarget(
  { relation, id, name }: DroppedObject,
  type: RemoveType,
  missingOk: boolean,
  state: CatalogState,
  effects: EffectSet,
): readonly Touched[] {
  if (relation === undefined) return [];
  const missing = state.complete && id === undefined;
  if (missing && missingOk) return [];
  const touched = lockNamed(relation, state, effects, "target", "ACCESS EXCLUSIVE", DROPPED_RELATIONS[type]);
  const refusal = refusalOf(state.relation(relation), type);
  if (refusal !== undefined) touched.mayFail.push(refusal);
  if (missing) {
    const sqlState = DROPPED_RELATIONS[type] === undefined ? "42704" : "42P01";
    touched.mayFail.push({ sqlState, reason: `there is no ${name}` });
  }
  return [touched];
}

/** What PostgreSQL says of a relation that is of another kind, or that a column cannot be without. */
function refusalOf(relation: Relation | undefined, type: RemoveType): MayFail | undefined {
  if (relation === undefined || DROPPED_RELATIONS[type] === undefined) return undefined;
  if (relation.kind === "identity sequence") {
    return type === "OBJECT_SEQUENCE"
      ? { sqlState: "2BP01", reason: `the column ${relation.column} of ${relation.table.name} requires it` }
      : undefined;
  }
  const foreign = relation.kind === "table" && relation.is.kind === "foreign";
  if ((foreign ? "foreign table" : relation.kind) === DROPPED_RELATIONS[type]) return undefined;
  return { sqlState: "42809", reason: `it is no ${DROPPED_RELATIONS[type]}` };
}

function remove(
  roots: readonly ObjectId[],
  cascade: boolean,
  targets: readonly Touched[],
  state: CatalogState,
  effects: EffectSet,
): void {
  const {
    ids,
    keptBy: [keptBy],
  } = removalOf(roots, cascade, state);
  lockRemoved(ids, state, effects);
  if (keptBy === undefined) return;
  const dependent = `${kindOfId(keptBy)} ${namesOfId(keptBy).join(".")}`;
  const refusal: MayFail = { sqlState: "2BP01", reason: `${dependent} depends on it, and CASCADE is not said` };
  for (const { mayFail } of targets) mayFail.push(refusal);
  if (targets.length > 0) return;
  // What depends on it is locked before it is found that it may not go.
  const [schema, name = ""] = objectPath(keptBy).path;
  const locked = state.relation({ schema, name });
  if (locked !== undefined) {
    lockRelation(locked, effects, "dependent", "ACCESS EXCLUSIVE").mayFail.push(refusal);
  }
}
