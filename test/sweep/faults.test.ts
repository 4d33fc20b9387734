import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import type { SweepPolicy } from "../../src/sweep/sweep-policy.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { runnerSessions } from "../support/sessions.ts";
import { type SweepHere, sweepHere, takeLease } from "../support/sweep-here.ts";
import { until } from "../support/until.ts";
import { expectEveryRowOnce, FILL, orders } from "./orders.ts";
import { reopenDatabase } from "./reopen-database.ts";

const CHILD = fileURLToPath(new URL("./children/sweep-child.ts", import.meta.url));
/** Small batches, so that there is time for what happens to them. */
const SMALL: Partial<SweepPolicy> = { progressMs: 0, batchMs: 20, reconnectDeadlineMs: 20_000 };

let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer();
});

afterAll(() => server?.stop());

function sweepChild(
  url: string,
  token: number,
  policy: Partial<SweepPolicy>,
  onLine: (line: string) => void,
): ChildProcess {
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ url, token, spec: FILL, policy })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", onLine);
  return child;
}

const visited = async (db: TestDatabase): Promise<number> =>
  Number((await db.query("SELECT count(*) AS n FROM visited"))[0]?.["n"]);

test.each([1, 3])(
  "a process with %i workers that is killed is gone on from, and no row is done twice",
  async (workers) => {
    await using db = await testDatabase(server.url());
    await db.query(orders(60_000));
    const token = await takeLease(db.url);
    for (const batches of [1, 4, 9]) {
      let seen = 0;
      const child: ChildProcess = sweepChild(db.url, token, { ...SMALL, workers }, (line) => {
        if (line.includes("sweep.progress") && ++seen === batches) child.kill("SIGKILL");
      });
      const signal = await new Promise((resolve) => child.once("close", (_, name) => resolve(name)));
      expect(signal).toBe("SIGKILL");
    }
    expect(await visited(db)).toBeGreaterThan(0);
    await until("the sessions of the killed process are gone", async () => (await runnerSessions(db)).length === 0);
    const [cursor] = await db.query<{ rows: number }>("SELECT sum(rows)::int AS rows FROM lockkeeper.sweep_range");
    expect(cursor?.rows).toBe(await visited(db));
    const sweep = sweepHere(db.url, token, FILL, { policy: { workers } });
    expect(await sweep.done).toMatchObject({ rows: 60_000 });
    expect(sweep.events[0]).toMatchObject({ type: "sweep.began", resumed: true });
    await expectEveryRowOnce(db, 60_000);
  },
);

test.each(["fast", "immediate"] as const)("a server that is restarted (%s) is waited for", async (mode) => {
  await using db = await testDatabase(server.url());
  await db.query(orders(60_000));
  const token = await takeLease(db.url);
  let batches = 0;
  let restarted: Promise<void> | undefined;
  const sweep = sweepHere(db.url, token, FILL, {
    policy: { ...SMALL, workers: 2 },
    onEvent: ({ type }) => {
      if (type === "sweep.progress" && ++batches === 5) restarted = server.restart(mode);
    },
  });
  expect(await sweep.done).toMatchObject({ rows: 60_000 });
  expect(restarted).toBeDefined();
  await restarted;
  await using again = await reopenDatabase(db);
  await expectEveryRowOnce(again, 60_000);
});

