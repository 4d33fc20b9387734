import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { Relation, WrittenName } from "../catalog/state/relation.ts";
import type { RelationKind, Role } from "./effect.ts";
import type { EffectSet, Touched } from "./effect-set.ts";
import type { LockMode } from "./lock-mode.ts";

/** Locks what a name stands for; a relation that is not known is taken for one of `kind`. */
export function lockNamed(
  name: WrittenName,
  state: CatalogState,
  effects: EffectSet,
  role: Role,
  lock: LockMode,
  kind: RelationKind = "table",
): Touched {
  const relation = state.relation(name);
  return relation === undefined
    ? effects.lock(state.resolved(name), kind, role, lock)
    : lockRelation(relation, effects, role, lock);
}

export function lockRelation(relation: Relation, effects: EffectSet, role: Role, lock: LockMode): Touched {
  switch (relation.kind) {
    case "table":
      return effects.lockTable(relation.is, role, lock);
    case "index":
      return effects.lockIndex(relation.on, relation.is.name, lock, role);
    case "identity sequence":
      return effects.lock(relation.is, "sequence", role, lock);
    default:
      return effects.lock(relation.is, relation.kind, role, lock);
  }
}

/** An IF EXISTS whose object is not there does nothing. Only a whole catalog can say that. */
export const isKnownMissing = (name: WrittenName, state: CatalogState): boolean =>
  state.complete && state.relation(name) === undefined;
