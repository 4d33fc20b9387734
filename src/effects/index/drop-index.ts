import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { ReferencingKey, Relation } from "../../catalog/state/relation.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { EffectSet, Touched } from "../effect-set.ts";
import type { Family } from "../family.ts";
import type { LockMode } from "../lock-mode.ts";
import { isKnownMissing } from "../lock-named.ts";

type Index = Extract<Relation, { readonly kind: "index" }>;

/**
 * DROP INDEX. The concurrent form waits until nobody uses the index any more before it locks it harder, so that nobody is
 * stopped by that.
 *
 * Source: `RangeVarCallbackForDropRelation` in `src/backend/commands/tablecmds.c`, `index_drop` in
 * `src/backend/catalog/index.c`.
 */
export const dropIndexes: Family<"DropStmt"> = (node, state, effects) => {
  const concurrently = node.concurrent === true;
  for (const object of node.objects ?? []) {
    const [name = "", schema] = namesOf(object).toReversed();
    const relation = state.relation({ schema, name });
    if (relation?.kind === "index") {
      const target = concurrently ? dropConcurrently(relation, effects) : drop(relation, state, effects);
      const problem = concurrently ? concurrencyProblem(relation, node) : undefined;
      if (problem !== undefined) target.mayFail.push({ sqlState: "0A000", reason: problem });
      dropDependents(relation, target, node.behavior === "DROP_CASCADE" && !concurrently, state, effects);
    } else if (relation !== undefined) {
      effects.leaveUnchecked(`${name} is no index`);
    } else if (!(node.missing_ok === true && isKnownMissing({ schema, name }, state))) {
      const lock: LockMode = concurrently ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
      const target = effects.lock(state.resolved({ schema, name }), "index", "target", lock);
      if (state.complete) target.mayFail.push({ sqlState: "42704", reason: `there is no index ${name}` });
      else effects.leaveUnchecked(`the table of the index ${name} is not known`);
    }
  }
};

function drop({ is, on }: Index, state: CatalogState, effects: EffectSet): Touched {
  const target = effects.lockIndex(on, is.name, "ACCESS EXCLUSIVE", "target");
  if (!("kind" in on)) {
    effects.lock(on, "materialized view", "target", "ACCESS EXCLUSIVE");
    return target;
  }
  effects.lockTable(on, "target", "ACCESS EXCLUSIVE");
  if (is.partitioned) {
    for (const partition of state.descendantsOf(on)) effects.lockTable(partition, "partition", "ACCESS EXCLUSIVE");
  }
  const below = [is.name];
  // Partitions come parents first, so one pass finds the indexes of all levels.
  for (const partition of state.descendantsOf(on)) {
    for (const { name, parent } of partition.indexes) {
      if (parent !== undefined && below.includes(parent.name)) {
        below.push(name);
        effects.lockIndex(partition, name, "ACCESS EXCLUSIVE");
      }
    }
  }
  if (is.parent !== undefined && on.partitionOf !== undefined) {
    const parent = state.table(on.partitionOf.parent);
    if (parent !== undefined) effects.lockTable(parent, "parent", "ACCESS EXCLUSIVE");
    target.mayFail.push({ sqlState: "2BP01", reason: `${is.name} is part of the index ${is.parent.name}` });
  }
  return target;
}

function dropConcurrently({ is, on }: Index, effects: EffectSet): Touched {
  if ("kind" in on) effects.lockTable(on, "target", "SHARE UPDATE EXCLUSIVE");
  else effects.lock(on, "materialized view", "target", "SHARE UPDATE EXCLUSIVE");
  return effects.lockIndex(on, is.name, "ACCESS EXCLUSIVE", "target", { felt: "SHARE UPDATE EXCLUSIVE" });
}

function concurrencyProblem({ is }: Index, node: Parameters<typeof dropIndexes>[0]): string | undefined {
  if (is.partitioned) return `${is.name} is partitioned: it cannot be dropped concurrently`;
  if ((node.objects?.length ?? 0) > 1) return "several indexes cannot be dropped concurrently in one statement";
  return node.behavior === "DROP_CASCADE" ? "CONCURRENTLY and CASCADE do not go together" : undefined;
}

/** A constraint stands behind its index, and foreign keys behind the unique index that they rely on. */
function dropDependents(
  { is, on }: Index,
  target: Touched,
  cascade: boolean,
  state: CatalogState,
  effects: EffectSet,
): void {
  const keys = state
    .keysReferencing(on)
    .filter(({ table, constraint }) =>
      table.constraints.some(
        (one) => one.name === constraint && "references" in one && one.references.index === is.name,
      ),
    );
  if (cascade && is.constraint === undefined) {
    for (const { table } of keys) effects.lockTable(table, "referencing", "ACCESS EXCLUSIVE");
    return;
  }
  const reason = whyKept(is.constraint, keys);
  if (reason !== undefined) target.mayFail.push({ sqlState: "2BP01", reason: `${is.name} ${reason}` });
}

function whyKept(constraint: string | undefined, keys: readonly ReferencingKey[]): string | undefined {
  // Not even CASCADE drops the constraint for its index.
  if (constraint !== undefined) return `belongs to the constraint ${constraint}`;
  const [key] = keys;
  return key === undefined ? undefined : `is what the foreign key ${key.constraint} of ${key.table.name} relies on`;
}
