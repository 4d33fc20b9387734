import { expect, test } from "vitest";
import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import type { SweepEvent } from "../../src/sweep/sweep-event.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { sweepHere, takeLease } from "../support/sweep-here.ts";
import { until } from "../support/until.ts";

const ROWS = 20_000;

const ONCE: SweepSpec = {
  table: { schema: "public", name: "a" },
  action: { kind: "update", set: "n = n + 1" },
  visits: "once",
  key: ["at", "id"],
  moved: "~moved",
  triggers: "fire",
};

/** Its key has a part that sessions read in different ways, and another that is ordered by no rule of bytes. */
async function tableWithKey(db: TestDatabase): Promise<number> {
  const token = await takeLease(db.url);
  await db.query(`CREATE TABLE a (was int, at timestamptz, id text COLLATE "und-x-icu", n int NOT NULL CHECK (n < 90), PRIMARY KEY (at, id));
    INSERT INTO a SELECT k, '2024-01-01 00:00+00'::timestamptz + k / 10 * interval '1 minute', chr(65 + k % 10 + 32 * (k % 2)), 0
    FROM generate_series(1, ${ROWS}) AS k`);
  await db.query(`CREATE TRIGGER "~moved" AFTER UPDATE ON a FOR EACH ROW WHEN (OLD.at <> NEW.at OR OLD.id <> NEW.id)
    EXECUTE FUNCTION lockkeeper.note_move('~moved', '0', 'at', 'id')`);
  return token;
}

const key = (k: number): string => `SELECT at, id FROM a WHERE was = ${k}`;
const times = async (db: TestDatabase): Promise<unknown> =>
  await db.query("SELECT n, count(*)::int AS rows FROM a WHERE was IS NOT NULL GROUP BY n ORDER BY n");

test("rows whose keys others change meanwhile are done once each, wherever they go", async () => {
  await using db = await testDatabase();
  const token = await tableWithKey(db);
  const client = await db.connect();
  await client.query("SET TimeZone = 'Asia/Kolkata'");
  const other = await db.connect();
  let moved: Promise<void> | undefined;
  const move = async (): Promise<void> => {
    const done = await db.query<{ was: number }>("SELECT was FROM a WHERE n = 1 ORDER BY at, id LIMIT 5");
    const [first = 0, second = 0, third = 0, fourth = 0] = done.map(({ was }) => was);
    expect(fourth).toBeGreaterThan(0);
    await client.query(`UPDATE a SET at = at + interval '10 years' WHERE was = ${first}`);
    // Done, and to a place that the sweep has yet to come to; there and back again.
    await client.query(`UPDATE a SET at = '2024-01-02 04:00+00', id = 'zz' WHERE was = ${second}`);
    await client.query(`UPDATE a SET at = at + interval '1 day 30 seconds' WHERE was = ${third}`);
    await client.query(`UPDATE a SET at = at - interval '1 day 30 seconds' WHERE was = ${third}`);
    // Not done, and to a place behind the sweep; one of them twice, one not for good.
    await client.query(`UPDATE a SET at = at - interval '1 year' WHERE was IN (${ROWS - 5}, ${ROWS - 25})`);
    await client.query(`UPDATE a SET at = at - interval '1 year' WHERE was = ${ROWS - 25}`);
    await client.query(`BEGIN; UPDATE a SET at = at - interval '1 year' WHERE was = ${ROWS - 35}; ROLLBACK`);
    // They change places.
    await client.query(`BEGIN; CREATE TEMP TABLE k1 AS ${key(fourth)}; CREATE TEMP TABLE k2 AS ${key(ROWS - 45)};
      UPDATE a SET at = 'infinity' WHERE was = ${fourth};
      UPDATE a SET (at, id) = (SELECT at, id FROM k1) WHERE was = ${ROWS - 45};
      UPDATE a SET (at, id) = (SELECT at, id FROM k2) WHERE was = ${fourth}; COMMIT`);
    await client.query("INSERT INTO a SELECT NULL, at + interval '1 second', id, 0 FROM a WHERE was % 1000 = 0");
    await other.query(`BEGIN; UPDATE a SET at = at - interval '2 years' WHERE was = ${ROWS - 55}`);
  };
  const onEvent = ({ type }: SweepEvent): void => {
    if (type === "sweep.progress" && moved === undefined) {
      sweep.paused = true;
      moved = move().finally(() => {
        sweep.paused = false;
      });
    }
    // Its row is all that is left to do.
    if (type === "sweep.blocked") void other.query("COMMIT");
  };
  const sweep = sweepHere(db.url, token, ONCE, { policy: { workers: 1, batchMs: 5, progressMs: 0 }, onEvent });
  await sweep.done;
  await moved;
  expect(await times(db)).toEqual([{ n: 1, rows: ROWS }]);
  expect(await db.query("SELECT FROM a WHERE was IS NULL AND n > 1")).toEqual([]);
  expect(await db.query("SELECT FROM lockkeeper.sweep_moved")).toEqual([]);
});

test("a batch in the midst of which the first row moves is done again", async () => {
  await using db = await testDatabase();
  const token = await tableWithKey(db);
  await db.query(`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NEW; END $$;
    CREATE TRIGGER wait BEFORE UPDATE OF n ON a FOR EACH ROW WHEN (OLD.was = 5) EXECUTE FUNCTION wait()`);
  const holder = await db.connect();
  await holder.query("SELECT pg_advisory_lock(7)");
  const sweep = sweepHere(db.url, token, ONCE, { policy: { batchLimitMs: 60_000, lockTimeoutMs: 60_000 } });
  await until("the sweep is at the row", async () => {
    const waiting = await db.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
    return waiting.length > 0;
  });
  await db.query(`UPDATE a SET at = at - interval '1 year' WHERE was = ${ROWS}`);
  await holder.query("SELECT pg_advisory_unlock(7)");
  await sweep.done;
  expect(await times(db)).toEqual([{ n: 1, rows: ROWS }]);
});

test("rows that failed are done once they are mended, under whichever key", async () => {
  await using db = await testDatabase();
  const token = await tableWithKey(db);
  await db.query("UPDATE a SET n = 89 WHERE was IN (50, 60, 70)");
  const sweep = sweepHere(db.url, token, ONCE);
  await expect(sweep.done).rejects.toMatchObject({ code: "sweep_rows_failed", data: { failed: 3 } });
  await db.query(
    "UPDATE a SET at = at + interval '1 year' WHERE was IN (60, 70); UPDATE a SET n = 0 WHERE was IN (50, 60)",
  );
  await expect(sweepHere(db.url, token, ONCE).done).rejects.toMatchObject({
    code: "sweep_rows_failed",
    data: { failed: 1, rows: [{ key: { id: "A" } }] },
  });
  await db.query("UPDATE a SET n = 0, at = at - interval '2 years' WHERE was = 70");
  await sweepHere(db.url, token, ONCE).done;
  expect(await times(db)).toEqual([{ n: 1, rows: ROWS }]);
});
