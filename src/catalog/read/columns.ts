import type { Grant } from "../model/grant.ts";
import type { Options } from "../model/names.ts";
import { grantsOf, inSchemas, optionsOf } from "./sql-fragments.ts";

export interface ColumnRow {
  readonly relation: number;
  readonly number: number;
  readonly name: string;
  readonly type_text: string;
  /** OID of the schema of the type, for an array of its element's. */
  readonly type_schema: number;
  readonly type_name: string;
  readonly type_array: boolean;
  readonly collation: number;
  readonly collation_schema: number | null;
  readonly collation_name: string | null;
  readonly not_null: boolean;
  readonly identity: "" | "a" | "d";
  readonly generated: "" | "s" | "v";
  readonly default_oid: number | null;
  readonly expression: string | null;
  /** Null: the type's own. */
  readonly storage: "p" | "e" | "x" | "m" | null;
  readonly compression: "" | "p" | "l";
  readonly statistics_target: number | null;
  readonly options: Options | null;
  readonly foreign_options: Options | null;
  readonly local: boolean;
  readonly inherited_from: number;
  readonly has_missing_value: boolean;
  readonly grants: readonly Grant[] | null;
}

/**
 * In the order of their numbers. Schemas stay numbers here and in constraints: the server expects far fewer rows than
 * there are in a database made a minute ago, and would go through all schemas for each of them.
 */
export const COLUMNS = `
SELECT a.attrelid AS relation, a.attnum AS number, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type_text, coalesce(el.typnamespace, t.typnamespace) AS type_schema,
       coalesce(el.typname, t.typname) AS type_name, el.oid IS NOT NULL AS type_array,
       a.attcollation AS collation, co.collnamespace AS collation_schema, co.collname AS collation_name,
       a.attnotnull AS not_null, a.attidentity AS identity, a.attgenerated AS generated,
       d.oid AS default_oid, pg_get_expr(d.adbin, d.adrelid) AS expression,
       nullif(a.attstorage, t.typstorage) AS storage, a.attcompression AS compression,
       nullif(a.attstattarget, -1) AS statistics_target,
       ${optionsOf("a.attoptions")} AS options, ${optionsOf("a.attfdwoptions")} AS foreign_options,
       a.attislocal AS local, a.attinhcount AS inherited_from, a.atthasmissing AS has_missing_value,
       ${grantsOf("a.attacl")} AS grants
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type el ON el.oid = t.typelem AND el.typarray = t.oid
LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE ${inSchemas("c.relnamespace")} AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
ORDER BY a.attnum`;
