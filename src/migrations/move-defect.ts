import { isRecord } from "./is-record.ts";

/** What is wrong with the data of a `moveColumn` step, whatever the database is; undefined when nothing. */
export function moveDefect(move: unknown): string | undefined {
  if (!isRecord(move)) return "`moveColumn` is not an object";
  const { from, to, on, columns } = move;
  if (typeof from !== "string" || from.trim() === "") return "`from` is not the name of a table";
  if (typeof to !== "string" || to.trim() === "") return "`to` is not the name of a table";
  if (!isRecord(on) || Object.keys(on).length === 0 || Object.values(on).some((name) => typeof name !== "string")) {
    return "`on` does not say by which columns the rows belong together";
  }
  if (!isRecord(columns) || Object.keys(columns).length === 0) return "`columns` names no column that moves";
  for (const [name, column] of Object.entries(columns)) {
    if (!isRecord(column)) return `the column ${name} is not an object`;
    for (const key of ["type", "as"]) {
      if (column[key] !== undefined && typeof column[key] !== "string") {
        return `\`${key}\` of the column ${name} is not text`;
      }
    }
  }
  return undefined;
}
