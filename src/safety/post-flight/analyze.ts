import type { QualifiedName } from "../../catalog/model/names.ts";
import type { ServerNotice, Session } from "../../postgres/session.ts";
import { BEGIN } from "../../postgres/transaction.ts";
import type { RunPolicy } from "../../run/policy.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";

/** A table of which the planner does not know what it should. */
export interface Unanalysed extends QualifiedName {
  readonly partitioned: boolean;
  /** Columns without statistics; absent: there is more to it, and all of the table is looked at. */
  readonly columns?: readonly string[];
}

/** Of the relations those with rows whose statistics are not there, or are of before the rows were changed. */
export async function readUnanalysed(
  session: Session,
  relations: readonly QualifiedName[],
): Promise<readonly Unanalysed[]> {
  const rows = await session.query<{
    schema: string;
    name: string;
    partitioned: boolean;
    under: string | null;
    missing: readonly string[];
    known: number;
    more: boolean;
  }>(STATISTICS, [relations.map(({ schema }) => schema), relations.map(({ name }) => name)]);
  const wanting = rows.filter(({ missing, more }) => more || missing.length > 0);
  const parents = new Set(wanting.filter(({ partitioned }) => partitioned).map((one) => quoteQualified(one)));
  return wanting
    .filter(({ under }) => under === null || !parents.has(under))
    .map(({ schema, name, partitioned, missing, known, more }) => ({
      schema,
      name,
      partitioned,
      // A list of columns leaves indexes on expressions out, and the number of rows as it was.
      ...(more || known === 0 ? {} : { columns: missing }),
    }));
}

/**
 * Rows changed since are counted as autovacuum does by default: 50 and a tenth of the table. Below a partitioned table
 * all partitions are looked at along with it.
 */
const STATISTICS = `SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'p' AS partitioned,
  (SELECT format('%I.%I', pn.nspname, p.relname) FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
     JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid AND c.relispartition) AS under,
  ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
       AND coalesce(a.attstattarget, -1) <> 0 AND NOT EXISTS (SELECT FROM pg_catalog.pg_stats s
         WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname)
     ORDER BY a.attnum) AS missing,
  (SELECT count(*)::int FROM pg_catalog.pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname) AS known,
  (c.relkind <> 'p' AND c.reltuples < 0
   OR c.relkind <> 'p' AND coalesce(t.n_mod_since_analyze, 0) > 50 + 0.1 * greatest(c.reltuples, 0)
   OR EXISTS (SELECT FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class ic ON ic.oid = x.indexrelid
       WHERE x.indrelid = c.oid AND x.indexprs IS NOT NULL AND x.indisvalid AND ic.relkind = 'i'
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = ic.relname))
   OR EXISTS (SELECT FROM pg_catalog.pg_statistic_ext e JOIN pg_catalog.pg_namespace en ON en.oid = e.stxnamespace
       WHERE e.stxrelid = c.oid AND NOT EXISTS (SELECT FROM pg_catalog.pg_stats_ext s
         WHERE s.statistics_schemaname = en.nspname AND s.statistics_name = e.stxname))) AS more
  FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS w(schema, name)) AS wanted
  JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
  LEFT JOIN pg_catalog.pg_stat_all_tables t ON t.relid = c.oid
 WHERE c.relpersistence <> 't' AND CASE c.relkind WHEN 'r' THEN pg_catalog.pg_relation_size(c.oid) > 0
     WHEN 'm' THEN pg_catalog.pg_relation_size(c.oid) > 0
     WHEN 'p' THEN EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) AS leaf WHERE leaf.isleaf AND pg_catalog.pg_relation_size(leaf.relid) > 0)
     ELSE false END
 ORDER BY 1, 2`;

/** From here on the partitions need not be looked at with the table above them. */
const WITH_ONLY = 180_000;

/**
 * Looks at a table for the planner, in a transaction of its own. Readers and writers go on meanwhile; who waits for its
 * lock goes before it.
 *
 * @param told what the server remarks on the session, emptied before
 * @returns why it was not done; undefined where it was
 */
export async function analyze(
  session: Session,
  table: Unanalysed,
  { lockTimeoutMs, clientCheckMs, role }: RunPolicy,
  told: ServerNotice[],
  serverVersion: number,
): Promise<string | undefined> {
  const only = table.partitioned && serverVersion >= WITH_ONLY ? "ONLY " : "";
  const columns = table.columns === undefined ? "" : ` (${table.columns.map(quoteIdentifier).join(", ")})`;
  told.length = 0;
  try {
    await session.batch([
      { sql: BEGIN },
      { sql: `SET LOCAL lock_timeout = ${lockTimeoutMs}` },
      { sql: "SET LOCAL statement_timeout = 0" },
      { sql: `SET LOCAL client_connection_check_interval = ${clientCheckMs}` },
      ...(role === undefined ? [] : [{ sql: `SET LOCAL ROLE ${quoteIdentifier(role)}` }]),
      { sql: `ANALYZE ${only}${quoteQualified(table)}${columns}` },
      { sql: "COMMIT" },
    ]);
  } catch (error) {
    await session.rollback();
    if (session.lost) throw error;
    return error instanceof Error ? error.message : String(error);
  }
  // Without the right to, the server says so and leaves the table alone.
  return told.find(({ severity }) => severity === "WARNING")?.message;
}
