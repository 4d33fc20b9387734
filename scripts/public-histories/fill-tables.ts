import type { Session } from "../../src/postgres/session.ts";

/** Rows of each table that is filled. */
const ROWS = 20;

const EMPTY_TABLES = `
SELECT format('%I.%I', nspname, relname) AS "table",
  array_agg(quote_ident(attname) ORDER BY attnum) AS columns,
  array_agg(format_type(atttypid, NULL) ORDER BY attnum) AS types,
  array_agg(greatest(atttypmod - 4, 0) ORDER BY attnum) AS lengths
FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace
JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  AND attidentity = '' AND attgenerated = ''
  AND (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', nspname, relname), false, true, '')))[1]::text = '0'
GROUP BY nspname, relname ORDER BY nspname, relname`;

/**
 * Puts some rows into each table that has none, as far as its constraints take values that are made up: row `i` of every
 * table has the same values, so that foreign keys find what they look for.
 */
export async function fillTables(session: Session): Promise<void> {
  const tables = await session.query<{ table: string; columns: string[]; types: string[]; lengths: number[] }>(
    EMPTY_TABLES,
  );
  await session.query("SET session_replication_role = replica");
  for (const { table, columns, types, lengths } of tables) {
    const values = types.map((type, at) => madeUp(type, lengths[at] ?? 0));
    const rows = `SELECT ${values.join(", ")} FROM generate_series(1, ${ROWS}) AS i`;
    // A CHECK may want what nobody makes up.
    await session.query(`INSERT INTO ${table} (${columns.join(", ")}) ${rows}`).catch(() => {});
  }
  await session.query("RESET session_replication_role");
  await session.query("ANALYZE");
}

function madeUp(type: string, length: number): string {
  if (type.endsWith("[]")) return `'{}'::${type}`;
  if (/^(?:text|character varying|bytea|citext)$/.test(type)) {
    return length > 0 ? `left('row ' || i, ${length})` : `('row ' || i)::${type}`;
  }
  if (type === "uuid") return "md5(i::text)::uuid";
  if (type === "boolean") return "i % 2 = 0";
  if (/^(?:smallint|integer|bigint|numeric|real|double precision)$/.test(type)) return `i::${type}`;
  if (/^(?:timestamp|date)/.test(type)) return `('2024-01-01'::timestamp + i * interval '1 day')::${type}`;
  if (/^jsonb?$/.test(type)) return `'{}'::${type}`;
  if (/^(?:inet|cidr)$/.test(type)) return `('10.0.0.' || i)::${type}`;
  return `enum_first(NULL::${type})`;
}
