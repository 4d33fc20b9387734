import type { Routine } from "../../catalog/model/routine.ts";
import { type ObjectId, objectId, routineId } from "../../catalog/object-id.ts";
import { typeReference } from "../../catalog/state/apply/type-reference.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import type { Relation, WrittenName } from "../../catalog/state/relation.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import type { RelationKind } from "../effect.ts";
import { nameOfParts } from "../written-name.ts";

/** What one name in a DROP stands for. */
export interface DroppedObject {
  /** As the statement writes it. */
  readonly name: WrittenName;
  /** The relation that is named, or that the object belongs to. */
  readonly relation?: WrittenName;
  /** Undefined where the state does not hold it. */
  readonly id: ObjectId | undefined;
}

/** The relations that DROP names, and what each is when the state does not know it. */
export const DROPPED_RELATIONS: Readonly<Record<string, RelationKind>> = {
  OBJECT_TABLE: "table",
  OBJECT_FOREIGN_TABLE: "foreign table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_SEQUENCE: "sequence",
};

const BELOW_RELATION = {
  OBJECT_TRIGGER: "trigger",
  OBJECT_RULE: "rule",
  OBJECT_POLICY: "policy",
} as const;

const GLOBAL = {
  OBJECT_EXTENSION: "extension",
  OBJECT_FOREIGN_SERVER: "foreign server",
  OBJECT_FDW: "foreign data wrapper",
  OBJECT_PUBLICATION: "publication",
  OBJECT_EVENT_TRIGGER: "event trigger",
} as const;

const isIn = <T extends object>(table: T, key: string): key is keyof T & string => Object.hasOwn(table, key);

/** @param type the statement's removeType */
export function droppedObject(type: string, node: PgNode, state: CatalogState): DroppedObject {
  const parts = namesOf(node);
  const name = nameOfParts(parts);
  if (isIn(DROPPED_RELATIONS, type)) return { name, relation: name, id: relationId(state.relation(name)) };
  if (isIn(BELOW_RELATION, type)) {
    const relation = nameOfParts(parts.slice(0, -1));
    const { schema, name: on } = state.resolved(relation);
    const known = state.relation(relation) !== undefined;
    const id = known ? objectId(BELOW_RELATION[type], schema, on, parts.at(-1) ?? "") : undefined;
    return { name: { name: parts.at(-1) ?? "" }, relation, id };
  }
  if (isIn(GLOBAL, type)) return { name, id: objectId(GLOBAL[type], name.name) };
  switch (type) {
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return { name, id: typeIdOf(name, state) };
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
    case "OBJECT_AGGREGATE":
      return routineNamed(node, state);
    case "OBJECT_STATISTIC_EXT":
      return { name, id: statisticsNamed(name, state) };
    case "OBJECT_COLLATION": {
      const schema = name.schema ?? state.creationSchema;
      return { name, id: objectId("collation", schema, name.name) };
    }
    default:
      return { name, id: undefined };
  }
}

function relationId(relation: Relation | undefined): ObjectId | undefined {
  switch (relation?.kind) {
    case "table":
    case "view":
    case "materialized view":
    case "sequence":
      return objectId(relation.kind, relation.is.schema, relation.is.name);
    case "identity sequence":
      return objectId("sequence", relation.is.schema, relation.is.name);
    default:
      return undefined;
  }
}

function typeIdOf(name: WrittenName, state: CatalogState): ObjectId | undefined {
  const { enums, composites, domains, ranges } = state.store.maps;
  const schemas = name.schema === undefined ? ["pg_temp", ...state.searchPath] : [name.schema];
  for (const schema of schemas) {
    const key = keyOf({ schema, name: name.name });
    if ([enums, composites, domains, ranges].some((map) => map.has(key))) return objectId("type", schema, name.name);
  }
  return undefined;
}

function routineNamed(node: PgNode, state: CatalogState): DroppedObject {
  const written = nodeAs(node, "ObjectWithArgs");
  const name = nameOfParts(namesOf(written?.objname));
  const found = [...state.routinesNamed(name), ...aggregatesNamed(name, state)];
  if (written?.args_unspecified === true) return { name, id: found[0] && routineId(found[0]) };
  const types = nodesAs(written?.objargs, "TypeName").map((type) => typeReference(type, state).text);
  const one = found.find(({ identityArguments }) => typesIn(identityArguments) === types.join(", "));
  return { name, id: one && routineId(one) };
}

/** Modes of arguments stand before their types. */
const typesIn = (identityArguments: string): string => identityArguments.replaceAll(/\b(?:IN|INOUT|VARIADIC) /g, "");

function aggregatesNamed(
  name: WrittenName,
  state: CatalogState,
): readonly Pick<Routine, "schema" | "name" | "identityArguments">[] {
  const schemas = name.schema === undefined ? state.searchPath : [name.schema];
  return schemas.flatMap((schema) => state.store.maps.aggregates.get(keyOf({ schema, name: name.name })) ?? []);
}

function statisticsNamed(name: WrittenName, state: CatalogState): ObjectId | undefined {
  const schemas = name.schema === undefined ? state.searchPath : [name.schema];
  const schema = schemas.find((one) => state.store.maps.statistics.has(keyOf({ schema: one, name: name.name })));
  return schema === undefined ? undefined : objectId("statistics", schema, name.name);
}
