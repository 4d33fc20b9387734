import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteQualified } from "../../sql/quote.ts";

/** Roughly how many rows a table has, with its partitions. */
export type EstimatedRows = (table: QualifiedName) => number;

/** Where nobody has counted yet. */
const UNKNOWN = 200_000;

/**
 * Reads what the last ANALYZE or VACUUM counted. Sizes would say more, and wait for whoever holds a lock on one of the
 * tables.
 */
export async function readEstimatedRows(session: Session, { tables }: Pick<Catalog, "tables">): Promise<EstimatedRows> {
  const read = await session.query<QualifiedName & { rows: number }>(
    `SELECT n.nspname AS schema, c.relname AS name, c.reltuples::float8 AS rows
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r'`,
  );
  const counted = new Map(read.map((table) => [quoteQualified(table), table.rows]));
  const partitions = Map.groupBy(
    tables.flatMap((table) => (table.partitionOf === undefined ? [] : [{ table, of: table.partitionOf.parent }])),
    ({ of }) => quoteQualified(of),
  );
  const estimated: EstimatedRows = (table) => {
    const parts = partitions.get(quoteQualified(table));
    if (parts !== undefined) return parts.reduce((sum, part) => sum + estimated(part.table), 0);
    const rows = counted.get(quoteQualified(table)) ?? -1;
    return rows < 0 ? UNKNOWN : rows;
  };
  return estimated;
}
