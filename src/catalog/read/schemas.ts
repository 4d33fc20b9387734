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
}

export const SCHEMAS = `
SELECT n.oid, n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner, ${grantsOf("n.nspacl")} AS grants,
       n.oid = pg_my_temp_schema() AS temporary,
       EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
         AS of_extension
FROM pg_namespace n`;
