import type { RenameStmt } from "libpg-query";
import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Aggregate, Routine } from "../../model/routine.ts";
import { objectId, routineId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { putComposite } from "./alter-composite.ts";
import type { Appliers, Applying } from "./applier.ts";
import { changeConstraint, changeTable, tableNow } from "./edit.ts";
import { relationParts, routineNamed, statisticsNamed } from "./find-object.ts";
import { moveRelation, moveType, renameIndex } from "./move-relation.ts";
import { renameRoutineInTexts } from "./names-in-texts.ts";
import { nameOfRange, writtenName } from "./nodes.ts";
import { putConstraint } from "./not-null.ts";
import { renameColumn } from "./rename-column.ts";
import { renameId } from "./rename-id.ts";
import { moveSchema } from "./rename-schema.ts";
import { typeNamed } from "./type-reference.ts";

/** ALTER … RENAME and ALTER … SET SCHEMA. */
export const RENAME_APPLIERS: Appliers = {
  RenameStmt: rename,
  AlterObjectSchemaStmt(node, applying) {
    const { state } = applying;
    const schema = node.newschema ?? "";
    const found = node.relation === undefined ? undefined : state.relation(nameOfRange(node.relation));
    if (found !== undefined) {
      moveRelation(state, found, { schema, name: nameOfRange(node.relation).name });
      return;
    }
    switch (node.objectType) {
      case "OBJECT_TYPE":
      case "OBJECT_DOMAIN": {
        const name = typeNamed(writtenName(namesOf(node.object)), state);
        moveAnyType(state, name, { schema, name: name.name });
        break;
      }
      case "OBJECT_FUNCTION":
      case "OBJECT_PROCEDURE":
      case "OBJECT_ROUTINE":
      case "OBJECT_AGGREGATE": {
        const routine = routineNamed(nodeAs(node.object, "ObjectWithArgs"), state);
        if (routine !== undefined) {
          moveRoutine(state, routine, { schema, name: routine.name });
        }
        break;
      }
      case "OBJECT_STATISTIC_EXT": {
        const name = statisticsNamed(namesOf(node.object), state);
        moveStatistics(state, name, { schema, name: name.name });
        break;
      }
      case "OBJECT_EXTENSION": {
        const extension = state.store.maps.extensions.get(namesOf(node.object).at(-1) ?? "");
        if (extension !== undefined) {
          state.store.put("extensions", extension.name, { ...extension, schema });
        }
        break;
      }
      default:
    }
  },
};

function rename(node: RenameStmt, { state, unfollowed }: Applying): void {
  const after = node.newname ?? "";
  const on = node.relation === undefined ? undefined : state.relation(nameOfRange(node.relation));
  const part = node.subname ?? "";
  switch (node.renameType) {
    case "OBJECT_TABLE":
    case "OBJECT_FOREIGN_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_SEQUENCE":
    case "OBJECT_INDEX":
      if (on !== undefined) {
        const schema = on.kind === "index" ? on.on.schema : on.is.schema;
        moveRelation(state, on, { schema, name: after });
      }
      break;
    case "OBJECT_COLUMN":
      if (on?.kind === "table") {
        renameColumn(state, on.is, part, after);
      } else if (on?.kind === "view" || on?.kind === "materialized view") {
        renameViewColumn(state, on.is, part, after);
      }
      break;
    case "OBJECT_ATTRIBUTE":
      if (on?.kind === "composite type") {
        const attributes = on.is.attributes.map((one) => (one.name === part ? { ...one, name: after } : one));
        putComposite(state, { ...on.is, attributes });
      }
      break;
    case "OBJECT_TABCONSTRAINT":
      if (on?.kind === "table") {
        renameConstraint(state, on.is, part, after);
      }
      break;
    case "OBJECT_TRIGGER":
    case "OBJECT_RULE":
    case "OBJECT_POLICY":
      if (on?.kind === "table" || on?.kind === "view") {
        renamePart(state, on.is, node.renameType, part, after);
      }
      break;
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN": {
      const name = typeNamed(writtenName(relationParts(node.object)), state);
      moveAnyType(state, name, { schema: name.schema, name: after });
      break;
    }
    case "OBJECT_DOMCONSTRAINT": {
      const domain = state.domain(writtenName(namesOf(node.object)));
      if (domain !== undefined) {
        const constraints = domain.constraints.map((one) => (one.name === part ? { ...one, name: after } : one));
        state.store.put("domains", keyOf(domain), {
          ...domain,
          constraints: constraints.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        });
        const id = (name: string): string => objectId("domain constraint", domain.schema, domain.name, name);
        renameId(state, id(part), id(after));
      }
      break;
    }
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
    case "OBJECT_AGGREGATE": {
      const routine = routineNamed(nodeAs(node.object, "ObjectWithArgs"), state);
      if (routine !== undefined) {
        moveRoutine(state, routine, { schema: routine.schema, name: after });
      }
      break;
    }
    case "OBJECT_SCHEMA":
      moveSchema(state, part, after);
      break;
    case "OBJECT_STATISTIC_EXT": {
      const name = statisticsNamed(namesOf(node.object), state);
      moveStatistics(state, name, { schema: name.schema, name: after });
      break;
    }
    case "OBJECT_PUBLICATION":
    case "OBJECT_EVENT_TRIGGER": {
      const before = namesOf(node.object)[0] ?? "";
      const kind = node.renameType === "OBJECT_PUBLICATION" ? "publications" : "eventTriggers";
      const found = state.store.maps[kind].get(before);
      if (found !== undefined) {
        state.store.remove(kind, before);
        state.store.put(kind, after, { ...found, name: after } as never);
        const idKind = kind === "publications" ? "publication" : "event trigger";
        renameId(state, objectId(idKind, before), objectId(idKind, after));
      }
      break;
    }
    default:
      unfollowed(`RENAME of ${node.renameType ?? "an object"}`);
  }
}

