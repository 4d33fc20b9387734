import { quoteIdentifier } from "../../sql/quote.ts";
import type { ColumnValue } from "../element-values.ts";
import { alterOnly, changedForeignOptions, optionStatements } from "./naming.ts";

const PG16 = 160_000;

/** Before PostgreSQL 16 there is no word for the type's own. */
function usualStorage({ type }: ColumnValue, version: number): string {
  if (version >= PG16) return "DEFAULT";
  return /^(?:numeric|inet|cidr)\b/.test(type?.text ?? "") ? "MAIN" : "EXTENDED";
}

/** What does not touch the rows: how values are stored, what ANALYZE gathers. */
export function columnSettings(before: ColumnValue | undefined, after: ColumnValue, version = PG16): string[] {
  const column = `${alterOnly(after.on)}ALTER COLUMN ${quoteIdentifier(after.name)} `;
  const foreign = before === undefined ? undefined : changedForeignOptions(before.foreignOptions, after.foreignOptions);
  // ADD COLUMN says the compression itself.
  const compression =
    before === undefined && after.on.kind !== "materialized view" ? after.compression : before?.compression;
  return [
    ...(before?.storage === after.storage
      ? []
      : [`${column}SET STORAGE ${after.storage ?? usualStorage(after, version)}`]),
    ...(compression === after.compression ? [] : [`${column}SET COMPRESSION ${after.compression ?? "default"}`]),
    ...(before?.statisticsTarget === after.statisticsTarget
      ? []
      : [`${column}SET STATISTICS ${after.statisticsTarget ?? -1}`]),
    ...optionStatements(column, before?.options, after.options),
    ...(foreign === undefined ? [] : [`${column}${foreign}`]),
  ];
}
