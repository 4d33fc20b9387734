import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { Relation } from "../relation.ts";
import { tableParts, viewParts } from "./contents.ts";
import { changeColumn, changeConstraint, changeIndex, changeTable } from "./edit.ts";
import { forgetTexts, renameSequenceInTexts, renameTypeInTexts } from "./names-in-texts.ts";
import { renameId, renameIds } from "./rename-id.ts";
import { retype } from "./retype.ts";

const nameOf = ({ schema, name }: QualifiedName): QualifiedName => ({ schema, name });

/** Gives a relation another name, or another schema, with all that belongs to it and refers to it. */
export function moveRelation(state: CatalogState, relation: Relation, after: QualifiedName): void {
  switch (relation.kind) {
    case "table":
      moveTable(state, relation.is, after);
      break;
    case "view":
    case "materialized view":
      moveView(state, relation, after);
      break;
    case "sequence": {
      const { is } = relation;
      state.store.remove("sequences", keyOf(is));
      state.store.put("sequences", keyOf(after), { ...is, ...nameOf(after) });
      renameId(state, objectId("sequence", is.schema, is.name), objectId("sequence", after.schema, after.name));
      renameSequenceInTexts(state, is, after);
      break;
    }
    case "identity sequence":
      changeColumn(state, relation.table, relation.column, (column) =>
        column.identity === undefined
          ? column
          : {
              ...column,
              identity: { ...column.identity, sequence: { ...column.identity.sequence, ...nameOf(after) } },
            },
      );
      break;
    case "index":
      renameIndex(state, relation.on, relation.is.name, after.name);
      break;
    case "composite type":
      moveType(state, "composites", relation.is, after);
      break;
  }
}

export function moveType(
  state: CatalogState,
  kind: "enums" | "domains" | "composites" | "ranges",
  before: QualifiedName,
  after: QualifiedName,
): void {
  const { store } = state;
  const [oldKey, newKey] = [keyOf(before), keyOf(after)];
  const move = <K extends "enums" | "domains" | "composites" | "ranges">(one: K): void => {
    const type = store.maps[one].get(oldKey);
    if (type !== undefined) {
      store.remove(one, oldKey);
      store.put(one, newKey, { ...type, ...nameOf(after) } as Parameters<typeof store.put<K>>[2]);
    }
  };
  const constraints = store.maps.domains.get(oldKey)?.constraints ?? [];
  move(kind);
  renameId(state, objectId("type", before.schema, before.name), objectId("type", after.schema, after.name));
  for (const { name } of constraints) {
    renameId(
      state,
      objectId("domain constraint", before.schema, before.name, name),
      objectId("domain constraint", after.schema, after.name, name),
    );
  }
  retype(state, before, after);
  renameTypeInTexts(state, before, after);
}

function moveTable(state: CatalogState, found: Table, after: QualifiedName): void {
  const { store } = state;
  forgetTexts(state, [objectId("table", found.schema, found.name), ...tableParts(found)]);
  const table = store.maps.tables.get(keyOf(found)) ?? found;
  const before = nameOf(table);
  const [oldKey, newKey] = [keyOf(before), keyOf(after)];
  const children = state.childrenOf(before);
  const referencing = state.keysReferencing(before);
  const sequences = store.linked("sequencesOf", oldKey);
  const moved: Table = {
    ...table,
    ...nameOf(after),
    columns: table.columns.map((column) =>
      column.identity === undefined
        ? column
        : {
            ...column,
            identity: {
              ...column.identity,
              sequence: { ...column.identity.sequence, schema: after.schema },
            },
          },
    ),
  };
  store.remove("tables", oldKey);
  store.put("tables", newKey, moved);
  renameIds(state, tableParts(table), tableParts(moved));
  renameId(state, objectId("table", before.schema, before.name), objectId("table", after.schema, after.name));
  moveSizes(state, before, after);
  const isBefore = (name: QualifiedName): boolean => keyOf(name) === oldKey;
  for (const child of children) {
    changeTable(state, child, (one) => ({
      ...one,
      inherits: one.inherits.map((parent) => (isBefore(parent) ? nameOf(after) : parent)),
      ...(one.partitionOf === undefined ? {} : { partitionOf: { ...one.partitionOf, parent: nameOf(after) } }),
      indexes: one.indexes.map((index) =>
        index.parent !== undefined && table.indexes.some(({ name }) => name === index.parent?.name)
          ? { ...index, parent: { ...index.parent, schema: after.schema } }
          : index,
      ),
      constraints: one.constraints.map((constraint) =>
        constraint.parent !== undefined && isBefore({ schema: constraint.parent.schema, name: constraint.parent.table })
          ? { ...constraint, parent: { schema: after.schema, table: after.name, name: constraint.parent.name } }
          : constraint,
      ),
    }));
  }
  for (const { table: from, constraint } of referencing) {
    const holder = isBefore(from) ? after : from;
    changeConstraint(state, holder, constraint, (one) =>
      one.type === "foreign key" ? { ...one, references: { ...one.references, ...nameOf(after) } } : one,
    );
  }
  for (const key of sequences) {
    const sequence = store.maps.sequences.get(key);
    if (sequence?.ownedBy !== undefined) {
      const owned = { ...sequence, ownedBy: { ...sequence.ownedBy, schema: after.schema, table: after.name } };
      store.put("sequences", key, owned);
      if (sequence.schema !== after.schema && before.schema !== after.schema) {
        moveRelation(state, { kind: "sequence", is: owned }, { schema: after.schema, name: sequence.name });
      }
    }
  }
  for (const key of store.linked("statisticsOn", oldKey)) {
    const statistics = store.maps.statistics.get(key);
    if (statistics !== undefined) {
      store.put("statistics", key, { ...statistics, table: nameOf(after) });
    }
  }
  for (const publication of [...store.maps.publications.values()]) {
    if (publication.tables.some(isBefore)) {
      const tables = publication.tables.map((one) => (isBefore(one) ? { ...one, ...nameOf(after) } : one));
      store.put("publications", publication.name, { ...publication, tables });
    }
  }
  retype(state, before, after);
}

