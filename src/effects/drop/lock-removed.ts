import type { ForeignKey } from "../../catalog/model/constraint.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { ObjectId } from "../../catalog/object-id.ts";
import { objectId } from "../../catalog/object-id.ts";
import { objectPath } from "../../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import type { Role } from "../effect.ts";
import type { EffectSet } from "../effect-set.ts";
import { ancestorsOf, foreignKeysOf, lockReferenced } from "../foreign-keys.ts";
import { lockRelation } from "../lock-named.ts";
import { defaultPartitionOf } from "../partitions/demands.ts";

/** Locks what is dropped, and what loses a part of its own by that. */
export function lockRemoved(ids: ReadonlySet<ObjectId>, state: CatalogState, effects: EffectSet): void {
  for (const id of ids) {
    const { kind, path } = objectPath(id);
    const [schema = "", name = "", part = ""] = path;
    const relation = state.relation({ schema, name });
    if (relation === undefined) continue;
    switch (kind) {
      case "table":
        if (relation.kind === "table") lockTable(relation.is, ids, state, effects);
        break;
      case "index":
        if (relation.kind === "index") {
          if ("kind" in relation.on) effects.lockTable(relation.on, "dependent", "ACCESS EXCLUSIVE");
          else effects.lock(relation.on, "materialized view", "dependent", "ACCESS EXCLUSIVE");
          effects.lockIndex(relation.on, relation.is.name, "ACCESS EXCLUSIVE");
        }
        break;
      case "type":
        if (relation.kind === "composite type") lockRelation(relation, effects, "dependent", "ACCESS EXCLUSIVE");
        break;
      case "sequence":
        lockRelation(relation, effects, "sequence", "ACCESS EXCLUSIVE");
        break;
      case "constraint":
        if (relation.kind === "table") lockForConstraint(relation.is, part, state, effects);
        break;
      case "view":
      case "materialized view":
        lockRelation(relation, effects, "dependent", "ACCESS EXCLUSIVE");
        break;
      case "column":
      case "default":
      case "trigger":
      case "rule":
      case "policy":
        lockRelation(relation, effects, "dependent", "ACCESS EXCLUSIVE");
        break;
    }
  }
  for (const id of ids) if (objectPath(id).kind === "statistics") lockForStatistics(id, state, effects);
}

/** The parent of a partition, and the default partition beside it, are no longer planned as before. */
function lockTable(table: Table, ids: ReadonlySet<ObjectId>, state: CatalogState, effects: EffectSet): void {
  effects.lockTable(table, roleOf(table, ids), "ACCESS EXCLUSIVE");
  const parent = table.partitionOf === undefined ? undefined : state.table(table.partitionOf.parent);
  if (parent === undefined) return;
  effects.lockTable(parent, "parent", "ACCESS EXCLUSIVE");
  const remainder = defaultPartitionOf(parent, state);
  if (remainder !== undefined) effects.lockTable(remainder, "partition", "ACCESS EXCLUSIVE");
}

function roleOf({ partitionOf, inherits }: Table, ids: ReadonlySet<ObjectId>): Role {
  const falls = ({ schema, name }: { readonly schema: string; readonly name: string }): boolean =>
    ids.has(objectId("table", schema, name));
  if (partitionOf !== undefined) return falls(partitionOf.parent) ? "partition" : "dependent";
  return inherits.some(falls) ? "child" : "dependent";
}

/** A foreign key leaves triggers on the table that it refers to; that of a partition leaves its parent's. */
function lockForConstraint(table: Table, name: string, state: CatalogState, effects: EffectSet): void {
  const key = foreignKeysOf(table).find((one) => one.name === name);
  effects.lockTable(table, key === undefined ? "dependent" : "referencing", "ACCESS EXCLUSIVE");
  const keys = key === undefined ? keysCopiedTo(table, name, state) : key.parent === undefined ? [key] : [];
  for (const { references } of keys) lockReferenced(references, state, effects, "ACCESS EXCLUSIVE");
}

/**
 * A key that refers to a partitioned table has copies for its partitions, which no table shows. With a copy the whole key
 * goes.
 */
function keysCopiedTo(table: Table, copy: string, state: CatalogState): readonly ForeignKey[] {
  const referenced = state.store
    .dependenciesOf(objectId("constraint", table.schema, table.name, copy))
    .map(({ to }) => objectPath(to).path)
    .flatMap(([schema, name = ""]) => state.table({ schema, name }) ?? [])
    .flatMap((one) => ancestorsOf(one, state));
  const keys = referenced.map(keyOf);
  return foreignKeysOf(table).filter(({ references }) => keys.includes(keyOf(references)));
}

function lockForStatistics(id: ObjectId, state: CatalogState, effects: EffectSet): void {
  const [schema = "", name = ""] = objectPath(id).path;
  const found = state.store.maps.statistics.get(keyOf({ schema, name }));
  const relation = found === undefined ? undefined : state.relation(found.table);
  if (relation !== undefined) lockRelation(relation, effects, "target", "SHARE UPDATE EXCLUSIVE");
}
