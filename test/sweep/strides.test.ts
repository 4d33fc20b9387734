import { afterAll, beforeAll, expect, test } from "vitest";
import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type SweepHere, sweepHere, takeLease } from "../support/sweep-here.ts";

const ROWS = 120_000;
const SPEC: SweepSpec = {
  table: { schema: "public", name: "a" },
  action: { kind: "update", set: "n = id" },
  where: "n IS NULL",
  left: "n IS DISTINCT FROM id",
  visits: "again",
  triggers: "fire",
};

let server: EmbeddedServer;

// Nothing but the test holds on to old versions.
beforeAll(async () => {
  server = await startEmbeddedServer({ settings: { fsync: "off", autovacuum: "off" } });
});

afterAll(() => server?.stop());

async function indexed(): Promise<TestDatabase> {
  const db = await testDatabase(server.url());
  await db.query(`CREATE TABLE a (id int, n int, b int, c int, d int, note text);
    INSERT INTO a SELECT k, NULL, k, k, k, repeat('x', 100) FROM generate_series(1, ${ROWS}) AS k;
    CREATE INDEX ON a (b); CREATE INDEX ON a (c); CREATE INDEX ON a (d)`);
  await db.query("VACUUM ANALYZE a");
  return db;
}

const done = "SELECT count(*)::int AS n FROM a WHERE n = id";

test("with several indexes most rows stay on their pages, and the table grows little", async () => {
  await using db = await indexed();
  const size = async (): Promise<number> => Number((await db.query("SELECT pg_relation_size('a') AS n"))[0]?.["n"]);
  const before = await size();
  const sweep = sweepHere(db.url, await takeLease(db.url), SPEC);
  expect(await sweep.done).toMatchObject({ rows: ROWS });
  expect(await db.query(done)).toEqual([{ n: ROWS }]);
  expect((await size()) / before).toBeLessThan(1.4);
  expect(sweep.events.filter(({ type }) => type === "sweep.strides")).toEqual([]);
  const [hot] = await db.query<{ share: number }>(
    "SELECT pg_stat_get_tuples_hot_updated('a'::regclass)::float8 / pg_stat_get_tuples_updated('a'::regclass) AS share",
  );
  expect(hot?.share).toBeGreaterThan(0.6);
});

test("when a session holds on to old versions the sweep names it and goes on without strides", async () => {
  await using db = await indexed();
  const token = await takeLease(db.url);
  const holder = await db.connect();
  await holder.query("SET application_name = 'nightly report'");
  await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await holder.query("SELECT count(*) FROM a");
  const sweep = sweepHere(db.url, token, SPEC);
  expect(await sweep.done).toMatchObject({ rows: ROWS });
  expect(await db.query(done)).toEqual([{ n: ROWS }]);
  expect(sweep.events).toContainEqual(
    expect.objectContaining({
      type: "sweep.strides",
      strides: 1,
      reason: expect.stringMatching(
        /^the session with pid \d+ \(nightly report, as postgres, in its transaction for \d+ s\) may still see/,
      ),
      holder: expect.objectContaining({ kind: "session", application: "nightly report" }),
    }),
  );
  await holder.query("COMMIT");
});

test("strides are taken up again when the session is gone", async () => {
  await using db = await indexed();
  const token = await takeLease(db.url);
  const holder = await db.connect();
  await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await holder.query("SELECT count(*) FROM a");
  const sweep: SweepHere = sweepHere(db.url, token, SPEC, {
    onEvent: (event) => {
      if (event.type !== "sweep.strides") return;
      // Slow until it is looked for the holder again.
      sweep.policy = { ...sweep.policy, nice: event.strides === 1 ? 20 : 0 };
      void holder.query("COMMIT");
    },
  });
  await sweep.done;
  expect(sweep.events.filter(({ type }) => type === "sweep.strides")).toEqual([
    expect.objectContaining({ strides: 1 }),
    expect.objectContaining({ strides: expect.any(Number), reason: expect.stringMatching(/is gone$/) }),
  ]);
  expect(await db.query(done)).toEqual([{ n: ROWS }]);
});

test("where an index has the column that is written strides are given up for that reason", async () => {
  await using db = await indexed();
  await db.query("CREATE INDEX ON a (n)");
  const sweep = sweepHere(db.url, await takeLease(db.url), SPEC);
  expect(await sweep.done).toMatchObject({ rows: ROWS });
  expect(sweep.events).toContainEqual(
    expect.objectContaining({
      type: "sweep.strides",
      holder: null,
      reason: expect.stringContaining("an index has a column"),
    }),
  );
});

test("a prepared transaction that holds on to old versions is named", async () => {
  await using server2 = await startEmbeddedServer({
    settings: { fsync: "off", autovacuum: "off", max_prepared_transactions: "2" },
  });
  const before = server;
  server = server2;
  try {
    await using db = await indexed();
    const token = await takeLease(db.url);
    const other = await db.connect();
    await other.query("BEGIN; CREATE TABLE x (n int); PREPARE TRANSACTION 'forgotten'");
    const sweep = sweepHere(db.url, token, SPEC);
    await sweep.done;
    expect(sweep.events).toContainEqual(
      expect.objectContaining({
        type: "sweep.strides",
        reason: expect.stringContaining("the prepared transaction forgotten may"),
      }),
    );
    await other.query("ROLLBACK PREPARED 'forgotten'");
  } finally {
    server = before;
  }
});

test("a sweep that was stopped in its strides goes on in them", async () => {
  await using db = await indexed();
  const token = await takeLease(db.url);
  let batches = 0;
  const first = sweepHere(db.url, token, SPEC, {
    policy: { progressMs: 0, batchMs: 5 },
    onEvent: ({ type }) => type === "sweep.progress" && ++batches === 20 && first.stop.afterStep("interrupted"),
  });
  await expect(first.done).rejects.toMatchObject({ code: "interrupted" });
  const [range] = await db.query<{ strides: number }>(
    "SELECT max(strides)::int AS strides FROM lockkeeper.sweep_range",
  );
  expect(range?.strides).toBeGreaterThan(8);
  expect(await sweepHere(db.url, token, SPEC, { policy: { workers: 2 } }).done).toMatchObject({ rows: ROWS });
  expect(await db.query(done)).toEqual([{ n: ROWS }]);
});