export function moveAnyType(state: CatalogState, before: QualifiedName, after: QualifiedName): void {
  const { maps } = state.store;
  for (const kind of ["enums", "domains", "composites", "ranges"] as const) {
    if (maps[kind].has(keyOf(before))) {
      moveType(state, kind, before, after);
    }
  }
}

export function moveRoutine(state: CatalogState, routine: Routine | Aggregate, after: QualifiedName): void {
  const { store } = state;
  const { schema, name } = after;
  const moved = { ...routine, schema, name };
  if ("language" in routine) {
    const key = keyOf(routine);
    store.put(
      "routines",
      key,
      (store.maps.routines.get(key) ?? []).filter((one) => one !== routine),
    );
    store.put("routines", keyOf(after), [...(store.maps.routines.get(keyOf(after)) ?? []), moved as Routine]);
  } else {
    const key = keyOf(routine);
    store.put(
      "aggregates",
      key,
      (store.maps.aggregates.get(key) ?? []).filter((one) => one !== routine),
    );
    store.put("aggregates", keyOf(after), [...(store.maps.aggregates.get(keyOf(after)) ?? []), moved as Aggregate]);
  }
  renameId(state, routineId(routine), routineId(moved));
  renameRoutineInTexts(state, routineId(moved), routine, after);
  for (const { from } of state.dependentsOf(routineId(moved))) {
    renameCalled(state, from, routine, after);
  }
}

/** Triggers name their function. */
function renameCalled(state: CatalogState, from: string, before: QualifiedName, after: QualifiedName): void {
  if (!from.startsWith("trigger:") && !from.startsWith("event trigger:")) {
    return;
  }
  const called = <T extends { readonly function: QualifiedName }>(one: T): T =>
    keyOf(one.function) === keyOf(before) ? { ...one, function: { schema: after.schema, name: after.name } } : one;
  for (const [key, table] of [...state.store.maps.tables.entries()]) {
    if (table.triggers.some((one) => keyOf(one.function) === keyOf(before))) {
      state.store.put("tables", key, { ...table, triggers: table.triggers.map(called) });
    }
  }
  for (const [key, one] of [...state.store.maps.eventTriggers.entries()]) {
    state.store.put("eventTriggers", key, called(one));
  }
}

