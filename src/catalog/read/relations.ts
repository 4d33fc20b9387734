import type { Grant } from "../model/grant.ts";
import type { Options, QualifiedName } from "../model/names.ts";
import { grantsOf, inSchemas, notOfExtension, optionsOf, typeName } from "./sql-fragments.ts";

export type RelationKind = "r" | "p" | "f" | "v" | "m" | "c";

export interface RelationRow {
  readonly oid: number;
  readonly schema: number;
  readonly name: string;
  /** pg_class.relkind. */
  readonly kind: RelationKind;
  readonly persistence: "p" | "u" | "t";
  readonly owner: string;
  readonly grants: readonly Grant[] | null;
  readonly access_method: string | null;
  readonly tablespace: string | null;
  readonly options: Options | null;
  readonly toast_options: Options | null;
  readonly replica_identity: "d" | "n" | "f" | "i";
  readonly row_security: boolean;
  readonly force_row_security: boolean;
  readonly populated: boolean;
  readonly of_type: QualifiedName | null;
  readonly parents: readonly QualifiedName[] | null;
  readonly detach_pending: boolean;
  readonly bound: string | null;
  readonly partition_strategy: "r" | "l" | "h" | null;
  readonly partition_key: string | null;
  /** Column numbers; 0 for an expression. */
  readonly partition_columns: string | null;
  readonly foreign_server: string | null;
  readonly foreign_options: Options | null;
  /** Of what holds rows, when asked for. */
  readonly facts?: RelationFactsRow | null;
}

export interface RelationFactsRow {
  readonly rows: number;
  readonly heap: number;
  readonly toast: number;
  readonly dead: number;
  readonly analyzed: string | null;
  readonly vacuumed: string | null;
}

const latest = (...times: readonly string[]): string =>
  `to_char(greatest(${times.join(", ")}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const FACTS = `CASE WHEN c.relkind IN ('r', 'p', 'm') THEN json_build_object(
  'rows', c.reltuples, 'heap', coalesce(pg_relation_size(c.oid), 0),
  'toast', CASE WHEN c.reltoastrelid <> 0 THEN coalesce(pg_total_relation_size(c.reltoastrelid), 0) ELSE 0 END,
  'dead', pg_stat_get_dead_tuples(c.oid),
  'analyzed', ${latest("pg_stat_get_last_analyze_time(c.oid)", "pg_stat_get_last_autoanalyze_time(c.oid)")},
  'vacuumed', ${latest("pg_stat_get_last_vacuum_time(c.oid)", "pg_stat_get_last_autovacuum_time(c.oid)")}) END`;

// Not as a join, for the same reason that schemas stay numbers with the columns.
const PARENTS = `(
  SELECT json_agg(json_build_object('schema', pn.nspname, 'name', p.relname) ORDER BY i.inhseqno)
  FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
  WHERE i.inhrelid = c.oid)`;

/** What has columns: tables, views, materialized views and composite types. */
export const relationsSql = (facts: boolean): string => `
SELECT c.oid, c.relnamespace AS schema, c.relname AS name, c.relkind AS kind, c.relpersistence AS persistence,
       pg_get_userbyid(c.relowner) AS owner, ${grantsOf("c.relacl")} AS grants,
       am.amname AS access_method, ts.spcname AS tablespace,
       ${optionsOf("c.reloptions")} AS options, ${optionsOf("toast.reloptions")} AS toast_options,
       c.relreplident AS replica_identity, c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security,
       c.relispopulated AS populated, CASE WHEN c.reloftype <> 0 THEN ${typeName("c.reloftype")} END AS of_type,
       ${PARENTS} AS parents,
       c.relispartition AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid AND i.inhdetachpending) AS detach_pending,
       pg_get_expr(c.relpartbound, c.oid) AS bound,
       key.partstrat AS partition_strategy, CASE WHEN key.partrelid IS NOT NULL THEN pg_get_partkeydef(c.oid) END AS partition_key,
       key.partattrs::text AS partition_columns, server.srvname AS foreign_server, ${optionsOf("ft.ftoptions")} AS foreign_options
       ${facts ? `, ${FACTS} AS facts` : ""}
FROM pg_class c
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid AND toast.reloptions IS NOT NULL
LEFT JOIN pg_partitioned_table key ON key.partrelid = c.oid
LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid
LEFT JOIN pg_foreign_server server ON server.oid = ft.ftserver
WHERE ${inSchemas("c.relnamespace")} AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND ${notOfExtension("class", "c.oid")}`;
