import type { Options, QualifiedName } from "../model/names.ts";
import { inSchemas, optionsOf, relationName } from "./sql-fragments.ts";
import { PG15 } from "./version.ts";

export interface IndexRow {
  readonly oid: number;
  readonly relation: number;
  readonly name: string;
  readonly method: string;
  readonly unique: boolean;
  readonly nulls_not_distinct: boolean;
  readonly primary: boolean;
  readonly partitioned: boolean;
  readonly valid: boolean;
  readonly ready: boolean;
  readonly replica_identity: boolean;
  readonly clustered: boolean;
  readonly key_count: number;
  /** Column numbers, 0 for expressions, of keys and INCLUDE; blanks in between, as in the next three. */
  readonly columns: string;
  readonly opclasses: string;
  readonly collations: string;
  /** 1: descending, 2: nulls first. */
  readonly orders: string;
  /** Of the keys that are expressions, in their order. */
  readonly expressions: readonly string[] | null;
  readonly predicate: string | null;
  readonly options: Options | null;
  readonly key_details: readonly KeyDetails[] | null;
  readonly tablespace: string | null;
  readonly parent: QualifiedName | null;
  readonly constraint_oid: number | null;
  readonly constraint: string | null;
  /** Null: dropped while the catalog was read. */
  readonly definition: string | null;
  /** When facts were asked for. */
  readonly bytes?: string | null;
}

export interface KeyDetails {
  readonly number: number;
  readonly options: Options | null;
  readonly target: number | null;
}

const PARENT = `(SELECT ${relationName("h.inhparent")} FROM pg_inherits h WHERE h.inhrelid = c.oid)`;

/** Rare, and looked up for each index: see the parents of relations. */
const KEY_DETAILS = `(
  SELECT json_agg(json_build_object('number', a.attnum, 'options', ${optionsOf("a.attoptions")}, 'target', nullif(a.attstattarget, -1)))
  FROM pg_attribute a WHERE a.attrelid = c.oid AND (a.attoptions IS NOT NULL OR a.attstattarget >= 0))`;

export const indexesSql = (version: number, facts: boolean): string => `
SELECT c.oid, i.indrelid AS relation, c.relname AS name, am.amname AS method, i.indisunique AS unique,
       ${version >= PG15 ? "i.indnullsnotdistinct" : "false"} AS nulls_not_distinct, i.indisprimary AS primary,
       c.relkind = 'I' AS partitioned, i.indisvalid AS valid, i.indisready AND i.indislive AS ready,
       i.indisreplident AS replica_identity, i.indisclustered AS clustered, i.indnkeyatts AS key_count,
       i.indkey::text AS columns, i.indclass::text AS opclasses, i.indcollation::text AS collations, i.indoption::text AS orders,
       CASE WHEN i.indexprs IS NOT NULL THEN (SELECT json_agg(pg_get_indexdef(c.oid, k, false) ORDER BY k)
         FROM generate_series(1, i.indnkeyatts) k WHERE i.indkey[k - 1] = 0) END AS expressions,
       pg_get_expr(i.indpred, i.indrelid) AS predicate, ${optionsOf("c.reloptions")} AS options, ${KEY_DETAILS} AS key_details,
       ts.spcname AS tablespace, CASE WHEN c.relispartition THEN ${PARENT} END AS parent,
       k.oid AS constraint_oid, k.conname AS constraint, pg_get_indexdef(c.oid) AS definition
       ${facts ? ", pg_relation_size(c.oid) AS bytes" : ""}
FROM pg_class c
JOIN pg_index i ON i.indexrelid = c.oid
JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
WHERE ${inSchemas("c.relnamespace")} AND c.relkind IN ('i', 'I')`;
