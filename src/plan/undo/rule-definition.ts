import { firingOf } from "./alter-firing.ts";
import { each, type StatementsExpression, text } from "./sql-text.ts";

/** Puts the rules `r` of the relation `t` that `named` chooses back; `replacing` one that stands in their place. */
export const restoreRules = (named: string, replacing: boolean): readonly StatementsExpression[] => {
  const from = `pg_rewrite r WHERE r.ev_class = t.oid AND ${named}`;
  const definition = "rtrim(pg_get_ruledef(r.oid), ';')";
  return [
    each(
      text`${replacing ? `regexp_replace(${definition}, '^CREATE RULE ', 'CREATE OR REPLACE RULE ')` : definition}`,
      from,
    ),
    // A new rule is enabled; a replaced one stays as it is.
    ...(replacing
      ? []
      : [
          each(
            text`ALTER TABLE ${"t.oid::regclass"} ${firingOf("r.ev_enabled")} RULE ${"quote_ident(r.rulename)"}`,
            `${from} AND r.ev_enabled <> 'O'`,
          ),
          each(
            text`COMMENT ON RULE ${"quote_ident(r.rulename)"} ON ${"t.oid::regclass"} IS ${"quote_literal(obj_description(r.oid, 'pg_rewrite'))"}`,
            `${from} AND obj_description(r.oid, 'pg_rewrite') IS NOT NULL`,
          ),
        ]),
  ];
};
