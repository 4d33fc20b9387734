import type { Catalog } from "../../catalog/catalog.ts";
import type { Routine } from "../../catalog/model/routine.ts";
import type { Table } from "../../catalog/model/table.ts";
import { quoteQualified } from "../../sql/quote.ts";

/** The table whose whole rows a body of the SQL standard gives: the server holds the body against it when it is made. */
export function rowTable(
  { sqlBody, result = "" }: Pick<Routine, "sqlBody" | "result">,
  { tables }: Catalog,
): Table | undefined {
  if (sqlBody === undefined) return undefined;
  const name = result.replace(/^SETOF /, "");
  return tables.find((table) => quoteQualified(table) === name);
}
