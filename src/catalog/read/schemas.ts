import type { Grant } from "../model/grant.ts";
import { grantsOf } from "./sql-fragments.ts";

export interface SchemaRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: string;
  readonly grants: readonly Grant[] | null;
  /** The session's own temporary schema, whatever its number. */
  readonly temporary: boolean;
  readonly of_extension: boolean;
  /** The same in all rows: which of the probes give a row, by their places. */
  readonly probed: readonly number[];
}

/** @param probes queries each of which is asked for whether it gives a row */
export const schemasSql = (probes: readonly string[]): string => `
SELECT n.oid, n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner, ${grantsOf("n.nspacl")} AS grants,
       n.oid = pg_my_temp_schema() AS temporary,
       EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
         AS of_extension,
       (SELECT coalesce(json_agg(p.place), '[]') FROM (VALUES ${probes.map((sql, place) => `(${place}, EXISTS (${sql}))`).join(", ")})
          p (place, is_there) WHERE p.is_there) AS probed
FROM pg_namespace n`;
