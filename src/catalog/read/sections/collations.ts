import type { Collation } from "../../model/collation.ts";
import { inSchemas, notOfExtension, wordFor } from "../sql-fragments.ts";
import { PG15, PG16, PG17 } from "../version.ts";
import { type RowOf, section } from "./section.ts";

/** ICU's locale stood in collcollate at first. */
function locale(version: number): string {
  if (version >= PG17) {
    return "l.colllocale";
  }
  return version >= PG15 ? "l.colliculocale" : "CASE l.collprovider WHEN 'i' THEN l.collcollate END";
}

export const COLLATIONS = section<RowOf<Collation>>(
  "collations",
  (version) => `
   SELECT l.oid::bigint AS oid, l.collnamespace::bigint AS schema, l.collname AS name, pg_get_userbyid(l.collowner) AS owner,
     ${wordFor("l.collprovider", { d: "default", c: "libc", i: "icu", b: "builtin" })} AS provider, l.collisdeterministic AS deterministic,
     ${locale(version)} AS locale, CASE l.collprovider WHEN 'c' THEN l.collcollate END AS collate,
     CASE l.collprovider WHEN 'c' THEN l.collctype END AS ctype,
     CASE WHEN l.collprovider = 'c' AND l.collencoding = -1 THEN true END AS "everyEncoding", ${version >= PG16 ? "l.collicurules" : "NULL"} AS rules
   FROM pg_collation l WHERE l.oid >= 16384 AND ${inSchemas("l.collnamespace")} AND ${notOfExtension("collation", "l.oid")}`,
  "SELECT FROM pg_collation WHERE oid >= 16384",
);
