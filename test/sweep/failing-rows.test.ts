import { expect, test } from "vitest";
import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import { testDatabase } from "../support/database.ts";
import { sweepHere, takeLease } from "../support/sweep-here.ts";

const TABLE = { schema: "public", name: "a" };
const TO_INT: SweepSpec = {
  table: TABLE,
  action: { kind: "update", set: "n = note::int" },
  where: "n IS NULL",
  left: "n IS NULL",
  visits: "again",
  triggers: "fire",
};
/** Every 1,000th of 20,000 notes is no number. */
const NOTES = `CREATE TABLE a (id int PRIMARY KEY, note text, n int);
  INSERT INTO a SELECT k, CASE WHEN k % 1000 = 0 THEN 'no. ' || k ELSE k::text END FROM generate_series(1, 20000) AS k`;

test("by default the sweep ends with the first ten rows that fail, and goes on when they are mended", async () => {
  await using db = await testDatabase();
  // All of them on the first page: for rows far apart the sweep looks for a time only.
  await db.query(`CREATE TABLE a (id int PRIMARY KEY, note text, n int);
    INSERT INTO a SELECT k, CASE WHEN k % 10 = 0 AND k < 105 THEN 'no. ' || k ELSE k::text END FROM generate_series(1, 20000) AS k`);
  const token = await takeLease(db.url);
  const failure = await sweepHere(db.url, token, TO_INT).done.catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "sweep_rows_failed",
    message: expect.stringContaining('(id=10): invalid input syntax for type integer: "no. 10"'),
  });
  const { data } = failure as { data: { rows: { key: { id: number }; sqlstate: string }[] } };
  expect(data.rows.map(({ key }) => key.id)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(new Set(data.rows.map(({ sqlstate }) => sqlstate))).toEqual(new Set(["22P02"]));
  await db.query("UPDATE a SET note = '-1' WHERE note LIKE 'no.%'");
  expect(await sweepHere(db.url, token, TO_INT).done).toMatchObject({ rows: 20_000, setAside: 0 });
  expect(await db.query("SELECT count(*)::int AS n FROM a WHERE n = note::int")).toEqual([{ n: 20_000 }]);
});

test("rows that fail are set aside up to the limit, with key and error", async () => {
  await using db = await testDatabase();
  await db.query(NOTES);
  const sweep = sweepHere(db.url, await takeLease(db.url), TO_INT, { policy: { setAside: 20 } });
  expect(await sweep.done).toMatchObject({ rows: 19_980, setAside: 20 });
  expect(
    await db.query(
      `SELECT relation, key, sqlstate, message FROM lockkeeper.sweep_failure ORDER BY (key ->> 'id')::int LIMIT 1`,
    ),
  ).toEqual([
    {
      relation: "public.a",
      key: { id: 1_000 },
      sqlstate: "22P02",
      message: 'invalid input syntax for type integer: "no. 1000"',
    },
  ]);
});

test("rows that fail as soon as it is asked whether they are done are set aside by the verification too", async () => {
  await using db = await testDatabase();
  await db.query(NOTES);
  const differs = "n IS DISTINCT FROM note::int";
  const spec: SweepSpec = { ...TO_INT, where: differs, left: differs };
  const token = await takeLease(db.url);
  await expect(sweepHere(db.url, token, spec, { policy: { setAside: 19 } }).done).rejects.toMatchObject({
    code: "sweep_rows_failed",
  });
  await db.query("UPDATE a SET note = '-1' WHERE id = 1000");
  expect(await sweepHere(db.url, token, spec, { policy: { setAside: 19 } }).done).toMatchObject({ setAside: 19 });
  expect(await db.query("SELECT FROM a WHERE note !~ '^no' AND n IS DISTINCT FROM note::int")).toEqual([]);
});

test("rows that violate a constraint, also one that is checked at the commit, are told with its name", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE owner (id int PRIMARY KEY); INSERT INTO owner SELECT k FROM generate_series(1, 499) AS k;
    CREATE TABLE a (id int, n int CHECK (n <> 77), o int REFERENCES owner DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO a SELECT k FROM generate_series(1, 500) AS k`);
  const spec: SweepSpec = {
    ...TO_INT,
    action: { kind: "update", set: "n = id, o = id" },
  };
  const sweep = sweepHere(db.url, await takeLease(db.url), spec, { policy: { setAside: 2 } });
  expect(await sweep.done).toMatchObject({ rows: 498, setAside: 2 });
  expect(
    await db.query(
      `SELECT key ? 'ctid' AS place, sqlstate, "constraint" FROM lockkeeper.sweep_failure ORDER BY sqlstate`,
    ),
  ).toEqual([
    { place: true, sqlstate: "23503", constraint: "a_o_fkey" },
    { place: true, sqlstate: "23514", constraint: "a_n_check" },
  ]);
});

test("a row that may be visited only once is done exactly once after it was mended", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE a (id int PRIMARY KEY, n int);
    INSERT INTO a SELECT k, CASE k WHEN 777 THEN 2147483647 ELSE 0 END FROM generate_series(1, 5000) AS k`);
  const token = await takeLease(db.url);
  const spec: SweepSpec = {
    table: TABLE,
    action: { kind: "update", set: "n = n + 1" },
    visits: "once",
    triggers: "fire",
  };
  await expect(sweepHere(db.url, token, spec).done).rejects.toMatchObject({
    code: "sweep_rows_failed",
    data: { failed: 1, rows: [{ key: { id: 777 }, sqlstate: "22003" }] },
  });
  await db.query("UPDATE a SET n = 0 WHERE id = 777");
  expect(await sweepHere(db.url, token, spec).done).toMatchObject({ rows: 5_000, setAside: 0 });
  expect(await db.query("SELECT DISTINCT n FROM a")).toEqual([{ n: 1 }]);
});

test("without anything to verify by, places are gone over again behind a row that was mended", async () => {
  await using db = await testDatabase();
  await db.query(NOTES);
  const token = await takeLease(db.url);
  const { left: _, ...spec } = TO_INT;
  await expect(sweepHere(db.url, token, spec).done).rejects.toMatchObject({ code: "sweep_rows_failed" });
  await db.query("UPDATE a SET note = '-1' WHERE note LIKE 'no.%'");
  await sweepHere(db.url, token, spec).done;
  expect(await db.query("SELECT count(*)::int AS n FROM a WHERE n = note::int")).toEqual([{ n: 20_000 }]);
});

test("a failure that lies in no row ends the sweep by its own name", async () => {
  await using db = await testDatabase();
  await db.query(NOTES);
  const spec: SweepSpec = { ...TO_INT, action: { kind: "update", set: "n = gone(id)" } };
  await expect(sweepHere(db.url, await takeLease(db.url), spec).done).rejects.toMatchObject({
    code: "statement_failed",
    message: expect.stringContaining("function gone(integer) does not exist"),
  });
});
