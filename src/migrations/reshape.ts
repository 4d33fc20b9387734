import { quoteIdentifier, quoteLiteral } from "../sql/quote.ts";

/** A column that gets values of other columns of its row. */
export interface ReshapedColumn {
  /** As in SQL: `text`, `numeric(12, 2)`. Absent: the column is there already. */
  readonly type?: string;
  /** SQL on the columns that the row has before, such as `split_part(name, ' ', 1)`; no query, nothing volatile. */
  readonly value: string;
  /** No row may be without a value: proved once all rows have theirs. */
  readonly notNull?: boolean;
}

/**
 * Another shape of a table's columns, as plain data. Once `up` is done both shapes live: whichever of them a client
 * writes, the other one follows, until `contract`.
 */
export interface Reshape {
  /** As in SQL: `users`, `app.users`, `"Users"`. */
  readonly table: string;
  /** The columns that are filled, by their names. */
  readonly fill: Readonly<Record<string, ReshapedColumn>>;
  /** What the old columns hold when a client wrote the new ones, by their names: SQL on the row's columns. */
  readonly back: Readonly<Record<string, string>>;
  /** Old columns that `contract` removes. */
  readonly drop?: readonly string[];
}

/** A step of a TypeScript migration that changes the shape of a table's columns. */
export interface ReshapeStep {
  readonly reshape: Reshape;
}

/** A column that is made new. */
export type NewShape = ReshapedColumn & { readonly type: string };

/**
 * One column becomes several. Both live until `contract`, which removes the old one.
 *
 * @example
 * splitColumn({
 *   table: "users",
 *   column: "name",
 *   into: {
 *     first_name: { type: "text", value: "split_part(name, ' ', 1)" },
 *     last_name: { type: "text", value: "split_part(name, ' ', 2)" },
 *   },
 *   back: "concat_ws(' ', first_name, last_name)",
 * });
 */
export function splitColumn(split: {
  readonly table: string;
  readonly column: string;
  readonly into: Readonly<Record<string, NewShape>>;
  /** What the column holds when a client wrote the new ones: SQL on those. */
  readonly back: string;
}): ReshapeStep {
  const { table, column, into, back } = split;
  return { reshape: { table, fill: into, back: { [column]: back }, drop: [column] } };
}

/**
 * Several columns become one. Both shapes live until `contract`, which removes the old columns.
 *
 * @example
 * mergeColumns({
 *   table: "users",
 *   into: { name: { type: "text", value: "concat_ws(' ', first_name, last_name)" } },
 *   back: { first_name: "split_part(name, ' ', 1)", last_name: "split_part(name, ' ', 2)" },
 * });
 */
export function mergeColumns(merge: {
  readonly table: string;
  /** The one column that is made. */
  readonly into: Readonly<Record<string, NewShape>>;
  /** What each of the old columns holds when a client wrote the new one. */
  readonly back: Readonly<Record<string, string>>;
}): ReshapeStep {
  const { table, into, back } = merge;
  return { reshape: { table, fill: into, back, drop: Object.keys(back) } };
}

/** A key of a document that a column of its own says as well. */
export interface DocumentKey {
  /** The column's type, as in SQL. */
  readonly type: string;
  /** Absent: the column's name. */
  readonly key?: string;
}

/**
 * Keys of a `jsonb` column get columns of their own. Until `contract` a write of either is seen in both; the keys stay in
 * the documents, for a later `UPDATE … SET document = document - 'key'`.
 *
 * A document without the key, and one in which it is null, leave the column null.
 *
 * @example
 * extractKeys({ table: "orders", document: "details", into: { currency: { type: "text", notNull: true } } });
 */
export function extractKeys(extract: {
  readonly table: string;
  /** The `jsonb` column. */
  readonly document: string;
  /** The new columns, by their names. */
  readonly into: Readonly<Record<string, DocumentKey & { readonly notNull?: boolean }>>;
}): ReshapeStep {
  const { table, document, into } = extract;
  const columns = Object.entries(into);
  return {
    reshape: {
      table,
      fill: Object.fromEntries(
        columns.map(([column, { notNull, ...key }]) => [
          column,
          { type: key.type, value: keyValue(document, column, key), ...(notNull === undefined ? {} : { notNull }) },
        ]),
      ),
      back: { [document]: withKeys(document, columns, "delete_key") },
    },
  };
}

/**
 * Columns become keys of a `jsonb` column of the same table, which is there already. Until `contract`, which removes the
 * columns, a write of either is seen in both. A document that somebody writes without the key leaves the column as it is
 * and gets the key; a key that is null makes the column null.
 *
 * @example
 * embedKeys({ table: "customers", document: "profile", from: { remark: { type: "text" } } });
 */
export function embedKeys(embed: {
  readonly table: string;
  /** The `jsonb` column. */
  readonly document: string;
  /** The old columns, by their names. */
  readonly from: Readonly<Record<string, DocumentKey>>;
}): ReshapeStep {
  const { table, document, from } = embed;
  const columns = Object.entries(from);
  const has = (column: string, { key = column }: DocumentKey): string =>
    `${quoteIdentifier(document)} OPERATOR(pg_catalog.?) ${quoteLiteral(key)}`;
  return {
    reshape: {
      table,
      fill: { [document]: { value: withKeys(document, columns, "use_json_null") } },
      back: Object.fromEntries(
        columns.map(([column, key]) => [
          column,
          `CASE WHEN ${has(column, key)} THEN ${keyValue(document, column, key)} ELSE ${quoteIdentifier(column)} END`,
        ]),
      ),
      drop: columns.map(([column]) => column),
    },
  };
}

function keyValue(document: string, column: string, { key = column, type }: DocumentKey): string {
  const [from, name] = [quoteIdentifier(document), quoteLiteral(key)];
  if (type.trim().toLowerCase() === "jsonb") return `${from} OPERATOR(pg_catalog.->) ${name}`;
  const text = `${from} OPERATOR(pg_catalog.->>) ${name}`;
  return type.trim().toLowerCase() === "text" ? text : `CAST(${text} AS ${type})`;
}

/** Fails for a document that is no object and has no place for a key. */
const withKeys = (
  document: string,
  columns: readonly (readonly [string, DocumentKey])[],
  ofNull: "delete_key" | "use_json_null",
): string =>
  columns.reduce(
    (inner, [column, { key = column }]) =>
      `pg_catalog.jsonb_set_lax(${inner}, ARRAY[${quoteLiteral(key)}], pg_catalog.to_jsonb(${quoteIdentifier(column)}), true, '${ofNull}')`,
    `COALESCE(${quoteIdentifier(document)}, '{}'::pg_catalog.jsonb)`,
  );