test("a connection that is cut is opened again, and what it left at work is not done twice", async () => {
  await using db = await testDatabase(server.url());
  await db.query(orders(60_000));
  const token = await takeLease(db.url);
  let batches = 0;
  let cut = 0;
  const sweep = sweepHere(db.url, token, FILL, {
    policy: { ...SMALL, workers: 2 },
    onEvent: ({ type }) => {
      if (type === "sweep.progress" && ++batches % 4 === 0 && batches < 20) {
        void db
          .query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'lockkeeper/${token}' AND datname = current_database() ORDER BY random() LIMIT 1`,
          )
          .then(({ length }) => {
            cut += length;
          });
      }
    },
  });
  expect(await sweep.done).toMatchObject({ rows: 60_000 });
  expect(cut).toBeGreaterThan(0);
  await expectEveryRowOnce(db, 60_000);
});

test("a sweep whose lease another took commits nothing more", async () => {
  await using db = await testDatabase(server.url());
  await db.query(orders(60_000));
  const token = await takeLease(db.url);
  let taken: Promise<unknown> | undefined;
  const sweep = sweepHere(db.url, token, FILL, {
    policy: SMALL,
    onEvent: ({ type }) => {
      if (type === "sweep.progress") {
        taken ??= db.query(`UPDATE lockkeeper.lease SET expires_at = now();
          SELECT lockkeeper.acquire_lease('other', '{}', interval '1 hour')`);
      }
    },
  });
  await expect(sweep.done).rejects.toMatchObject({ code: "lease_lost" });
  await taken;
  const before = await visited(db);
  expect(before).toBeLessThan(60_000);
  expect(await sweepHere(db.url, token + 1, FILL).done).toMatchObject({ rows: 60_000 });
  await expectEveryRowOnce(db, 60_000);
});

test.each([
  ["rewritten", "VACUUM FULL orders"],
  ["truncated", "TRUNCATE orders"],
])("a table that is %s meanwhile is gone over anew, and that is told", async (reason, sql) => {
  await using db = await testDatabase(server.url());
  await db.query(orders(60_000));
  const token = await takeLease(db.url);
  let done: Promise<unknown> | undefined;
  const sweep: SweepHere = sweepHere(db.url, token, FILL, {
    policy: SMALL,
    onEvent: ({ type }) => {
      if (type !== "sweep.progress" || done !== undefined) return;
      sweep.paused = true;
      done = db.query(sql).then(() => {
        sweep.paused = false;
      });
    },
  });
  await sweep.done;
  await done;
  expect(sweep.events).toContainEqual({ type: "sweep.replanned", table: "public.orders", reason });
  expect(await db.query("SELECT count(*)::int AS n FROM orders WHERE total_new IS DISTINCT FROM total")).toEqual([
    { n: 0 },
  ]);
});

test("a table in whose place another stands ends the sweep by name", async () => {
  await using db = await testDatabase(server.url());
  await db.query(orders(60_000));
  const token = await takeLease(db.url);
  let done: Promise<unknown> | undefined;
  const sweep: SweepHere = sweepHere(db.url, token, FILL, {
    policy: SMALL,
    onEvent: ({ type }) => {
      if (type !== "sweep.progress" || done !== undefined) return;
      sweep.paused = true;
      done = db
        .query(
          "ALTER TABLE orders RENAME TO old_orders; CREATE TABLE orders (LIKE old_orders); INSERT INTO orders VALUES (1, 1)",
        )
        .then(() => {
          sweep.paused = false;
        });
    },
  });
  await expect(sweep.done).rejects.toMatchObject({ code: "sweep_table_changed" });
  await done;
  expect(await db.query("SELECT total_new FROM orders")).toEqual([{ total_new: null }]);
});

test("rows that another session has locked are come back to, and it is told who has them", async () => {
  await using db = await testDatabase(server.url());
  await db.query(orders(60_000));
  const token = await takeLease(db.url);
  const other = await db.connect();
  await other.query("SET application_name = 'a long report'");
  await other.query("BEGIN");
  await other.query("UPDATE orders SET note = 'mine' WHERE id % 20000 = 1");
  const sweep = sweepHere(db.url, token, FILL, {
    policy: { ...SMALL, workers: 2 },
    onEvent: (event) => {
      if (event.type === "sweep.blocked" && event.blockers.length > 0) void other.query("COMMIT");
    },
  });
  expect(await sweep.done).toMatchObject({ rows: 60_000 });
  expect(sweep.events).toContainEqual(
    expect.objectContaining({
      type: "sweep.blocked",
      blockers: expect.arrayContaining([
        expect.objectContaining({ application: "a long report", state: "idle in transaction" }),
      ]),
    }),
  );
  await expectEveryRowOnce(db, 60_000);
});

test("rows that stay locked end the sweep at the deadline, and it can go on", async () => {
  await using db = await testDatabase(server.url());
  await db.query(orders(2_000));
  const token = await takeLease(db.url);
  const other = await db.connect();
  await other.query("BEGIN");
  await other.query("UPDATE orders SET note = 'mine' WHERE id = 7");
  await expect(sweepHere(db.url, token, FILL, { policy: { lockDeadlineMs: 300 } }).done).rejects.toMatchObject({
    code: "lock_timeout",
  });
  await other.query("ROLLBACK");
  expect(await sweepHere(db.url, token, FILL).done).toMatchObject({ rows: 2_000 });
  await expectEveryRowOnce(db, 2_000);
});

test("a pause and a stop take effect behind the batch at work", async () => {
  await using db = await testDatabase(server.url());
  await db.query(orders(60_000));
  const token = await takeLease(db.url);
  let batches = 0;
  const sweep: SweepHere = sweepHere(db.url, token, FILL, {
    policy: { ...SMALL, workers: 2 },
    onEvent: ({ type }) => {
      if (type === "sweep.progress" && ++batches === 3) sweep.paused = true;
    },
  });
  await until("the sweep stands still", async () => {
    const idle = await db.query(
      "SELECT FROM pg_stat_activity WHERE application_name LIKE 'lockkeeper/%' AND state = 'active'",
    );
    return sweep.paused && idle.length === 0;
  });
  // The other worker's batch was at work when the pause was asked for.
  expect(batches).toBeLessThanOrEqual(4);
  const before = await visited(db);
  sweep.stop.afterStep("interrupted");
  await expect(sweep.done).rejects.toMatchObject({ code: "interrupted" });
  expect(await visited(db)).toBe(before);
  expect(await sweepHere(db.url, token, FILL).done).toMatchObject({ rows: 60_000 });
  await expectEveryRowOnce(db, 60_000);
});

test("a stop at once cancels the batch at work", async () => {
  await using db = await testDatabase(server.url());
  await db.query(`${orders(1_000)}; CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_sleep(600); RETURN new; END $$;
    CREATE TRIGGER dawdle BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION dawdle()`);
  const sweep = sweepHere(db.url, await takeLease(db.url), FILL, { policy: { batchLimitMs: 600_000 } });
  await until("the batch is at work", async () => (await runnerSessions(db)).some(({ wait }) => wait === "PgSleep"));
  sweep.stop.immediately("interrupted");
  await expect(sweep.done).rejects.toMatchObject({ code: "interrupted" });
  await until("nothing is at work", async () => (await runnerSessions(db)).length === 0);
  expect(await visited(db)).toBe(0);
});

test("a batch that takes too long is taken apart down to the row", async () => {
  await using db = await testDatabase(server.url());
  await db.query(`${orders(60)}; CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_sleep(0.01); RETURN new; END $$;
    CREATE TRIGGER dawdle BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION dawdle()`);
  const sweep = sweepHere(db.url, await takeLease(db.url), FILL, {
    policy: { batchLimitMs: 5, batchMs: 5, lockTimeoutMs: 1 },
  });
  expect(await sweep.done).toMatchObject({ rows: 60 });
  await expectEveryRowOnce(db, 60);
});
