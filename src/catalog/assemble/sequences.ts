import type { Sequence, SequenceOptions } from "../model/sequence.ts";
import type { SequenceRow } from "../read/sections/sequences.ts";
import type { Naming } from "./naming.ts";
import { present } from "./present.ts";

export function sequenceOptions(row: SequenceRow): SequenceOptions {
  const { type, start, increment, min, max, cache, cycle, persistence } = row;
  return { type, start, increment, min, max, cache, cycle, persistence };
}

export function sequence(row: SequenceRow, naming: Naming): Sequence {
  const { owner_schema: schema, owner_table: table, owner_column: column } = row;
  return {
    schema: naming.schema(row.schema),
    name: row.name,
    ...sequenceOptions(row),
    owner: row.owner,
    ...present({
      ownedBy:
        schema === undefined || table === undefined || column === undefined ? undefined : { schema, table, column },
      grants: row.grants,
    }),
    ...naming.comment("pg_class", row.oid),
  };
}
