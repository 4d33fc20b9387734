import type { Column } from "../../catalog/model/column.ts";

/**
 * Types of which two values that are equal are the same in every byte. Others have values that are equal and not the
 * same: 1.0 and 1.00, '1 day' and '24 hours', -0 and 0, boxes of one area; or cannot be compared, such as json.
 */
const EQUAL_IS_SAME: ReadonlySet<string> = new Set([
  "bool",
  "bytea",
  "date",
  "int2",
  "int4",
  "int8",
  "name",
  "oid",
  "text",
  "time",
  "timestamp",
  "timestamptz",
  "uuid",
  "varchar",
]);

/** What a comparison needs to know of a column. */
export type Compared = Pick<Column, "type" | "collation">;

/**
 * SQL condition that holds where two values of a column's type are not the same; null is a value like any other. Its
 * names are to be bound where it is made, as in the WHEN of a trigger. Under a collation of its own texts may be equal that
 * are not the same.
 */
export const differs = (column: Compared, one: string, other: string): string =>
  isSameWhenEqual(column) ? `${one} IS DISTINCT FROM ${other}` : differsAnywhere(one, other);

/** The same under every search_path, as in the body of a function: several times cheaper than `differsAnywhere`. */
export const differsInBody = (column: Compared, one: string, other: string): string =>
  isSameWhenEqual(column)
    ? `COALESCE(${one} OPERATOR(pg_catalog.<>) ${other}, (${one} IS NULL) OPERATOR(pg_catalog.<>) (${other} IS NULL))`
    : differsAnywhere(one, other);

const isSameWhenEqual = ({ type, collation }: Compared): boolean =>
  type.schema === "pg_catalog" &&
  !type.array &&
  EQUAL_IS_SAME.has(type.name) &&
  (collation === undefined || collation.schema === "pg_catalog");

/** The same for any type, and under every search_path: it names all that it uses. */
export const differsAnywhere = (one: string, other: string): string =>
  `pg_catalog.record_image_ne(ROW(${one}), ROW(${other}))`;
