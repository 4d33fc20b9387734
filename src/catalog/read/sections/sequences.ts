import type { Sequence } from "../../model/sequence.ts";
import { grantsOf, inSchemas, notOfExtension, wordFor } from "../sql-fragments.ts";
import { type RowOf, section } from "./section.ts";

export type SequenceRow = Omit<RowOf<Sequence>, "ownedBy"> & {
  /** The column it belongs to: `i` makes it the sequence of an identity column, `a` is OWNED BY. */
  readonly owner_kind?: "a" | "i";
  readonly owner_relation?: number;
  readonly owner_number?: number;
  readonly owner_schema?: string;
  readonly owner_table?: string;
  readonly owner_column?: string;
};

export const SEQUENCES = section<SequenceRow>(
  "sequences",
  `SELECT c.oid::bigint AS oid, c.relnamespace::bigint AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner, ${grantsOf("c.relacl")} AS grants,
     format_type(s.seqtypid, NULL) AS type, s.seqstart::text AS start, s.seqincrement::text AS increment, s.seqmin::text AS min,
     s.seqmax::text AS max, s.seqcache::text AS cache, s.seqcycle AS cycle,
     ${wordFor("c.relpersistence", { p: "permanent", u: "unlogged", t: "temporary" })} AS persistence,
     d.deptype AS owner_kind, d.refobjid::bigint AS owner_relation, d.refobjsubid AS owner_number,
     n.nspname AS owner_schema, t.relname AS owner_table, a.attname AS owner_column
   FROM pg_sequence s
   JOIN pg_class c ON c.oid = s.seqrelid
   LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
     AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
   LEFT JOIN pg_class t ON t.oid = d.refobjid
   LEFT JOIN pg_namespace n ON n.oid = t.relnamespace
   LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
   WHERE ${inSchemas("c.relnamespace")} AND ${notOfExtension("class", "c.oid")}`,
  "SELECT FROM pg_sequence",
);
