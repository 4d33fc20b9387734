import type { QualifiedName } from "../../model/names.ts";
import { inSchemas } from "../sql-fragments.ts";
import { type Keyed, section } from "./section.ts";

export type NameRow = QualifiedName & Keyed;

/** Collations that indexes have; a server knows hundreds more. */
export const INDEX_COLLATIONS = section<NameRow>(
  "index_collations",
  `SELECT l.oid::bigint AS oid, n.nspname AS schema, l.collname AS name FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
   WHERE l.oid IN (SELECT unnest(i.indcollation::oid[]) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE ${inSchemas("c.relnamespace")})`,
);

export const OPCLASSES = section<NameRow>(
  "opclasses",
  "SELECT o.oid::bigint AS oid, n.nspname AS schema, o.opcname AS name FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace",
);

/** The system catalogs, such as `pg_class`. */
export const SYSTEM_CATALOGS = section<Keyed & { readonly name: string }>(
  "system_catalogs",
  "SELECT c.oid::bigint AS oid, c.relname AS name FROM pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'",
);
