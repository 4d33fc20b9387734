import { restoreAccess } from "./access-list.ts";
import { constant, each, type StatementsExpression, text } from "./sql-text.ts";

/**
 * CREATE OR REPLACE of the routines `p` (pg_proc) for which `condition` holds. Their bodies are text that may lean on
 * the caller's search path, so they are not checked again: they stood before.
 */
export const restoreDefinition = (condition: string): readonly StatementsExpression[] => [
  each(constant("SET LOCAL check_function_bodies TO off"), `pg_proc p WHERE ${condition}`),
  each(text`${"rtrim(pg_get_functiondef(p.oid), E'\\n')"}`, `pg_proc p WHERE ${condition}`),
];

/** Everything that makes a dropped routine the one it was. */
export const restoreRoutine = (condition: string): readonly StatementsExpression[] => [
  ...restoreDefinition(condition),
  each(
    text`ALTER ROUTINE ${"p.oid::regprocedure"} OWNER TO ${"quote_ident(pg_get_userbyid(p.proowner))"}`,
    `pg_proc p WHERE ${condition}`,
  ),
  each(
    text`COMMENT ON ROUTINE ${"p.oid::regprocedure"} IS ${"quote_literal(obj_description(p.oid, 'pg_proc'))"}`,
    `pg_proc p WHERE obj_description(p.oid, 'pg_proc') IS NOT NULL AND (${condition})`,
  ),
  ...restoreAccess(
    `(SELECT p.oid, p.proacl AS acl, p.proowner AS owner, p.pronamespace AS namespace, 'f'::"char" AS kind,
        ${text`ROUTINE ${"p.oid::regprocedure"}`} AS object FROM pg_proc p WHERE ${condition}) o`,
    constant("f"),
  ),
];
