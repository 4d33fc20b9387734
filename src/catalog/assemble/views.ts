import type { MaterializedView, View } from "../model/view.ts";
import type { ViewDefinitionRow } from "../read/sections/views.ts";
import type { Naming } from "./naming.ts";
import { present } from "./present.ts";
import type { RelationParts } from "./relation-parts.ts";

type Definitions = ReadonlyMap<number, ViewDefinitionRow>;

/** Undefined for what is no view. */
export function view(parts: RelationParts, definitions: Definitions, naming: Naming): View | undefined {
  const { row, schema, columns, triggers, rules } = parts;
  if (row.kind !== "v") {
    return undefined;
  }
  return {
    schema,
    name: row.name,
    owner: row.owner,
    definition: definitions.get(row.oid)?.definition ?? "",
    columns,
    triggers,
    rules,
    ...present({ options: row.options, grants: row.grants }),
    ...naming.comment("pg_class", row.oid),
  };
}

/** Undefined for what is no materialized view. */
export function materializedView(
  parts: RelationParts,
  definitions: Definitions,
  naming: Naming,
): MaterializedView | undefined {
  const { row, schema, columns, indexes } = parts;
  if (row.kind !== "m") {
    return undefined;
  }
  return {
    schema,
    name: row.name,
    owner: row.owner,
    definition: definitions.get(row.oid)?.definition ?? "",
    populated: row.populated,
    columns,
    indexes,
    ...present({
      options: row.options,
      accessMethod: row.access_method,
      tablespace: row.tablespace,
      grants: row.grants,
    }),
    ...naming.comment("pg_class", row.oid),
  };
}
