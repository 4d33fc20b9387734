import type { Table } from "../../catalog/model/table.ts";
import { quoteQualified } from "../../sql/quote.ts";

/** Whether a table is looked at for itself: its partitions are looked at with it. */
export const hasOwnRows = ({ kind, persistence, partitionOf }: Table): boolean =>
  kind !== "foreign" && persistence !== "temporary" && partitionOf === undefined;

/** What stands behind FROM for the rows of a table: with its partitions, without what inherits from it. */
export const rowsOf = (table: Pick<Table, "schema" | "name" | "kind">): string =>
  table.kind === "partitioned" ? quoteQualified(table) : `ONLY ${quoteQualified(table)}`;
