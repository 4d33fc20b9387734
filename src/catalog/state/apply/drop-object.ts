import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import { type ObjectId, objectId, routineId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { schemaContents, tableParts, viewParts } from "./contents.ts";
import { dropAttributes, dropDomainConstraint } from "./drop-type-part.ts";
import { changeTable, numbered, tableNow, withField } from "./edit.ts";
import { objectPath } from "./object-path.ts";

/** Takes an object away with all that depends on it. An object that is not there stays away. */
export function dropObject(state: CatalogState, id: ObjectId): void {
  dropDependents(state, id);
  const { kind, path } = objectPath(id);
  const [first = "", second = "", third = ""] = path;
  const name: QualifiedName = { schema: first, name: second };
  const key = keyOf(name);
  const { store } = state;
  switch (kind) {
    case "table":
      dropTable(state, name);
      break;
    case "view":
    case "materialized view":
      dropParts(state, viewParts(state, name));
      store.remove("views", key);
      store.remove("materializedViews", key);
      break;
    case "sequence":
      store.remove("sequences", key);
      break;
    case "index":
      dropIndex(state, name);
      break;
    case "type":
      for (const type of ["enums", "domains", "composites", "ranges"] as const) {
        store.remove(type, key);
      }
      break;
    case "routine":
      dropRoutine(state, id, key);
      break;
    case "statistics":
      store.remove("statistics", key);
      break;
    case "column":
      dropColumn(state, name, third);
      break;
    case "default":
      changeTable(state, name, (table) => ({
        ...table,
        columns: table.columns.map((column) =>
          column.name === third ? withField(withField(column, "default", undefined), "generated", undefined) : column,
        ),
      }));
      break;
    case "constraint":
      dropConstraint(state, name, third);
      break;
    case "trigger":
    case "rule":
    case "policy":
      dropPart(state, name, kind, third);
      break;
    case "domain constraint":
      dropDomainConstraint(state, name, third);
      break;
    case "extension":
      store.remove("extensions", first);
      break;
    case "event trigger":
      store.remove("eventTriggers", first);
      break;
    case "publication":
      store.remove("publications", first);
      break;
    case "schema":
      dropSchema(state, first);
      break;
    default:
  }
  store.setDependencies(id, []);
}

function dropDependents(state: CatalogState, id: ObjectId): void {
  for (;;) {
    const next = state.store.dependentsOf(id)[0];
    if (next === undefined) {
      return;
    }
    // Taken out first: two objects may depend on each other.
    state.store.setDependencies(
      next.from,
      state.store.dependenciesOf(next.from).filter(({ to }) => to !== id),
    );
    if (!dropAttributes(state, next.from, id)) {
      dropObject(state, next.from);
    }
  }
}

function dropParts(state: CatalogState, parts: readonly ObjectId[]): void {
  for (const part of parts) {
    dropDependents(state, part);
    state.store.setDependencies(part, []);
  }
}

function dropTable(state: CatalogState, name: QualifiedName): void {
  const table = tableNow(state, name);
  const key = keyOf(name);
  const { store } = state;
  if (table === undefined) {
    return;
  }
  for (const child of state.childrenOf(name)) {
    dropObject(state, objectId("table", child.schema, child.name));
  }
  dropParts(state, tableParts(table));
  for (const sequence of store.linked("sequencesOf", key)) {
    const found = store.maps.sequences.get(sequence);
    if (found !== undefined) {
      dropObject(state, objectId("sequence", found.schema, found.name));
    }
  }
  for (const statistics of store.linked("statisticsOn", key)) {
    store.remove("statistics", statistics);
  }
  for (const publication of [...store.maps.publications.values()]) {
    if (publication.tables.some((one) => keyOf(one) === key)) {
      store.put("publications", publication.name, {
        ...publication,
        tables: publication.tables.filter((one) => keyOf(one) !== key),
      });
    }
  }
  store.remove("tables", key);
  store.facts.delete(key);
  store.sizes.delete(key);
  store.dropOnCommit.delete(key);
}

/** A column with what hangs on it; children lose it too unless it is their own. */
export function dropColumn(state: CatalogState, table: QualifiedName, column: string, recurse = true): void {
  const before = tableNow(state, table);
  const found = before?.columns.find(({ name }) => name === column);
  if (before === undefined || found === undefined) {
    return;
  }
  const { schema, name } = table;
  dropParts(state, [
    objectId("default", schema, name, column),
    objectId("column", schema, name, column),
    ...(found.notNullConstraint === undefined
      ? []
      : [objectId("constraint", schema, name, found.notNullConstraint.name)]),
  ]);
  for (const key of state.store.linked("sequencesOf", keyOf(table))) {
    const sequence = state.store.maps.sequences.get(key);
    if (sequence?.ownedBy?.column === column) {
      dropObject(state, objectId("sequence", sequence.schema, sequence.name));
    }
  }
  // Constraints and indexes that nobody recorded a dependency for, as of files that were read without a database.
  for (const one of before.constraints.filter(({ columns }) => columns.includes(column))) {
    dropObject(state, objectId("constraint", schema, name, one.name));
  }
  for (const index of (tableNow(state, table)?.indexes ?? []).filter((one) => usesColumn(one, column))) {
    dropObject(state, objectId("index", schema, index.name));
  }
  changeTable(state, table, (one) => ({
    ...one,
    columns: numbered(one.columns.filter((each) => each.name !== column)),
  }));
  for (const child of state.childrenOf(table)) {
    const inherited = child.columns.find((one) => one.name === column);
    if (inherited === undefined) {
      continue;
    }
    const inheritedFrom = inherited.inheritedFrom - 1;
    if (recurse && inheritedFrom <= 0 && !inherited.local) {
      dropColumn(state, child, column);
    } else {
      disinheritColumn(state, child, column, !recurse);
    }
  }
}

function disinheritColumn(state: CatalogState, child: QualifiedName, column: string, becomesLocal: boolean): void {
  changeTable(state, child, (one) => ({
    ...one,
    columns: one.columns.map((each) => {
      if (each.name !== column) {
        return each;
      }
      const constraint = each.notNullConstraint;
      return {
        ...each,
        inheritedFrom: Math.max(0, each.inheritedFrom - 1),
        local: each.local || becomesLocal,
        ...(constraint === undefined
          ? {}
          : {
              notNullConstraint: {
                ...constraint,
                inheritedFrom: Math.max(0, constraint.inheritedFrom - 1),
                local: true,
              },
            }),
      };
    }),
  }));
}

const usesColumn = (index: Table["indexes"][number], column: string): boolean =>
  index.include.includes(column) || index.keys.some((key) => "column" in key && key.column === column);

/** A constraint with its index, and the copies of it on children that are not their own. */
export function dropConstraint(state: CatalogState, table: QualifiedName, constraint: string, recurse = true): void {
  const { schema, name } = table;
  const now = tableNow(state, table);
  const id = objectId("constraint", schema, name, constraint);
  const notNull = now?.columns.find(({ notNullConstraint }) => notNullConstraint?.name === constraint);
  if (notNull !== undefined) {
    changeTable(state, table, (one) => ({
      ...one,
      columns: one.columns.map((each) =>
        each.name === notNull.name ? withField({ ...each, notNull: false }, "notNullConstraint", undefined) : each,
      ),
    }));
  }
  const found = now?.constraints.find((one) => one.name === constraint);
  dropParts(state, [id]);
  changeTable(state, table, (one) => ({
    ...one,
    constraints: one.constraints.filter((each) => each.name !== constraint),
    indexes: one.indexes.filter((index) => index.constraint !== constraint),
  }));
  for (const child of found === undefined ? [] : state.childrenOf(table)) {
    for (const own of child.constraints) {
      const isCopy =
        own.parent !== undefined &&
        keyOf({ schema, name }) === keyOf({ schema: own.parent.schema, name: own.parent.table })
          ? own.parent.name === constraint
          : own.type === "check" && own.name === constraint && own.inheritedFrom > 0;
      if (!isCopy) {
        continue;
      }
      if (recurse && own.inheritedFrom <= 1 && !own.local) {
        dropObject(state, objectId("constraint", child.schema, child.name, own.name));
      } else {
        changeTable(state, child, (one) => ({
          ...one,
          constraints: one.constraints.map((each) =>
            each.name === own.name
              ? { ...each, inheritedFrom: own.inheritedFrom - 1, local: own.local || !recurse }
              : each,
          ),
        }));
      }
    }
  }
}

function dropIndex(state: CatalogState, name: QualifiedName): void {
  const [owner] = state.store.linked("parts", keyOf(name));
  const table = owner === undefined ? undefined : state.store.maps.tables.get(owner);
  const view = owner === undefined ? undefined : state.store.maps.materializedViews.get(owner);
  const keeps = (index: { readonly name: string }): boolean => index.name !== name.name;
  if (table !== undefined) {
    const wasIdentity = table.indexes.some((index) => !keeps(index) && index.replicaIdentity);
    changeTable(state, table, (one) => ({
      ...one,
      indexes: one.indexes.filter(keeps),
      // The server leaves the mark, and with it nothing identifies a row.
      replicaIdentity: wasIdentity ? "index" : one.replicaIdentity,
    }));
    for (const partition of state.partitionsOf(table)) {
      for (const index of partition.indexes) {
        if (index.parent !== undefined && keyOf(index.parent) === keyOf(name)) {
          dropObject(state, objectId("index", partition.schema, index.name));
        }
      }
    }
  }
  if (view !== undefined) {
    state.store.put("materializedViews", keyOf(view), { ...view, indexes: view.indexes.filter(keeps) });
  }
}

function dropRoutine(state: CatalogState, id: ObjectId, key: string): void {
  const { maps } = state.store;
  const routines = maps.routines.get(key)?.filter((one) => routineId(one) !== id);
  const aggregates = maps.aggregates.get(key)?.filter((one) => routineId(one) !== id);
  if (routines !== undefined) {
    state.store.put("routines", key, routines);
  }
  if (aggregates !== undefined) {
    state.store.put("aggregates", key, aggregates);
  }
}

function dropPart(state: CatalogState, on: QualifiedName, kind: "trigger" | "rule" | "policy", part: string): void {
  const keeps = (one: { readonly name: string }): boolean => one.name !== part;
  changeTable(state, on, (table) => ({
    ...table,
    triggers: kind === "trigger" ? table.triggers.filter(keeps) : table.triggers,
    rules: kind === "rule" ? table.rules.filter(keeps) : table.rules,
    policies: kind === "policy" ? table.policies.filter(keeps) : table.policies,
  }));
  const view = state.store.maps.views.get(keyOf(on));
  if (view !== undefined) {
    state.store.put("views", keyOf(on), {
      ...view,
      triggers: kind === "trigger" ? view.triggers.filter(keeps) : view.triggers,
      rules: kind === "rule" ? view.rules.filter(keeps) : view.rules,
    });
  }
  for (const child of kind === "trigger" ? state.partitionsOf(on) : []) {
    if (child.triggers.some((one) => one.name === part && one.inherited)) {
      dropPart(state, child, kind, part);
      state.store.setDependencies(objectId("trigger", child.schema, child.name, part), []);
    }
  }
}

function dropSchema(state: CatalogState, schema: string): void {
  for (const id of schemaContents(state, schema)) {
    dropObject(state, id);
  }
  state.store.remove("schemas", schema);
}
