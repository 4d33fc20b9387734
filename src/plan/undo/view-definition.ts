import { GRANTEE, restoreAccess } from "./access-list.ts";
import { firingOf } from "./alter-firing.ts";
import { constant, each, one, type StatementsExpression, type TextExpression, text } from "./sql-text.ts";

/** Options as they stand behind WITH or SET. */
const optionList = (options: string): string =>
  `(SELECT string_agg(format('%I = %L', o.option_name, o.option_value), ', ') FROM pg_options_to_table(${options}) o)`;

/** `CREATE OR REPLACE VIEW …` for the view whose OID is given; null when it does not exist. */
export const viewDefinition = (oid: string): TextExpression =>
  `(SELECT 'CREATE OR REPLACE VIEW ' || v.oid::regclass || coalesce(' WITH (' || ${optionList("v.reloptions")} || ')', '')
      || ' AS ' || rtrim(pg_get_viewdef(v.oid), ';') FROM pg_class v WHERE v.oid = ${oid})`;

/** Everything that makes a dropped view the one it was, for the view `t`. */
export const restoreView: readonly StatementsExpression[] = [
  one(viewDefinition("t.oid")),
  one(text`ALTER VIEW ${"t.oid::regclass"} OWNER TO ${"quote_ident(pg_get_userbyid(t.relowner))"}`),
  each(
    text`ALTER VIEW ${"t.oid::regclass"} ALTER COLUMN ${"quote_ident(a.attname)"} SET DEFAULT ${"pg_get_expr(d.adbin, d.adrelid)"}`,
    "pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = t.oid ORDER BY a.attnum",
  ),
  each(
    text`${"pg_get_ruledef(r.oid)"}`,
    "pg_rewrite r WHERE r.ev_class = t.oid AND r.rulename <> '_RETURN' ORDER BY r.rulename",
  ),
  each(
    text`ALTER TABLE ${"t.oid::regclass"} ${firingOf("r.ev_enabled")} RULE ${"quote_ident(r.rulename)"}`,
    "pg_rewrite r WHERE r.ev_class = t.oid AND r.rulename <> '_RETURN' AND r.ev_enabled <> 'O' ORDER BY r.rulename",
  ),
  each(
    text`${"pg_get_triggerdef(g.oid)"}`,
    "pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal ORDER BY g.tgname",
  ),
  each(
    text`ALTER TABLE ${"t.oid::regclass"} ${firingOf("g.tgenabled")} TRIGGER ${"quote_ident(g.tgname)"}`,
    "pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND g.tgenabled <> 'O' ORDER BY g.tgname",
  ),
  // The view, its columns, rules and triggers.
  each(
    text`COMMENT ON ${"CASE i.type WHEN 'view column' THEN 'COLUMN' ELSE upper(i.type) END"} ${"i.identity"} IS ${"quote_literal(d.description)"}`,
    `pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i
      WHERE d.classoid = 'pg_class'::regclass AND d.objoid = t.oid
        OR d.classoid = 'pg_rewrite'::regclass AND d.objoid IN (SELECT r.oid FROM pg_rewrite r WHERE r.ev_class = t.oid)
        OR d.classoid = 'pg_trigger'::regclass AND d.objoid IN (SELECT g.oid FROM pg_trigger g WHERE g.tgrelid = t.oid)
      ORDER BY i.identity`,
  ),
  ...restoreAccess(
    `(SELECT t.oid, t.relacl AS acl, t.relowner AS owner, t.relnamespace AS namespace, 'r'::"char" AS kind, ${text`TABLE ${"t.oid::regclass"}`} AS object) o`,
    constant("r"),
  ),
  each(
    text`GRANT ${"e.privilege_type"} (${"quote_ident(a.attname)"}) ON ${"t.oid::regclass"} TO ${GRANTEE}${"CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END"}`,
    "pg_attribute a, aclexplode(a.attacl) e WHERE a.attrelid = t.oid AND a.attnum > 0 ORDER BY a.attnum, e.grantee, e.privilege_type",
  ),
];
