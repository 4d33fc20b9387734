import type { RangeVar } from "libpg-query";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { dotted, rangeNames, rangeText } from "../../sql/object-name.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture } from "./capture.ts";
import { each, one, type StatementsExpression, type TextExpression } from "./sql-text.ts";

/** An SQL expression for the OID of an existing relation, null when there is none. */
export const relationOid = (range: RangeVar | undefined): string =>
  `to_regclass(${quoteLiteral(rangeText(range))})::oid`;

/** The word behind ALTER, DROP and COMMENT ON for the `pg_class` row `alias`. */
const relationKind = (alias: string): TextExpression =>
  `CASE ${alias}.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'` +
  ` WHEN 'i' THEN 'INDEX' WHEN 'I' THEN 'INDEX' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END`;

/** Target of a capture: the relation's `pg_class` row and its `kind`; `more` are further columns. */
export function relationTarget(range: RangeVar | undefined, more: Readonly<Record<string, string>> = {}): string {
  const columns = Object.entries(more).map(([name, expression]) => `, ${expression} AS ${name}`);
  return `SELECT c.*, ${relationKind("c")} AS kind${columns.join("")} FROM pg_class c WHERE c.oid = ${relationOid(range)}`;
}

/** What stands in the catalog about an existing relation, `t`; nothing when it does not exist. */
export const captureOnRelation = (
  range: RangeVar | undefined,
  ...statements: readonly StatementsExpression[]
): UndoItem => capture(relationTarget(range), ...statements);

/** The relation's name in the undo text, from the capture's row `t`. */
export const T_NAME = "t.oid::regclass";

/**
 * One statement about an existing relation that needs nothing from the catalog but the relation's schema: the text
 * itself where the schema is written, a capture where it is not, or where the relation may be missing.
 */
export function onRelation(
  range: RangeVar | undefined,
  missingOk: boolean,
  statement: (name: string) => string,
): UndoItem {
  if (!missingOk && rangeNames(range).length > 1) return { sql: statement(rangeText(range)) };
  return inSchemaOf(rangeText(range), `.${rangeText(range)}`, statement);
}

/** `statement` around the name of a schema, which the runner looks up, and what follows it. */
export function inSchemaOf(schemaOf: string | null, rest: string, statement: (name: string) => string): UndoItem {
  const [before = "", ...behind] = statement("\u0000").split("\u0000");
  if (behind.length !== 1)
    throw new LockkeeperError("internal", { message: "an undo names its object more than once" });
  return { around: [before, `${rest}${behind[0]}`], schemaOf };
}

/** The text expression for a statement around a name that an SQL expression gives. */
export function around(statement: (name: string) => string, name: string): TextExpression {
  const parts = statement("\u0000").split("\u0000").map(quoteLiteral);
  return `(${parts.join(` || (${name})::text || `)})`;
}

/**
 * The undo of creating an object: `statement` around its full name. Where no schema is written the object goes into
 * the first schema of the path, which only the session knows.
 */
export function onCreated(names: readonly string[], statement: (name: string) => string): UndoItem {
  const [name = ""] = names.slice(-1);
  if (names.length > 1) return { sql: statement(dotted(names)) };
  return inSchemaOf(null, `.${dotted([name])}`, statement);
}

/** The same for `IF NOT EXISTS`: nothing when `exists`, a condition over the new name's text `o.name`, holds. */
export function onCreatedIfMissing(
  names: readonly string[],
  exists: string,
  statement: (name: string) => string,
): UndoItem {
  const name =
    names.length > 1
      ? quoteLiteral(dotted(names))
      : `quote_ident(current_schema()) || ${quoteLiteral(`.${dotted(names)}`)}`;
  return capture(
    `SELECT o.name FROM (SELECT ${name} AS name) o WHERE o.name IS NOT NULL AND NOT (${exists})`,
    one(around(statement, "t.name")),
  );
}

/**
 * For the relation `t` and, unless ONLY was written, everything that inherits from it: one statement for each row of
 * `c` (pg_class) joined with `rest`. Those further down come first, as a parent may ask something of its children, unless
 * it is the children that may not do without what their parents have.
 */
export function eachInTree(
  only: boolean,
  statement: TextExpression,
  rest: string,
  order: "children first" | "parents first" = "children first",
): StatementsExpression {
  return `ARRAY(WITH RECURSIVE tree(oid, depth) AS (
      SELECT t.oid, 0
      UNION ALL SELECT i.inhrelid, tree.depth + 1 FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid${only ? " AND false" : ""}
    )
    SELECT ${statement} FROM (SELECT oid, max(depth) AS depth FROM tree GROUP BY oid) m
    JOIN pg_class c ON c.oid = m.oid ${rest} ORDER BY m.depth${order === "children first" ? " DESC" : ""}, c.oid)`;
}

/** {@link eachInTree} with the named column of each relation as `a` (pg_attribute). */
export const eachColumnInTree = (
  only: boolean,
  column: string,
  statement: TextExpression,
  condition = "true",
): StatementsExpression =>
  eachInTree(
    only,
    statement,
    `JOIN pg_attribute a ON a.attrelid = c.oid AND ${isColumn("a", column)} WHERE ${condition}`,
  );

/** A condition: the `pg_attribute` row `alias` is the named column. */
export const isColumn = (alias: string, column: string): string =>
  `${alias}.attname = ${quoteLiteral(column)} AND ${alias}.attnum > 0 AND NOT ${alias}.attisdropped`;

/** One statement about the named column of `t`, as `a` (pg_attribute); nothing when there is no such column. */
export const onColumn = (column: string, statement: TextExpression, condition = "true"): StatementsExpression =>
  each(statement, `pg_attribute a WHERE a.attrelid = t.oid AND ${isColumn("a", column)} AND ${condition}`);
