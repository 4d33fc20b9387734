import { isDeepStrictEqual } from "node:util";
import type { Migration } from "../migrations/migration.ts";
import type { Session } from "../postgres/session.ts";
import type { Check } from "./demo-report.ts";
import type { LoadRecord } from "./load/record.ts";
import { countRows, type TableSize } from "./shop/create-shop.ts";
import { count } from "./text/numbers.ts";

interface Counted {
  readonly all: number;
  readonly wrong: number;
}

/** Claims of which a query counts the cases and the exceptions, in one snapshot while the clients go on. */
const COUNTED: readonly { readonly claim: string; readonly of: string; readonly sql: string }[] = [
  {
    claim: "every order's total is the sum of its items",
    of: "orders",
    sql: `SELECT count(*)::int AS all, count(*) FILTER (WHERE o.total IS DISTINCT FROM i.total)::int AS wrong
      FROM orders AS o
      LEFT JOIN (SELECT order_id, sum(quantity * unit_price) AS total FROM order_items GROUP BY order_id) AS i ON i.order_id = o.id`,
  },
  {
    claim: "every paid order was paid once, and in full",
    of: "orders",
    sql: `SELECT count(*)::int AS all, count(*) FILTER (WHERE p.paid IS DISTINCT FROM o.total OR p.payments <> 1)::int AS wrong
      FROM orders AS o
      LEFT JOIN (SELECT order_id, sum(amount) AS paid, count(*) AS payments FROM payments GROUP BY order_id) AS p ON p.order_id = o.id
      WHERE o.status IN ('paid', 'shipped', 'delivered')`,
  },
  {
    claim: "every index is valid",
    of: "indexes",
    sql: `SELECT count(*)::int AS all, count(*) FILTER (WHERE NOT (i.indisvalid AND i.indisready))::int AS wrong
      FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace`,
  },
  {
    claim: "every constraint is validated",
    of: "constraints",
    sql: `SELECT count(*)::int AS all, count(*) FILTER (WHERE NOT convalidated)::int AS wrong
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace`,
  },
  {
    claim: "every run is finished",
    of: "runs",
    sql: "SELECT count(*)::int AS all, count(*) FILTER (WHERE state NOT IN ('done', 'undone'))::int AS wrong FROM lockkeeper.run",
  },
];

export async function verifyDatabase(session: Session, files: readonly Migration[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { claim, of, sql } of COUNTED) {
    const [{ all, wrong } = { all: 0, wrong: 0 }] = await session.query<Counted>(sql);
    checks.push({ claim, holds: all > 0 && wrong === 0, found: `${count(all)} ${of}, ${count(wrong)} exceptions` });
  }
  return [...checks, await compareJournal(session, files)];
}

/** The migrations in force, in their order and with their checksums, against the files. */
export async function compareJournal(session: Session, files: readonly Migration[]): Promise<Check> {
  const journal = await session.query<{ id: string; checksum: string }>(
    "SELECT id, checksum FROM lockkeeper.migration ORDER BY position",
  );
  const matches = files.filter(
    ({ id, checksum }, index) => journal[index]?.id === id && journal[index]?.checksum === checksum,
  );
  return {
    claim: "the journal and the files agree, in order and checksum",
    holds: journal.length === files.length && matches.length === files.length,
    found: `${files.length} files, ${journal.length} in force, ${matches.length} the same`,
  };
}

/** A rewritten table has its rows in another file. */
export async function storageOf(session: Session): Promise<ReadonlyMap<string, string>> {
  const rows = await session.query<{ table: string; file: string }>(
    `SELECT relname AS "table", pg_relation_filenode(oid)::text AS file FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
  );
  return new Map(rows.map(({ table, file }) => [table, file]));
}

export async function verifyStorage(session: Session, before: ReadonlyMap<string, string>): Promise<Check> {
  const after = await storageOf(session);
  const moved = [...before].filter(([table, file]) => after.get(table) !== file).map(([table]) => table);
  return {
    claim: "no table that held rows was rewritten",
    holds: moved.length === 0,
    found: moved.length === 0 ? `${before.size} tables in their old files` : moved.join(", "),
  };
}

/** The columns of a table with their types, defaults and comments, one line each. */
export async function describeColumns(session: Session, table: string): Promise<string[]> {
  const rows = await session.query<{ line: string }>(
    `SELECT concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
       'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)) AS line
     FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [table],
  );
  return rows.map(({ line }) => line);
}

/** After the way back: the table's columns are the old ones again, which they were not in between. */
export async function verifyColumns(
  session: Session,
  table: string,
  before: readonly string[],
  changed: readonly string[],
): Promise<Check> {
  const after = await describeColumns(session, table);
  return {
    claim: `the columns of ${table} are as before, with their defaults and comments`,
    holds: isDeepStrictEqual(after, before) && !isDeepStrictEqual(changed, before),
    found: `${before.length} before, ${changed.length} with the change, ${after.length} now`,
  };
}

/** With no client left: what they were told is committed, and nothing else. */
export async function verifyRows(session: Session, before: readonly TableSize[], record: LoadRecord): Promise<Check> {
  const after = new Map((await countRows(session)).map(({ table, rows }) => [table, rows]));
  const old = new Map(before.map(({ table, rows }) => [table, rows]));
  const added = Object.entries(record.added).map(([table, rows]) => ({
    table,
    told: rows,
    stored: (after.get(table) ?? 0) - (old.get(table) ?? 0),
  }));
  return {
    claim: "everything the clients were told is stored, once",
    holds: added.every(({ told, stored }) => told === stored),
    found: added.map(({ table, told, stored }) => `${count(told)} ${table} told, ${count(stored)} stored`).join("; "),
  };
}
