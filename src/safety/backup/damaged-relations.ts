import { databaseError } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier } from "../../sql/quote.ts";

/** B-trees and heaps of the database itself, system catalogs included. */
const RELATIONS = `SELECT c.oid::text AS oid, c.oid::regclass::text AS name, a.amname AS method
FROM pg_class AS c JOIN pg_am AS a ON a.oid = c.relam LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
WHERE c.relpersistence = 'p' AND (a.amname = 'heap' AND c.relkind IN ('r', 't', 'm')
  OR a.amname = 'btree' AND c.relkind = 'i' AND i.indisvalid AND i.indisready) ORDER BY 2`;

export interface Damage {
  /** Relations that were looked into. */
  readonly checked: number;
  readonly findings: readonly string[];
}

/**
 * Looks through tables and B-trees with amcheck, in a copy that is ours: the extension is made there.
 *
 * @returns null where the server has no amcheck
 */
export async function damagedRelations(session: Session): Promise<Damage | null> {
  const [there] = await session.query("SELECT FROM pg_available_extensions WHERE name = 'amcheck'");
  if (there === undefined) return null;
  await session.query("CREATE EXTENSION IF NOT EXISTS amcheck");
  const [row] = await session.query<{ schema: string }>(
    "SELECT nspname AS schema FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE extname = 'amcheck'",
  );
  const schema = quoteIdentifier(row?.schema ?? "public");
  const relations = await session.query<{ oid: string; name: string; method: string }>(RELATIONS);
  const findings: string[] = [];
  for (const { oid, name, method } of relations) {
    const sql =
      method === "btree"
        ? `SELECT ${schema}.bt_index_check($1::oid::regclass, true)::text AS msg`
        : `SELECT msg FROM ${schema}.verify_heapam($1::oid::regclass, on_error_stop => true) LIMIT 1`;
    try {
      const [found] = await session.query<{ msg: string | null }>(sql, [oid]);
      if (method !== "btree" && found?.msg !== undefined && found.msg !== null)
        findings.push(`${name} is damaged: ${found.msg}`);
    } catch (error) {
      const told = databaseError(error);
      if (told === undefined) throw error;
      findings.push(`${name} is damaged: ${told.message}`);
    }
  }
  return { checked: relations.length, findings };
}
