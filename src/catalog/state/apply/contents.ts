import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import { type ObjectId, objectId, routineId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";

/** The ids of everything that belongs to a table. */
export function tableParts(table: Table): readonly ObjectId[] {
  const { schema, name } = table;
  const of = (kind: "column" | "default" | "constraint" | "trigger" | "rule" | "policy", part: string): ObjectId =>
    objectId(kind, schema, name, part);
  return [
    ...table.columns.flatMap((column) => [
      of("default", column.name),
      of("column", column.name),
      ...(column.notNullConstraint === undefined ? [] : [of("constraint", column.notNullConstraint.name)]),
    ]),
    ...table.constraints.map((one) => of("constraint", one.name)),
    ...table.indexes.map((one) => objectId("index", schema, one.name)),
    ...table.triggers.map((one) => of("trigger", one.name)),
    ...table.rules.map((one) => of("rule", one.name)),
    ...table.policies.map((one) => of("policy", one.name)),
  ];
}

export function viewParts(state: CatalogState, { schema, name }: QualifiedName): readonly ObjectId[] {
  const key = keyOf({ schema, name });
  const view = state.store.maps.views.get(key);
  const materialized = state.store.maps.materializedViews.get(key);
  return [
    ...((view ?? materialized)?.columns.flatMap((column) => [
      objectId("default", schema, name, column.name),
      objectId("column", schema, name, column.name),
    ]) ?? []),
    ...(materialized?.indexes ?? []).map((index) => objectId("index", schema, index.name)),
    ...(view?.triggers ?? []).map((trigger) => objectId("trigger", schema, name, trigger.name)),
    ...(view?.rules ?? []).map((rule) => objectId("rule", schema, name, rule.name)),
  ];
}

/** The ids of everything that lives in a schema; views before what they read. */
export function schemaContents(state: CatalogState, schema: string): readonly ObjectId[] {
  const { maps } = state.store;
  const named = <T extends QualifiedName>(list: Iterable<T>): readonly T[] =>
    [...list].filter((one) => one.schema === schema);
  return [
    ...named(maps.views.values()).map((one) => objectId("view", schema, one.name)),
    ...named(maps.materializedViews.values()).map((one) => objectId("materialized view", schema, one.name)),
    ...named(maps.tables.values()).map((one) => objectId("table", schema, one.name)),
    ...named(maps.sequences.values()).map((one) => objectId("sequence", schema, one.name)),
    ...[maps.enums, maps.domains, maps.composites, maps.ranges].flatMap((map) =>
      named<QualifiedName>(map.values()).map((one) => objectId("type", schema, one.name)),
    ),
    ...named([...maps.routines.values()].flat()).map(routineId),
    ...named([...maps.aggregates.values()].flat()).map(routineId),
    ...named(maps.statistics.values()).map((one) => objectId("statistics", schema, one.name)),
    ...[...maps.extensions.values()]
      .filter((one) => one.schema === schema)
      .map((one) => objectId("extension", one.name)),
  ];
}
