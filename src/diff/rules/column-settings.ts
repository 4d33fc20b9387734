import { quoteIdentifier } from "../../sql/quote.ts";
import type { ColumnValue } from "../element-values.ts";
import { alterOnly, changedForeignOptions, optionStatements } from "./naming.ts";

/** What does not touch the rows: how values are stored, what ANALYZE gathers. */
export function columnSettings(before: ColumnValue | undefined, after: ColumnValue): string[] {
  const column = `${alterOnly(after.on)}ALTER COLUMN ${quoteIdentifier(after.name)} `;
  const foreign = before === undefined ? undefined : changedForeignOptions(before.foreignOptions, after.foreignOptions);
  // ADD COLUMN says the compression itself.
  const compression =
    before === undefined && after.on.kind !== "materialized view" ? after.compression : before?.compression;
  return [
    ...(before?.storage === after.storage ? [] : [`${column}SET STORAGE ${after.storage ?? "DEFAULT"}`]),
    ...(compression === after.compression ? [] : [`${column}SET COMPRESSION ${after.compression ?? "default"}`]),
    ...(before?.statisticsTarget === after.statisticsTarget
      ? []
      : [`${column}SET STATISTICS ${after.statisticsTarget ?? -1}`]),
    ...optionStatements(column, before?.options, after.options),
    ...(foreign === undefined ? [] : [`${column}${foreign}`]),
  ];
}
