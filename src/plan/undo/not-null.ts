import { restoreConstraints, unvalidateConstraints } from "./constraint-definition.ts";
import { eachInTree } from "./relation.ts";
import { constant, each, refuseWhen, type StatementsExpression, text } from "./sql-text.ts";

/** From 18 on NOT NULL is a constraint with a name, which parents hand down and count. */
const NAMED = "current_setting('server_version_num')::int >= 180000";

/** The column's own NOT NULL constraint `k` (18 and newer). */
const ofColumn = (columns: string): string =>
  `k.contype = 'n' AND k.conkey[1] IN (SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = k.conrelid AND ${columns})`;

const columnsOf = (relation: string, columns: string): string =>
  `a.attrelid = ${relation} AND a.attnum > 0 AND NOT a.attisdropped AND (${columns})`;

/**
 * Takes back that columns of `t` became NOT NULL. `columns` is a condition on `a` (pg_attribute) that also holds for
 * the columns of the same name in children.
 */
export const undoSetNotNull = (only: boolean, columns: string): readonly StatementsExpression[] => {
  const wasNullable = `EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = t.oid AND p.attname = a.attname AND NOT p.attnotnull)`;
  const children = `JOIN pg_attribute a ON ${columnsOf("c.oid", columns)} WHERE c.oid <> t.oid`;
  return [
    each(
      text`ALTER TABLE ${constant(only ? "ONLY " : "")}${"t.oid::regclass"} ALTER COLUMN ${"quote_ident(a.attname)"} DROP NOT NULL`,
      `pg_attribute a WHERE ${columnsOf("t.oid", columns)} AND NOT a.attnotnull ORDER BY a.attnum`,
    ),
    // The DROP above reaches the children, among them those that were NOT NULL before.
    eachInTree(
      only,
      text`ALTER TABLE ONLY ${"c.oid::regclass"} ALTER COLUMN ${"quote_ident(a.attname)"} SET NOT NULL`,
      `${children} AND NOT ${NAMED} AND a.attnotnull AND ${wasNullable}`,
    ),
    // From 18 on it does not reach those whose own it became meanwhile, as a primary key makes it.
    eachInTree(
      only,
      text`ALTER TABLE ${"c.oid::regclass"} ALTER COLUMN ${"quote_ident(a.attname)"} DROP NOT NULL`,
      `${children} AND NOT a.attnotnull AND (${NAMED} OR NOT ${wasNullable})`,
      "parents first",
    ),
    ...unvalidateConstraints(`NOT k.convalidated AND ${ofColumn(columns)}`),
  ];
};

/** Takes back that columns of `t` became nullable. */
export const undoDropNotNull = (only: boolean, columns: string): readonly StatementsExpression[] => [
  eachInTree(
    only,
    text`ALTER TABLE ONLY ${"c.oid::regclass"} ALTER COLUMN ${"quote_ident(a.attname)"} SET NOT NULL`,
    `JOIN pg_attribute a ON ${columnsOf("c.oid", columns)} WHERE a.attnotnull AND NOT ${NAMED}`,
  ),
  refuseWhen(
    `${only} AND ${NAMED} AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = t.oid)`,
    text`children of ${"t.oid::regclass"} keep the NOT NULL that only the parent loses`,
  ),
  ...restoreConstraints(ofColumn(columns), false),
];
