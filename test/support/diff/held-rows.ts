import type { Ask } from "./observe.ts";

/** The rows of a table, and what its columns are. */
interface HeldTable {
  readonly columns: ReadonlyMap<string, string>;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

export interface HeldRows {
  readonly tables: ReadonlyMap<string, HeldTable>;
  /** Last value of each ascending sequence; zero before its first. */
  readonly sequences: ReadonlyMap<string, number>;
}

/** The rows of all tables and how far the sequences are. */
export async function heldRows(ask: Ask): Promise<HeldRows> {
  const tables = await ask<{ name: string; columns: Record<string, string> }>(
    `SELECT c.oid::regclass::text AS name, jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod)) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind = 'r' AND c.oid >= 16384 AND a.attgenerated = ''
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     GROUP BY c.oid ORDER BY 1`,
  );
  const held = new Map<string, HeldTable>();
  for (const { name, columns } of tables) {
    const texts = Object.keys(columns).map((column) => `t.${quote(column)}::text AS ${quote(column)}`);
    const rows = await ask<{ row: Record<string, unknown> }>(
      `SELECT to_jsonb(x) AS row FROM (SELECT ${texts.join(", ")} FROM ONLY ${name} t) x`,
    );
    held.set(name, { columns: new Map(Object.entries(columns)), rows: rows.map(({ row }) => row) });
  }
  const sequences = await ask<{ name: string; value: string }>(
    `SELECT seqrelid::regclass::text AS name, coalesce(pg_sequence_last_value(seqrelid), 0)::text AS value FROM pg_sequence
     WHERE seqincrement > 0`,
  );
  return { tables: held, sequences: new Map(sequences.map(({ name, value }) => [name, Number(value)])) };
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** What of the rows before is no longer there: tables, columns and values, in words. */
export function lostRows(before: HeldRows, after: HeldRows): string[] {
  const lost: string[] = [];
  for (const [name, one] of before.tables) {
    if (one.rows.length === 0) {
      continue;
    }
    const other = after.tables.get(name);
    if (other === undefined) {
      lost.push(`the table ${name}`);
      continue;
    }
    const columns = [...one.columns.keys()];
    lost.push(
      ...columns
        .filter((column) => !other.columns.has(column) && one.rows.some((row) => row[column] !== null))
        .map((column) => `the column ${name}.${column}`),
    );
    const same = columns.filter((column) => one.columns.get(column) === other.columns.get(column));
    const told = ({ rows }: HeldTable) =>
      rows
        .map((row) => JSON.stringify(same.map((column) => row[column])))
        .toSorted()
        .join("\n");
    if (told(one) !== told(other)) {
      lost.push(`rows of ${name}`);
    }
  }
  for (const [name, value] of before.sequences) {
    const now = after.sequences.get(name);
    if (now !== undefined && now < value) {
      lost.push(`the place of the sequence ${name}`);
    }
  }
  return lost;
}
