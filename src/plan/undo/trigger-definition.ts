import { firingOf } from "./alter-firing.ts";
import { eachInTree } from "./relation.ts";
import { each, type StatementsExpression, text } from "./sql-text.ts";

/** `tgenabled` of the trigger and of its counterparts in partitions, which bear its name. */
const firing = (named: string): StatementsExpression =>
  eachInTree(
    false,
    text`ALTER TABLE ONLY ${"c.oid::regclass"} ${firingOf("g.tgenabled")} TRIGGER ${"quote_ident(g.tgname)"}`,
    `JOIN pg_trigger g ON g.tgrelid = c.oid AND ${named} AND g.tgenabled <> 'O' AND (c.oid = t.oid OR c.relispartition)`,
  );

/** Puts the triggers `g` of the relation `t` that `named` chooses back; `replacing` one that stands in their place. */
export const restoreTriggers = (named: string, replacing: boolean): readonly StatementsExpression[] => {
  const from = `pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND ${named}`;
  const definition = "pg_get_triggerdef(g.oid)";
  return [
    each(
      text`${replacing ? `regexp_replace(${definition}, '^CREATE TRIGGER ', 'CREATE OR REPLACE TRIGGER ')` : definition}`,
      from,
    ),
    firing(named),
    ...(replacing
      ? []
      : [
          each(
            text`COMMENT ON TRIGGER ${"quote_ident(g.tgname)"} ON ${"t.oid::regclass"} IS ${"quote_literal(obj_description(g.oid, 'pg_trigger'))"}`,
            `${from} AND obj_description(g.oid, 'pg_trigger') IS NOT NULL`,
          ),
        ]),
  ];
};
