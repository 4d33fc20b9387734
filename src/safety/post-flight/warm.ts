import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";

/** How much of the shared buffers is filled at most, so that what others use stays in them. */
const SHARE = 4;

/**
 * Reads tables and their indexes into the buffers, the small ones first, up to a quarter of these: with pg_prewarm where it
 * is installed; without it the tables alone, by a plain scan.
 *
 * @returns what was read
 */
export async function warm(session: Session, relations: readonly QualifiedName[]): Promise<readonly string[]> {
  const [facts] = await session.query<{ budget: number; prewarm: string | null }>(
    `SELECT (pg_size_bytes(current_setting('shared_buffers')) / ${SHARE})::float8 AS budget,
       (SELECT nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
         WHERE extname = 'pg_prewarm') AS prewarm`,
  );
  const found = await session.query<{ schema: string; name: string; isTable: boolean; bytes: number }>(STORED, [
    relations.map(({ schema }) => schema),
    relations.map(({ name }) => name),
  ]);
  const warmed: string[] = [];
  let left = facts?.budget ?? 0;
  for (const { isTable, bytes, ...relation } of found) {
    const name = quoteQualified(relation);
    if (bytes > left || (facts?.prewarm === null && !isTable)) continue;
    await session.query(
      typeof facts?.prewarm === "string"
        ? `SELECT ${quoteIdentifier(facts.prewarm)}.pg_prewarm(${quoteLiteral(name)}::regclass, 'buffer')`
        : `SELECT count(*) FROM ONLY ${name}`,
    );
    left -= bytes;
    warmed.push(name);
  }
  return warmed;
}

const STORED = `WITH wanted AS (SELECT DISTINCT c.oid FROM unnest($1::text[], $2::text[]) AS w(schema, name)
    JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name),
  stored AS (SELECT oid FROM wanted UNION SELECT indexrelid FROM pg_catalog.pg_index JOIN wanted ON wanted.oid = indrelid WHERE indisvalid)
SELECT n.nspname AS schema, c.relname AS name, c.relkind IN ('r', 'm') AS "isTable", pg_catalog.pg_relation_size(c.oid)::float8 AS bytes
  FROM stored JOIN pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm', 'i') AND c.relpersistence <> 't' AND pg_catalog.pg_relation_size(c.oid) > 0 ORDER BY bytes, 1, 2`;
