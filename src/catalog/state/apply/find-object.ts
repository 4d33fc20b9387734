import type { ObjectType, ObjectWithArgs } from "libpg-query";
import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Aggregate, Routine } from "../../model/routine.ts";
import { type ObjectId, objectId, routineId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { Relation } from "../relation.ts";
import { nameOfRange, writtenName } from "./nodes.ts";
import { typeNamed, typeReference } from "./type-reference.ts";

/** The parts of the name of a relation, however the statement wraps it. */
export function relationParts(object: PgNode | undefined): readonly string[] {
  const range = nodeAs(object, "RangeVar");
  if (range === undefined) {
    return namesOf(object);
  }
  const { schema, name } = nameOfRange(range);
  return schema === undefined ? [name] : [schema, name];
}

/** What identifies a relation of any kind. */
export function relationId(relation: Relation): ObjectId {
  const { schema, name } =
    relation.kind === "index" ? { schema: relation.on.schema, name: relation.is.name } : relation.is;
  switch (relation.kind) {
    case "identity sequence":
      return objectId("sequence", schema, name);
    case "composite type":
      return objectId("type", schema, name);
    default:
      return objectId(relation.kind, schema, name);
  }
}

/** The ids of what a statement names; none when the state does not know it. */
export function objectsNamed(
  type: ObjectType | undefined,
  object: PgNode | undefined,
  state: CatalogState,
): readonly ObjectId[] {
  const names = relationParts(object);
  switch (type) {
    case "OBJECT_TABLE":
    case "OBJECT_FOREIGN_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_SEQUENCE":
    case "OBJECT_INDEX": {
      const found = state.relation(writtenName(names));
      return found === undefined ? [] : [relationId(found)];
    }
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN": {
      const name = typeNamed(writtenName(names), state);
      return [objectId("type", name.schema, name.name)];
    }
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
    case "OBJECT_AGGREGATE": {
      const routine = routineNamed(nodeAs(object, "ObjectWithArgs"), state);
      return routine === undefined ? [] : [routineId(routine)];
    }
    case "OBJECT_TRIGGER":
    case "OBJECT_RULE":
    case "OBJECT_POLICY":
    case "OBJECT_TABCONSTRAINT": {
      const on = state.resolved(writtenName(names.slice(0, -1)));
      return [objectId(PARTS[type], on.schema, on.name, names.at(-1) ?? "")];
    }
    case "OBJECT_STATISTIC_EXT": {
      const name = statisticsNamed(names, state);
      return [objectId("statistics", name.schema, name.name)];
    }
    case "OBJECT_SCHEMA":
      return [objectId("schema", names.at(-1) ?? "")];
    case "OBJECT_EXTENSION":
      return [objectId("extension", names.at(-1) ?? "")];
    case "OBJECT_EVENT_TRIGGER":
      return [objectId("event trigger", names.at(-1) ?? "")];
    case "OBJECT_PUBLICATION":
      return [objectId("publication", names.at(-1) ?? "")];
    case "OBJECT_FOREIGN_SERVER":
      return [objectId("foreign server", names.at(-1) ?? "")];
    case "OBJECT_FDW":
      return [objectId("foreign data wrapper", names.at(-1) ?? "")];
    case "OBJECT_COLLATION": {
      const { schema, name } = writtenName(names);
      return [objectId("collation", schema ?? state.creationSchema, name)];
    }
    default:
      return [];
  }
}

const PARTS = {
  OBJECT_TRIGGER: "trigger",
  OBJECT_RULE: "rule",
  OBJECT_POLICY: "policy",
  OBJECT_TABCONSTRAINT: "constraint",
} as const;

export function statisticsNamed(names: readonly string[], state: CatalogState): QualifiedName {
  const { schema, name } = writtenName(names);
  const schemas = schema === undefined ? state.searchPath : [schema];
  const found = schemas.find((one) => state.store.maps.statistics.has(keyOf({ schema: one, name })));
  return { schema: found ?? schema ?? state.creationSchema, name };
}

/** The function, procedure or aggregate that a statement names, by its argument types where they are written. */
export function routineNamed(object: ObjectWithArgs | undefined, state: CatalogState): Routine | Aggregate | undefined {
  const written = writtenName(namesOf(object?.objname));
  const schemas = written.schema === undefined ? state.searchPath : [written.schema];
  const { maps } = state.store;
  const all = schemas.flatMap((schema) => {
    const key = keyOf({ schema, name: written.name });
    return [...(maps.routines.get(key) ?? []), ...(maps.aggregates.get(key) ?? [])];
  });
  if (object === undefined || object.args_unspecified === true) {
    return all[0];
  }
  const types = (object.objargs ?? []).map((node) => typeReference(nodeAs(node, "TypeName"), state).text).join(", ");
  return all.find(({ identityArguments }) => identityArguments === types);
}
