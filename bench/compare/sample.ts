import type pg from "pg";

/** In so many rows the tables differ. */
export const DIFFERENT = 10;

const TABLE = `CREATE TABLE SIDE.orders (
  id bigint PRIMARY KEY, customer bigint NOT NULL, status text NOT NULL, total numeric(12, 2) NOT NULL,
  note text, placed_at timestamptz NOT NULL, is_gift boolean NOT NULL, items int NOT NULL)`;

/** Rows without any pattern that a segment of one size would follow. */
const ROWS = `INSERT INTO SIDE.orders SELECT n, (n * 7919) % 500000, (ARRAY['new', 'paid', 'shipped', 'returned'])[1 + n % 4],
  (n % 100000) / 100.0, CASE WHEN n % 3 = 0 THEN NULL ELSE 'note ' || md5(n::text) END,
  '2026-01-01'::timestamptz + n * interval '1 second', n % 11 = 0, n % 17 FROM generate_series(1, $1::bigint) AS n`;

/** Places at which the tables differ, spread over all of them. */
const at = (rows: number, nth: number): number => Math.floor((rows * (2 * nth + 1)) / 20);

/** Two tables of one content, `a.orders` and `b.orders`: 3 rows changed, 3 missing, 4 more. */
export async function fill(client: pg.Client, rows: number): Promise<void> {
  for (const side of ["a", "b"]) {
    await client.query(`CREATE SCHEMA ${side}`);
    await client.query(TABLE.replace("SIDE", side));
    await client.query(ROWS.replace("SIDE", side), [rows]);
  }
  const places = (...nths: readonly number[]): readonly number[] => nths.map((nth) => at(rows, nth));
  await client.query("UPDATE b.orders SET total = total + 1 WHERE id = ANY ($1)", [places(0, 1, 2)]);
  await client.query("DELETE FROM b.orders WHERE id = ANY ($1)", [places(3, 4, 5)]);
  await client.query("DELETE FROM a.orders WHERE id = ANY ($1)", [places(6, 7, 8, 9)]);
  await client.query("VACUUM (ANALYZE) a.orders");
  await client.query("VACUUM (ANALYZE) b.orders");
}
