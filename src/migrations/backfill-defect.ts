import { isRecord } from "./is-record.ts";

/** What is wrong with the data of a `backfill` step, whatever the database is; undefined when nothing. */
export function backfillDefect(data: unknown): string | undefined {
  if (!isRecord(data)) return "`backfill` is not an object";
  const { table, columns, where, batch } = data;
  if (typeof table !== "string" || table.trim() === "") return "`table` is not the name of a table";
  if (!Array.isArray(columns) || columns.length === 0 || columns.some((name) => typeof name !== "string")) {
    return "`columns` is not a list of columns";
  }
  if (where !== undefined && typeof where !== "string") return "`where` is not text";
  return typeof batch === "function" ? undefined : "`batch` is not a function";
}
