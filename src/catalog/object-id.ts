import { quoteIdentifier } from "../sql/quote.ts";
import type { RoutineName } from "./model/routine.ts";

/** Kind and name as text, such as `column:public.orders."Total"`: equal exactly when they name the same object. */
export type ObjectId = string;

/** Tables, views, materialized views, sequences and indexes of a schema never share a name; neither do types. */
export type ObjectKind =
  | "schema"
  | "table"
  | "view"
  | "materialized view"
  | "sequence"
  | "index"
  | "type"
  | "collation"
  | "statistics"
  // below a relation
  | "column"
  | "default"
  | "constraint"
  | "trigger"
  | "rule"
  | "policy"
  // below a type
  | "domain constraint"
  | "label"
  | "attribute"
  // of the whole database
  | "extension"
  | "event trigger"
  | "publication"
  | "subscription"
  | "foreign data wrapper"
  | "foreign server"
  // below a foreign server
  | "user mapping";

/**
 * @param path the names from the outside in: schema and table; schema, table and column; extension
 */
export function objectId(kind: ObjectKind, ...path: readonly [string, ...string[]]): ObjectId {
  return `${kind}:${path.map(quoteIdentifier).join(".")}`;
}

/** Functions, procedures and aggregates share their names. */
export function routineId({ schema, name, identityArguments }: RoutineName): ObjectId {
  return `routine:${quoteIdentifier(schema)}.${quoteIdentifier(name)}(${identityArguments})`;
}

/** @param identity what pg_identify_object says, quoted where needed */
export function unmodelledId(kind: string, identity: string): ObjectId {
  return `${kind}:${identity}`;
}
