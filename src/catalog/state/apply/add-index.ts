import { joinNames } from "../../../sql/generated-name.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import type { TableIndex } from "../../model/table-index.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { comparableExpression } from "./comparable-expression.ts";
import { changeTable, tableNow } from "./edit.ts";
import { figuredTextName } from "./figured-text-name.ts";
import { distinctNames, freeRelationName } from "./generated-names.ts";
import { putDependencies } from "./put-dependencies.ts";

/** Puts an index onto a table or a materialized view. */
export function putIndex(state: CatalogState, relation: QualifiedName, index: TableIndex): void {
  changeTable(state, relation, (table) => ({ ...table, indexes: [...table.indexes, index] }));
  const view = state.store.maps.materializedViews.get(keyOf(relation));
  if (view !== undefined) {
    state.store.put("materializedViews", keyOf(relation), { ...view, indexes: [...view.indexes, index] });
  }
}

/** What the names of an index's columns are when the index is made again elsewhere. */
export const namesOfIndex = (index: TableIndex): readonly string[] => [
  ...index.keys.map((key) => ("column" in key ? key.column : figuredTextName(key.expression))),
  ...index.include,
];

export const freeIndexName = (
  state: CatalogState,
  table: QualifiedName,
  names: readonly string[],
  label: "idx" | "key" | "excl",
): string =>
  freeRelationName(state, table.schema, [table.name, joinNames(distinctNames(names)), label], label !== "idx");

/** Gives every partition of a table the index of the table that it has not got, or takes one that it has for it. */
export function indexPartitions(state: CatalogState, table: QualifiedName, index: string): void {
  for (const partition of state.partitionsOf(table)) {
    indexPartition(state, partition, table, index);
  }
}

export function indexPartition(state: CatalogState, partition: Table, table: QualifiedName, name: string): void {
  const index = tableNow(state, table)?.indexes.find((one) => one.name === name);
  const now = tableNow(state, partition);
  if (index === undefined || now === undefined || now.kind === "foreign") {
    return;
  }
  const parent = { schema: table.schema, name };
  const fitting = now.indexes.find((one) => one.parent === undefined && isAlike(one, index) && one.valid);
  const constraint = index.constraint;
  if (fitting !== undefined) {
    attachIndex(state, now, fitting, { table, index });
    return;
  }
  const label = index.primary ? "pkey" : constraint === undefined ? "idx" : "key";
  const made =
    label === "pkey"
      ? freeRelationName(state, partition.schema, [partition.name, undefined, "pkey"], true)
      : freeIndexName(state, partition, namesOfIndex(index), label);
  const { comment: _, constraint: __, ...rest } = index;
  putIndex(state, partition, {
    ...rest,
    name: made,
    parent,
    partitioned: now.kind === "partitioned",
    valid: true,
    replicaIdentity: false,
    clustered: false,
    ...(constraint === undefined ? {} : { constraint: made }),
  });
  if (constraint === undefined) {
    putDependencies(state, objectId("index", table.schema, name), objectId("index", partition.schema, made), [
      table,
      partition,
    ]);
  } else {
    changeTable(state, partition, (one) => {
      const like = tableNow(state, table)?.constraints.find((each) => each.name === constraint);
      if (like === undefined || !("index" in like)) {
        return one;
      }
      const { comment: ___, ...fields } = like;
      const own = {
        ...fields,
        name: made,
        index: made,
        local: false,
        inheritedFrom: 1,
        noInherit: false,
        parent: { schema: table.schema, table: table.name, name: constraint },
      };
      return { ...one, constraints: [...one.constraints, own] };
    });
    putDependencies(
      state,
      objectId("constraint", table.schema, table.name, constraint),
      objectId("constraint", partition.schema, partition.name, made),
      [table, partition],
    );
  }
  indexPartitions(state, partition, made);
}

/** ALTER INDEX … ATTACH PARTITION, also of the constraints behind both. */
export function attachIndex(
  state: CatalogState,
  partition: Table,
  own: TableIndex,
  { table, index }: { readonly table: QualifiedName; readonly index: TableIndex },
): void {
  changeTable(state, partition, (one) => ({
    ...one,
    indexes: one.indexes.map((each) =>
      each.name === own.name ? { ...each, parent: { schema: table.schema, name: index.name } } : each,
    ),
    constraints: one.constraints.map((each) =>
      each.name === own.constraint && index.constraint !== undefined
        ? {
            ...each,
            local: false,
            inheritedFrom: 1,
            parent: { schema: table.schema, table: table.name, name: index.constraint },
          }
        : each,
    ),
  }));
}

/** `CompareIndexInfo`: the same keys, and a constraint behind both or neither. */
function isAlike(one: TableIndex, other: TableIndex): boolean {
  const shape = ({ method, unique, nullsNotDistinct, keys, predicate, constraint, primary }: TableIndex): string =>
    JSON.stringify([
      method,
      unique,
      nullsNotDistinct,
      keys.map((key) => [
        "column" in key ? key.column : comparableExpression(key.expression),
        key.opclass,
        key.collation ?? null,
      ]),
      predicate === undefined ? undefined : comparableExpression(predicate),
      constraint !== undefined,
      primary,
    ]);
  return shape(one) === shape(other);
}
