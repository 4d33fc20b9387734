import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteQualified } from "../../sql/quote.ts";

/**
 * Whether a table, or a partition of it, got another file since the snapshot of the transaction that is open: after TRUNCATE
 * and ALTER TABLE that writes the table anew, a snapshot from before sees no rows, and nothing says so. Asked once the
 * transaction holds a lock on the table.
 *
 * Source: PostgreSQL documentation, "Concurrency Control", Caveats.
 */
export async function rewrittenSince(session: Session, table: QualifiedName): Promise<boolean> {
  // A row of pg_class is read as of the snapshot, pg_relation_filenode as of now.
  const [row] = await session.query<{ same: boolean | null }>(
    `SELECT bool_and(coalesce(pg_relation_filenode(oid), 0) = relfilenode) AS same FROM pg_class
     WHERE oid = $1::regclass OR oid IN (SELECT relid FROM pg_partition_tree($1::regclass))`,
    [quoteQualified(table)],
  );
  return row?.same !== true;
}
