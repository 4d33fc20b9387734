import { expect } from "vitest";
import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import type { TestDatabase } from "../support/database.ts";

/** A column gets its values from another one. */
export const FILL: SweepSpec = {
  table: { schema: "public", name: "orders" },
  action: { kind: "update", set: "total_new = total::bigint" },
  where: "total_new IS NULL",
  left: "total_new IS DISTINCT FROM total::bigint",
  visits: "again",
  triggers: "fire",
};

/** Every change of `total_new` that was committed by a sweep stands in `visited`. */
export const orders = (rows: number): string => `
  CREATE TABLE orders (id int PRIMARY KEY, total int NOT NULL, total_new bigint, note text);
  INSERT INTO orders SELECT n, n * 7, NULL, repeat('x', 100) FROM generate_series(1, ${rows}) AS n;
  CREATE TABLE visited (id int);
  CREATE FUNCTION note_visit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO public.visited VALUES (new.id); RETURN new; END $$;
  CREATE TRIGGER note_visit BEFORE UPDATE ON orders FOR EACH ROW
    WHEN (pg_catalog.current_setting('application_name') LIKE 'lockkeeper/%') EXECUTE FUNCTION note_visit()`;

/** Every row is done, and none of them twice. */
export async function expectEveryRowOnce(db: TestDatabase, rows: number): Promise<void> {
  expect(
    await db.query(`SELECT (SELECT count(*) FROM orders WHERE total_new = total)::int AS done,
      count(*)::int AS visits, count(DISTINCT id)::int AS visited FROM visited`),
  ).toEqual([{ done: rows, visits: rows, visited: rows }]);
}
