import { isRecord } from "./is-record.ts";

/** What is wrong with the data of a `reshape` step, whatever the database is; undefined when nothing. */
export function reshapeDefect(reshape: unknown): string | undefined {
  if (!isRecord(reshape)) return "`reshape` is not an object";
  const { table, fill, back, drop = [] } = reshape;
  if (typeof table !== "string" || table.trim() === "") return "`table` is not the name of a table";
  if (!isRecord(fill) || Object.keys(fill).length === 0) return "`fill` names no column that gets values";
  for (const [name, column] of Object.entries(fill)) {
    if (!isRecord(column) || typeof column["value"] !== "string") return `the column ${name} has no \`value\``;
    if (column["type"] !== undefined && typeof column["type"] !== "string") {
      return `the \`type\` of the column ${name} is not text`;
    }
    if (column["notNull"] !== undefined && typeof column["notNull"] !== "boolean") {
      return `\`notNull\` of the column ${name} is neither true nor false`;
    }
  }
  if (!isRecord(back) || Object.keys(back).length === 0) return "`back` names no column that is kept current";
  const wordless = Object.entries(back).find(([, value]) => typeof value !== "string");
  if (wordless !== undefined) return `what \`back\` gives ${wordless[0]} is not text`;
  if (!Array.isArray(drop) || drop.some((name) => typeof name !== "string")) return "`drop` is not a list of columns";
  return undefined;
}
