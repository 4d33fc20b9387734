import type { ObjectType, ObjectWithArgs } from "libpg-query";
import { nodeAs } from "../../sql/node-as.ts";
import { namesOf, rangeNames, typeTexts } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import type { ObjectFamily, PartFamily } from "./created-objects.ts";

/** How an object is known in a migration: its family and names, for a routine also its argument types. */
export interface NamedObject {
  readonly family: ObjectFamily;
  readonly names: readonly string[];
  readonly suffix: string;
}

export const namedRoutine = (names: readonly string[], types: readonly string[] | undefined): NamedObject => ({
  family: "routine",
  names,
  suffix: types === undefined ? "(?)" : `(${types.join(", ")})`,
});

const named = (family: ObjectFamily, names: readonly string[]): NamedObject => ({ family, names, suffix: "" });

/** What a statement's object hangs on: itself, or for a column, trigger, … its relation. */
export function namedObject(type: ObjectType | undefined, object: PgNode | undefined): NamedObject | undefined {
  const range = nodeAs(object, "RangeVar");
  const names = range === undefined ? namesOf(object) : rangeNames(range);
  switch (type) {
    case "OBJECT_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_SEQUENCE":
    case "OBJECT_FOREIGN_TABLE":
    case "OBJECT_INDEX":
      return named("relation", names);
    case "OBJECT_COLUMN":
    case "OBJECT_TABCONSTRAINT":
    case "OBJECT_TRIGGER":
    case "OBJECT_RULE":
    case "OBJECT_POLICY":
      return named("relation", names.slice(0, -1));
    case "OBJECT_SCHEMA":
      return named("schema", names);
    case "OBJECT_STATISTIC_EXT":
      return named("statistics", names);
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return named("type", names);
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
      return routine(nodeAs(object, "ObjectWithArgs"));
    default:
      return undefined;
  }
}

const routine = (object: ObjectWithArgs | undefined): NamedObject | undefined =>
  object === undefined || object.args_unspecified === true
    ? undefined
    : namedRoutine(namesOf(object.objname), typeTexts(object.objargs));

const PART_FAMILIES: Partial<Record<ObjectType, PartFamily>> = {
  OBJECT_COLUMN: "column",
  OBJECT_TABCONSTRAINT: "constraint",
  OBJECT_TRIGGER: "trigger",
  OBJECT_RULE: "rule",
  OBJECT_POLICY: "policy",
};

/** The family of what goes by the name of its relation; undefined for kinds that go by their own. */
export const partFamily = (type: ObjectType | undefined): PartFamily | undefined =>
  type === undefined ? undefined : PART_FAMILIES[type];
