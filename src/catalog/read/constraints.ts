import type { QualifiedName } from "../model/names.ts";
import { columnNames, inSchemas, operatorName } from "./sql-fragments.ts";
import { PG15, PG18 } from "./version.ts";

export interface ConstraintRow {
  readonly oid: number;
  readonly relation: number;
  readonly name: string;
  readonly type: "c" | "f" | "n" | "p" | "u" | "x";
  readonly definition: string | null;
  readonly expression: string | null;
  /** Column numbers, as `{1,2}`. */
  readonly columns: string | null;
  readonly validated: boolean;
  readonly enforced: boolean;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly no_inherit: boolean;
  readonly local: boolean;
  readonly inherited_from: number;
  readonly period: boolean;
  /** 0: none. */
  readonly parent: number;
  readonly index: string | null;
  readonly referenced: number;
  readonly referenced_schema: number | null;
  readonly referenced_name: string | null;
  readonly referenced_columns: readonly string[] | null;
  readonly match: string;
  readonly on_update: string;
  readonly on_delete: string;
  readonly on_delete_columns: string | null;
  readonly operators: readonly QualifiedName[] | null;
}

export const constraintsSql = (version: number): string => `
SELECT k.oid, k.conrelid AS relation, k.conname AS name, k.contype AS type,
       CASE WHEN k.contype <> 'n' THEN pg_get_constraintdef(k.oid) END AS definition,
       CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS expression,
       k.conkey::text AS columns, k.convalidated AS validated, ${version >= PG18 ? "k.conenforced" : "true"} AS enforced,
       k.condeferrable AS deferrable, k.condeferred AS deferred, k.connoinherit AS no_inherit,
       k.conislocal AS local, k.coninhcount AS inherited_from, ${version >= PG18 ? "k.conperiod" : "false"} AS period,
       k.conparentid AS parent, i.relname AS index,
       k.confrelid AS referenced, f.relnamespace AS referenced_schema, f.relname AS referenced_name,
       CASE WHEN k.contype = 'f' THEN ${columnNames("k.confrelid", "k.confkey")} END AS referenced_columns,
       k.confmatchtype AS match, k.confupdtype AS on_update, k.confdeltype AS on_delete,
       ${version >= PG15 ? "k.confdelsetcols::text" : "NULL"} AS on_delete_columns,
       CASE WHEN k.contype = 'x' THEN (SELECT json_agg(${operatorName("o.oid")} ORDER BY o.place)
         FROM unnest(k.conexclop) WITH ORDINALITY o (oid, place)) END AS operators
FROM pg_constraint k
LEFT JOIN pg_class i ON i.oid = k.conindid
LEFT JOIN pg_class f ON f.oid = k.confrelid
WHERE ${inSchemas("k.connamespace")} AND k.conrelid <> 0 AND k.contype IN ('c', 'f', 'n', 'p', 'u', 'x')`;
