import type { ForeignLayout } from "../layouts/layout.ts";
import type { HistoryTable, Query } from "./history.ts";
import { HISTORY_FORMATS, type HistoryFormat } from "./history-formats.ts";

export interface HistoryPlace {
  /** Look in this schema only. */
  readonly schema?: string;
  /** The table's name where the project configured another. */
  readonly table?: string;
}

/**
 * Every migration history that other tools keep in this database, look-alikes told apart by their columns. A table
 * that is asked for by name may have the columns of several tools; each of them is listed.
 */
export async function detectTools(query: Query, place: HistoryPlace = {}): Promise<HistoryTable[]> {
  const formats = Object.entries(HISTORY_FORMATS) as [ForeignLayout, HistoryFormat][];
  const names = place.table === undefined ? formats.map(([, { table }]) => table) : [place.table];
  const beside = formats.flatMap(([, { notBeside = [] }]) => notBeside);
  const tables = await readTables(query, [...names, ...beside], place.schema);
  return tables.flatMap(({ schema, table, columns }) =>
    formats
      .filter(([, format]) => table === (place.table ?? format.table) && hasShape(format, columns))
      .filter(([, { notBeside = [] }]) => !tables.some((t) => t.schema === schema && notBeside.includes(t.table)))
      .map(([tool]) => ({ tool, schema, table })),
  );
}

/**
 * Whether a table looks like the history of some tool.
 *
 * @param columns types by column name
 */
export const isHistoryTable = (name: string, columns: ReadonlyMap<string, string>): boolean =>
  Object.values(HISTORY_FORMATS).some((format) => format.table === name && hasShape(format, columns));

function hasShape({ columns: wanted }: HistoryFormat, columns: ReadonlyMap<string, string>): boolean {
  return Object.entries(wanted).every(([name, type]) => type.test(columns.get(name) ?? ""));
}

interface FoundTable {
  readonly schema: string;
  readonly table: string;
  /** Types by column name. */
  readonly columns: ReadonlyMap<string, string>;
}

async function readTables(query: Query, names: readonly string[], schema: string | undefined): Promise<FoundTable[]> {
  const rows = await query(
    `SELECT n.nspname::text AS schema, c.relname::text AS name,
            json_object_agg(a.attname, format_type(a.atttypid, NULL))::text AS columns
     FROM pg_class AS c
     JOIN pg_namespace AS n ON n.oid = c.relnamespace
     JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind IN ('r', 'p') AND c.relname = ANY ($1::text[]) AND ($2::text IS NULL OR n.nspname = $2)
       AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_temp%'
     GROUP BY n.nspname, c.relname
     ORDER BY n.nspname, c.relname`,
    [names, schema ?? null],
  );
  return rows.map((row) => ({
    schema: String(row["schema"]),
    table: String(row["name"]),
    columns: new Map(Object.entries(JSON.parse(String(row["columns"])) as Record<string, string>)),
  }));
}