/** What is known of a relation's rows goes along with it. */
function moveSizes({ store }: CatalogState, before: QualifiedName, after: QualifiedName): void {
  const [oldKey, newKey] = [keyOf(before), keyOf(after)];
  const facts = store.facts.get(oldKey);
  const size = store.sizes.get(oldKey);
  const dropped = store.dropOnCommit.has(oldKey);
  store.facts.delete(oldKey);
  store.sizes.delete(oldKey);
  store.dropOnCommit.delete(oldKey);
  if (facts !== undefined) {
    store.facts.set(newKey, { ...facts, ...nameOf(after) });
  }
  const found = store.factsFound(newKey);
  if (size !== undefined && found === undefined) {
    store.sizes.set(newKey, size);
  }
  // Under a name that was there before, others use it from then on.
  if (size !== undefined && found !== undefined) {
    store.facts.set(newKey, found);
  }
  if (dropped) {
    store.dropOnCommit.set(newKey, nameOf(after));
  }
}

function moveView(
  state: CatalogState,
  { kind, is }: Extract<Relation, { readonly kind: "view" | "materialized view" }>,
  after: QualifiedName,
): void {
  const parts = viewParts(state, is);
  const { store } = state;
  forgetTexts(state, [objectId(kind, is.schema, is.name), ...parts]);
  if (kind === "view") {
    store.remove("views", keyOf(is));
    store.put("views", keyOf(after), { ...is, ...nameOf(after) });
  } else {
    store.remove("materializedViews", keyOf(is));
    store.put("materializedViews", keyOf(after), { ...is, ...nameOf(after) });
    moveSizes(state, is, after);
  }
  renameIds(state, parts, viewParts(state, after));
  renameId(state, objectId(kind, is.schema, is.name), objectId(kind, after.schema, after.name));
  retype(state, is, after);
}

/** An index, and the constraint that it stands behind. */
export function renameIndex(state: CatalogState, on: QualifiedName, before: string, after: string): void {
  const table = state.store.maps.tables.get(keyOf(on));
  const constraint = table?.indexes.find(({ name }) => name === before)?.constraint;
  changeIndex(state, on, before, (index) => ({
    ...index,
    name: after,
    ...(index.constraint === undefined ? {} : { constraint: after }),
  }));
  renameId(state, objectId("index", on.schema, before), objectId("index", on.schema, after));
  if (constraint !== undefined) {
    changeConstraint(state, on, constraint, (one) => ("index" in one ? { ...one, name: after, index: after } : one));
    renameId(
      state,
      objectId("constraint", on.schema, on.name, constraint),
      objectId("constraint", on.schema, on.name, after),
    );
  }
  for (const { table: from, constraint: key } of state.keysReferencing(on)) {
    changeConstraint(state, from, key, (one) =>
      one.type === "foreign key" && one.references.index === before
        ? { ...one, references: { ...one.references, index: after } }
        : one,
    );
  }
  for (const partition of state.partitionsOf(on)) {
    changeTable(state, partition, (one) => ({
      ...one,
      indexes: one.indexes.map((index) =>
        index.parent?.name === before && index.parent.schema === on.schema
          ? { ...index, parent: { schema: on.schema, name: after } }
          : index,
      ),
      constraints: one.constraints.map((each) =>
        constraint !== undefined && each.parent?.name === constraint && each.parent.table === on.name
          ? { ...each, parent: { ...each.parent, name: after } }
          : each,
      ),
    }));
  }
}
