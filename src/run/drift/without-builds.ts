import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Session } from "../../postgres/session.ts";

// Whoever builds an index concurrently holds a lock on its table meanwhile. The views show pids to everybody.
const IN_FLIGHT = `SELECT w.schema, w.name FROM jsonb_to_recordset($1::jsonb) AS w(schema text, name text)
WHERE NOT EXISTS (
  SELECT FROM pg_namespace AS n JOIN pg_class AS c ON c.relnamespace = n.oid JOIN pg_index AS i ON i.indexrelid = c.oid
  WHERE n.nspname = w.schema AND c.relname = w.name AND NOT i.indisvalid AND NOT EXISTS (
    SELECT FROM pg_stat_progress_create_index AS p JOIN pg_locks AS l ON l.pid = p.pid
    WHERE p.datname = current_database() AND l.locktype = 'relation' AND l.granted AND l.relation = i.indrelid))`;

/**
 * Catalogs without the invalid indexes that a session is building at this moment, or has finished since the catalog was read.
 */
export async function withoutBuilds(session: Session, catalogs: readonly Catalog[]): Promise<readonly Catalog[]> {
  const invalid = catalogs.flatMap(({ tables, materializedViews }) =>
    [...tables, ...materializedViews].flatMap(({ schema, indexes }) =>
      indexes.filter(({ valid, partitioned }) => !valid && !partitioned).map(({ name }) => ({ schema, name })),
    ),
  );
  if (invalid.length === 0) return catalogs;
  const found = await session.query<QualifiedName>(IN_FLIGHT, [JSON.stringify(invalid)]);
  const building = new Set(found.map(({ schema, name }) => JSON.stringify([schema, name])));
  const settled = <T extends Indexed>(relation: T): T => ({
    ...relation,
    indexes: relation.indexes.filter(({ name }) => !building.has(JSON.stringify([relation.schema, name]))),
  });
  return catalogs.map((catalog) => ({
    ...catalog,
    tables: catalog.tables.map(settled),
    materializedViews: catalog.materializedViews.map(settled),
  }));
}

type Indexed = { readonly schema: string; readonly indexes: readonly { readonly name: string }[] };