export function moveStatistics(state: CatalogState, before: QualifiedName, after: QualifiedName): void {
  const found = state.store.maps.statistics.get(keyOf(before));
  if (found !== undefined) {
    state.store.remove("statistics", keyOf(before));
    state.store.put("statistics", keyOf(after), { ...found, ...after });
    renameId(
      state,
      objectId("statistics", before.schema, before.name),
      objectId("statistics", after.schema, after.name),
    );
  }
}

function renameViewColumn(state: CatalogState, view: QualifiedName, before: string, after: string): void {
  const key = keyOf(view);
  const named = <T extends { readonly name: string }>(one: T): T =>
    one.name === before ? { ...one, name: after } : one;
  const plain = state.store.maps.views.get(key);
  const materialized = state.store.maps.materializedViews.get(key);
  if (plain !== undefined) {
    state.store.put("views", key, { ...plain, columns: plain.columns.map(named) });
  }
  if (materialized !== undefined) {
    state.store.put("materializedViews", key, {
      ...materialized,
      columns: materialized.columns.map(named),
      indexes: materialized.indexes.map((index) => ({
        ...index,
        keys: index.keys.map((one) => ("column" in one && one.column === before ? { ...one, column: after } : one)),
      })),
    });
  }
  for (const kind of ["column", "default"] as const) {
    renameId(state, objectId(kind, view.schema, view.name, before), objectId(kind, view.schema, view.name, after));
  }
}

function renameConstraint(state: CatalogState, table: QualifiedName, before: string, after: string): void {
  const now = tableNow(state, table);
  const constraint = now?.constraints.find(({ name }) => name === before);
  const column = now?.columns.find(({ notNullConstraint }) => notNullConstraint?.name === before);
  const id = (name: string): string => objectId("constraint", table.schema, table.name, name);
  if (constraint !== undefined && "index" in constraint) {
    renameIndex(state, table, constraint.index, after);
    return;
  }
  renameId(state, id(before), id(after));
  if (column?.notNullConstraint !== undefined) {
    putConstraint(state, table, column.name, { ...column.notNullConstraint, name: after });
  }
  changeConstraint(state, table, before, (one) => ({ ...one, name: after }));
  for (const child of state.childrenOf(table)) {
    if (constraint?.type === "check" || column !== undefined) {
      renameConstraint(state, child, before, after);
    }
    changeTable(state, child, (one) => ({
      ...one,
      constraints: one.constraints.map((each) =>
        each.parent?.name === before && each.parent.table === table.name
          ? { ...each, parent: { ...each.parent, name: after } }
          : each,
      ),
    }));
  }
}

const PARTS = {
  OBJECT_TRIGGER: ["trigger", "triggers"],
  OBJECT_RULE: ["rule", "rules"],
  OBJECT_POLICY: ["policy", "policies"],
} as const;

function renamePart(
  state: CatalogState,
  on: QualifiedName,
  type: keyof typeof PARTS,
  before: string,
  after: string,
): void {
  const [kind, list] = PARTS[type];
  const named = <T extends { readonly name: string }>(one: T): T =>
    one.name === before ? { ...one, name: after } : one;
  changeTable(state, on, (table) => ({ ...table, [list]: table[list].map(named) }));
  const view = state.store.maps.views.get(keyOf(on));
  if (view !== undefined) {
    state.store.put("views", keyOf(on), {
      ...view,
      triggers: kind === "trigger" ? view.triggers.map(named) : view.triggers,
      rules: kind === "rule" ? view.rules.map(named) : view.rules,
    });
  }
  renameId(state, objectId(kind, on.schema, on.name, before), objectId(kind, on.schema, on.name, after));
  for (const child of kind === "trigger" ? state.partitionsOf(on) : []) {
    renamePart(state, child, type, before, after);
  }
}
