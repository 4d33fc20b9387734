import type { CompositeType, Domain } from "../model/type.ts";
import type { CompositeRow, DomainRow } from "../read/sections/types.ts";
import { columnCollation, columnType } from "./columns.ts";
import { object, objectInSchema } from "./keyed.ts";
import type { Naming } from "./naming.ts";
import { present } from "./present.ts";
import type { RelationParts } from "./relation-parts.ts";

export function composite(row: CompositeRow, parts: RelationParts | undefined, naming: Naming): CompositeType {
  const { relation: _, ...fields } = row;
  return {
    ...objectInSchema(fields, "pg_type", naming),
    attributes: (parts?.columnRows ?? []).map((attribute) => ({
      name: attribute.name,
      type: columnType(attribute, naming),
      ...present({ collation: columnCollation(attribute, naming) }),
      ...naming.comment("pg_class", attribute.relation, attribute.number),
    })),
  };
}

export function domain(row: DomainRow, naming: Naming): Domain {
  return {
    ...objectInSchema(row, "pg_type", naming),
    constraints: row.constraints.map((constraint) => object(constraint, "pg_constraint", naming)),
  };
}
