import { hiddenName, isHidden } from "../../online/hidden-name.ts";
import type { Leftover, Plan } from "../../plan/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";

/** Rows that a migration put out of sight, where they are now. */
export interface KeptObject {
  readonly kind: "table" | "column";
  /** What its author took away: `orders`, `note of orders`. */
  readonly was: string;
  /** Where it is, as it is written in SQL; a column with its table in front of it. */
  readonly now: string;
  /** As the server estimates; -1 where it never counted. */
  readonly rows: number;
  /** Of the table, with its indexes. */
  readonly bytes: number;
  /** A query that reads it. */
  readonly read: string;
}

export interface KeptReport {
  readonly there: readonly KeptObject[];
  /** Statements of contract whose object is not there any more. */
  readonly gone: readonly string[];
}

interface Found {
  readonly place: number;
  readonly kind: "table" | "column";
  readonly schema: string;
  readonly table: string;
  readonly column: string | null;
  readonly rows: number;
  readonly bytes: number;
  readonly key: readonly string[];
}

/** For each leftover of `$1` that holds rows: the tables of its schema, or the table that has its column. */
const FIND = `SELECT l.place::int - 1 AS place, CASE l.it ->> 'kind' WHEN 'schema' THEN 'table' ELSE 'column' END AS kind,
  n.nspname AS schema, c.relname AS "table", CASE l.it ->> 'kind' WHEN 'schema' THEN NULL ELSE l.it ->> 'name' END AS "column",
  c.reltuples::float8 AS rows,
  CASE c.relkind WHEN 'p' THEN (SELECT coalesce(sum(pg_total_relation_size(t.relid)), 0) FROM pg_partition_tree(c.oid) AS t)
    ELSE pg_total_relation_size(c.oid) END::float8 AS bytes,
  coalesce((SELECT array_agg(a.attname::text ORDER BY k.at) FROM pg_index AS i
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, at)
    JOIN pg_attribute AS a ON (a.attrelid, a.attnum) = (c.oid, k.attnum)
    WHERE i.indrelid = c.oid AND i.indisprimary), '{}') AS key
FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS l(it, place)
JOIN pg_class AS c ON c.relkind IN ('r', 'p') AND NOT c.relispartition
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE CASE l.it ->> 'kind'
  WHEN 'schema' THEN n.nspname = l.it ->> 'name'
  WHEN 'column' THEN EXISTS (SELECT FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attname = l.it ->> 'name' AND NOT a.attisdropped AND a.attinhcount = 0)
  WHEN 'second column' THEN EXISTS (SELECT FROM pg_trigger AS t
      WHERE t.tgrelid = c.oid AND t.tgname = l.it ->> 'trigger')
    AND EXISTS (SELECT FROM pg_attribute AS a
      WHERE a.attrelid = c.oid AND a.attname = l.it ->> 'name' AND NOT a.attisdropped)
  ELSE false END
ORDER BY l.place, n.nspname, c.relname`;

/** A second column with an old name holds what the other one holds, and the others are names and definitions. */
export const holdsRows = (leftover: Leftover): boolean =>
  leftover.kind === "schema" ||
  leftover.kind === "column" ||
  (leftover.kind === "second column" && isHidden(leftover.name));

/**
 * What of a migration's rows is still out of sight, and what is gone. Reads catalogs only.
 *
 * @param up the plan under which it was applied
 */
export async function keptObjects(session: Session, { contract = [] }: Plan): Promise<KeptReport> {
  const all = contract
    .flatMap((step) => (step.kind === "ddl" ? step.statements : []))
    .flatMap(({ sql, leftover }) => (leftover === undefined || !holdsRows(leftover) ? [] : [{ sql, leftover }]));
  if (all.length === 0) return { there: [], gone: [] };
  const found = await session.query<Found>(FIND, [JSON.stringify(all.map(({ leftover }) => leftover))]);
  const there = new Map(found.map((one) => [`${one.schema}.${one.table}.${one.column}`, keptObject(one)]));
  const places = new Set(found.map(({ place }) => place));
  // A schema goes with its last table: it is told by that.
  const gone = all.filter(({ sql }, place) => !places.has(place) && !sql.startsWith("DROP SCHEMA "));
  return { there: [...there.values()], gone: gone.map(({ sql }) => sql) };
}

function keptObject({ kind, schema, table, column, rows, bytes, key }: Found): KeptObject {
  const relation = quoteQualified({ schema, name: table });
  if (kind === "table" || column === null) {
    return { kind: "table", was: table, now: relation, rows, bytes, read: `SELECT * FROM ${relation}` };
  }
  const hidden = quoteIdentifier(column);
  const columns = [...key.map(quoteIdentifier).filter((one) => one !== hidden), hidden];
  return {
    kind: "column",
    was: `${column.slice(hiddenName("").length)} of ${table}`,
    now: `${relation}.${hidden}`,
    rows,
    bytes,
    read: `SELECT ${columns.join(", ")} FROM ${relation}`,
  };
}
