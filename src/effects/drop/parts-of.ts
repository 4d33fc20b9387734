import type { Table } from "../../catalog/model/table.ts";
import { type ObjectId, objectId, routineId } from "../../catalog/object-id.ts";
import { tableParts, viewParts } from "../../catalog/state/apply/contents.ts";
import { objectPath } from "../../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { ownedSequences } from "../alter-table/owned-sequences.ts";
import { partitionsBelow } from "../foreign-keys.ts";

/** What is dropped together with an object because it is a part of it. A catalog's dependencies do not repeat that. */
export function partsOf(id: ObjectId, state: CatalogState): readonly ObjectId[] {
  const { kind, path } = objectPath(id);
  const [schema = "", name = "", part = ""] = path;
  const key = keyOf({ schema, name });
  const { maps } = state.store;
  switch (kind) {
    case "table": {
      const table = maps.tables.get(key);
      return table === undefined
        ? []
        : [...tableParts(table), ...sequencesOf(table, state), ...statisticsOf(table, state)];
    }
    case "view":
    case "materialized view":
      return viewParts(state, { schema, name });
    case "column":
      return partsOfColumn({ schema, name }, part, state);
    case "constraint":
      return partsOfConstraint(maps.tables.get(key), part, state);
    case "index":
      return clones({ schema, name }, state);
    case "trigger":
      return triggersBelow(maps.tables.get(key), part, state);
    case "default": {
      const column = maps.tables.get(key)?.columns.find((one) => one.name === part);
      return column?.generated === undefined ? [] : [objectId("column", schema, name, part)];
    }
    case "extension":
      return state
        .dependentsOf(id)
        .filter((one) => one.kind === "member")
        .map(({ from }) => from);
    default:
      return [];
  }
}

const sequencesOf = (table: Table, state: CatalogState): readonly ObjectId[] =>
  ownedSequences(table, state).map((one) => objectId("sequence", one.schema, one.name));

const statisticsOf = (table: Table, state: CatalogState): readonly ObjectId[] =>
  state.store
    .linked("statisticsOn", keyOf(table))
    .flatMap((key) => state.store.maps.statistics.get(key) ?? [])
    .map(({ schema, name }) => objectId("statistics", schema, name));

type Named = { readonly schema: string; readonly name: string };

function partsOfColumn(relation: Named, column: string, state: CatalogState): readonly ObjectId[] {
  const table = state.store.maps.tables.get(keyOf(relation));
  const sequences = table === undefined ? [] : ownedSequences(table, state, column);
  return [
    objectId("default", relation.schema, relation.name, column),
    ...sequences.map((one) => objectId("sequence", one.schema, one.name)),
  ];
}

/** The index behind a key, and what the constraint is in the partitions. */
function partsOfConstraint(table: Table | undefined, name: string, state: CatalogState): readonly ObjectId[] {
  if (table === undefined) return [];
  const own = table.constraints.find((one) => one.name === name);
  const index = own !== undefined && "index" in own ? [objectId("index", table.schema, own.index)] : [];
  const below = state
    .descendantsOf(table)
    .flatMap((child) =>
      child.constraints
        .filter(({ parent }) => parent?.name === name && parent.table === table.name && parent.schema === table.schema)
        .map((one) => objectId("constraint", child.schema, child.name, one.name)),
    );
  return [...index, ...below];
}

function clones(index: Named, state: CatalogState): readonly ObjectId[] {
  const relation = state.relation(index);
  if (relation?.kind !== "index" || !relation.is.partitioned || !("kind" in relation.on)) return [];
  return state
    .partitionsOf(relation.on)
    .flatMap((table) =>
      table.indexes
        .filter(({ parent }) => parent !== undefined && keyOf(parent) === keyOf(index))
        .map(({ name }) => objectId("index", table.schema, name)),
    );
}

const triggersBelow = (table: Table | undefined, name: string, state: CatalogState): readonly ObjectId[] =>
  (table === undefined ? [] : partitionsBelow(table, state))
    .filter(({ triggers }) => triggers.some((trigger) => trigger.inherited && trigger.name === name))
    .map((partition) => objectId("trigger", partition.schema, partition.name, name));

/** Everything that lives in a schema. */
export function contentsOf(schema: string, state: CatalogState): readonly ObjectId[] {
  return objectsWhere((one) => one.schema === schema, state);
}

/** What a role owns, apart from schemas and what belongs to no schema. */
export const ownedBy = (role: string, state: CatalogState): readonly ObjectId[] =>
  objectsWhere((one) => one.owner === role, state);

type Owned = Named & { readonly owner: string };

function objectsWhere(isWanted: (one: Owned) => boolean, state: CatalogState): readonly ObjectId[] {
  const { maps } = state.store;
  const ids = (kind: Parameters<typeof objectId>[0], map: { values(): Iterable<Owned> }): readonly ObjectId[] =>
    [...map.values()].filter(isWanted).map(({ schema, name }) => objectId(kind, schema, name));
  return [
    ...ids("table", maps.tables),
    ...ids("view", maps.views),
    ...ids("materialized view", maps.materializedViews),
    ...ids("sequence", maps.sequences),
    ...ids("statistics", maps.statistics),
    ...[maps.enums, maps.composites, maps.domains, maps.ranges].flatMap((map) => ids("type", map)),
    ...[...maps.routines.values(), ...maps.aggregates.values()].flat().filter(isWanted).map(routineId),
  ];
}
