import { isRecord } from "./is-record.ts";

/** What is wrong with the data of a `changePrimaryKey` step, whatever the database is; undefined when nothing. */
export function primaryKeyDefect(data: unknown): string | undefined {
  if (!isRecord(data)) return "`changePrimaryKey` is not an object";
  const { table, columns, former } = data;
  if (typeof table !== "string" || table.trim() === "") return "`table` is not the name of a table";
  const isList = Array.isArray(columns) && columns.length > 0 && columns.every((one) => typeof one === "string");
  if (!isList || new Set(columns).size < columns.length) return "`columns` is not a list of columns";
  return former === undefined || former === "unique" || former === "dropped"
    ? undefined
    : '`former` is neither "unique" nor "dropped"';
}
