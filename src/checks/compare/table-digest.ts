import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { baseType, formsOf, type HashMethod, hashable, rowHash } from "./column-form.ts";
import { READING_SETTINGS } from "./reading-settings.ts";

/** What all rows of a table come to, whatever their order and that of the columns. */
export interface TableDigest {
  readonly rows: number;
  /** A decimal number: the sum of the rows' hashes; only digests of one method, and for `record` of one major, compare. */
  readonly sum: string;
}

/** Whether a table is looked at for itself: its partitions are looked at with it. */
export const hasOwnRows = ({ kind, persistence, partitionOf }: Table): boolean =>
  kind !== "foreign" && persistence !== "temporary" && partitionOf === undefined;

/** The rows that a table itself has: with its partitions, without what inherits from it. */
export const rowsOf = (table: Pick<Table, "schema" | "name" | "kind">): string =>
  table.kind === "partitioned" ? quoteQualified(table) : `ONLY ${quoteQualified(table)}`;

/**
 * Reads a whole table once, on the server, in the transaction that is open: its isolation and its snapshot are the
 * caller's, and its settings are put back.
 *
 * @param catalog that the table is of, for its types
 * @param method `text` where the digest is compared with one of another major, at about three times the cost
 * @throws the driver's error; the transaction stands as it did before
 */
export async function tableDigest(
  session: Session,
  catalog: Pick<Catalog, "domains">,
  table: Table,
  method: HashMethod,
): Promise<TableDigest> {
  // The order of columns is another after a restore of what had columns dropped.
  const columns = table.columns.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const values = columns.map(({ name, type }) => {
    const base = baseType(type, catalog.domains);
    return hashable(formsOf(base, base)[0], quoteIdentifier(name), method);
  });
  await session.batch([{ sql: "SAVEPOINT lockkeeper_digest" }, ...READING_SETTINGS.map((sql) => ({ sql }))]);
  try {
    const [row] = await session.query<TableDigest>(
      `SELECT count(*)::float8 AS rows, coalesce(sum(${rowHash(values, method)}), 0)::text AS sum FROM ${rowsOf(table)}`,
    );
    return { rows: row?.rows ?? 0, sum: row?.sum ?? "0" };
  } finally {
    if (!session.lost) {
      await session.batch([
        { sql: "ROLLBACK TO SAVEPOINT lockkeeper_digest" },
        { sql: "RELEASE SAVEPOINT lockkeeper_digest" },
      ]);
    }
  }
}
