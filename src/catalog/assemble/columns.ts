import type { Column, ColumnStorage, NotNullConstraint } from "../model/column.ts";
import type { TypeReference } from "../model/names.ts";
import type { ColumnRow } from "../read/columns.ts";
import type { ConstraintRow } from "../read/constraints.ts";
import type { SequenceRow } from "../read/sections/sequences.ts";
import type { Naming } from "./naming.ts";
import { present } from "./present.ts";
import { sequenceOptions } from "./sequences.ts";

const STORAGE: Readonly<Record<NonNullable<ColumnRow["storage"]>, ColumnStorage>> = {
  p: "plain",
  e: "external",
  x: "extended",
  m: "main",
};

/** What stands beside a column in other catalogs. */
export interface ColumnSurroundings {
  readonly notNull: ConstraintRow | undefined;
  readonly identity: SequenceRow | undefined;
}

export function column(row: ColumnRow, ordinal: number, beside: ColumnSurroundings, naming: Naming): Column {
  return {
    name: row.name,
    ordinal,
    type: columnType(row, naming),
    notNull: row.not_null,
    local: row.local,
    inheritedFrom: row.inherited_from,
    ...present({
      collation: columnCollation(row, naming),
      default: row.generated === "" ? row.expression : undefined,
      generated: generated(row),
      identity: identity(row, beside.identity, naming),
      notNullConstraint: beside.notNull === undefined ? undefined : notNullConstraint(beside.notNull, naming),
      storage: row.storage === null ? undefined : STORAGE[row.storage],
      compression: row.compression === "" ? undefined : COMPRESSION[row.compression],
      statisticsTarget: row.statistics_target,
      options: row.options,
      foreignOptions: row.foreign_options,
      grants: row.grants,
    }),
    ...naming.comment("pg_class", row.relation, row.number),
  };
}

const COMPRESSION = { p: "pglz", l: "lz4" } as const;

export function columnType(row: ColumnRow, naming: Naming): TypeReference {
  return { text: row.type_text, schema: naming.schema(row.type_schema), name: row.type_name, array: row.type_array };
}

export function columnCollation(row: ColumnRow, naming: Naming): Column["collation"] {
  const { collation_schema: schema, collation_name: name } = row;
  return schema === null || name === null ? undefined : { schema: naming.schema(schema), name };
}

function generated({ generated: kind, expression }: ColumnRow): Column["generated"] {
  if (kind === "" || expression === null) {
    return undefined;
  }
  return { kind: kind === "s" ? "stored" : "virtual", expression };
}

function identity(row: ColumnRow, sequence: SequenceRow | undefined, naming: Naming): Column["identity"] {
  if (row.identity === "" || sequence === undefined) {
    return undefined;
  }
  return {
    generation: row.identity === "a" ? "always" : "by default",
    sequence: {
      schema: naming.schema(sequence.schema),
      name: sequence.name,
      ...sequenceOptions(sequence),
      ...present({ grants: sequence.grants }),
      ...naming.comment("pg_class", sequence.oid),
    },
  };
}

function notNullConstraint(row: ConstraintRow, naming: Naming): NotNullConstraint {
  return {
    name: row.name,
    validated: row.validated,
    noInherit: row.no_inherit,
    local: row.local,
    inheritedFrom: row.inherited_from,
    ...naming.comment("pg_constraint", row.oid),
  };
}
