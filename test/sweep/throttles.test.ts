import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { connect } from "../../src/postgres/session.ts";
import { type Look, lookSql, readSight } from "../../src/sweep/look.ts";
import type { SweepEvent } from "../../src/sweep/sweep-event.ts";
import type { SweepPolicy } from "../../src/sweep/sweep-policy.ts";
import type { ThrottleName } from "../../src/sweep/throttles.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { startReplica } from "../support/replica.ts";
import { type SweepHere, sweepHere, takeLease } from "../support/sweep-here.ts";
import { until } from "../support/until.ts";
import { expectEveryRowOnce, FILL, orders } from "./orders.ts";

/** 17 MB: what is much smaller is done before the load of the server could be judged. */
const ROWS = 100_000;

/** While it is there, nothing is archived. */
const NO_ARCHIVE = join(tmpdir(), `no-archive-${process.pid}`);

let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({
    settings: { fsync: "off", archive_mode: "on", archive_command: `test ! -e ${NO_ARCHIVE}`, autovacuum: "off" },
  });
});

afterAll(() => server?.stop());

function sweepUnder(db: TestDatabase, token: number, policy: Partial<SweepPolicy>): SweepHere {
  return sweepHere(db.url, token, FILL, { policy: { lookMs: 50, progressMs: 0, batchMs: 5, ...policy } });
}

type Held = Extract<SweepEvent, { type: "sweep.held" }>;

/** Waits until the sweep is held and no batch is at work; nothing changes then. */
async function heldBy(db: TestDatabase, sweep: SweepHere, throttle: ThrottleName): Promise<string> {
  const hold = await until(`${throttle} holds the sweep`, () =>
    sweep.events
      .filter((event): event is Held => event.type === "sweep.held")
      .flatMap(({ holds }) => holds)
      .find((one) => one.throttle === throttle),
  );
  let before = -1;
  await until("no batch is at work", async () => {
    const [row] = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM visited");
    const isStill = row?.n === before;
    before = row?.n ?? 0;
    return isStill;
  });
  // It is told before it is written down.
  await until("the journal says what holds the sweep", async () => {
    const [row] = await db.query<{ holds: { throttle: string }[] }>("SELECT holds FROM lockkeeper.sweep");
    return row?.holds.length === 1 && row.holds[0]?.throttle === throttle;
  });
  return hold.reason;
}

/** What is left may go fast. */
function hurry(sweep: SweepHere): void {
  sweep.policy = { ...sweep.policy, batchMs: 1_000, batchLimitMs: 60_000 };
}

async function released(db: TestDatabase, sweep: SweepHere): Promise<void> {
  hurry(sweep);
  await sweep.done;
  expect(sweep.events.map(({ type }) => type)).toContain("sweep.released");
  expect(await db.query("SELECT holds FROM lockkeeper.sweep")).toEqual([{ holds: [] }]);
  await expectEveryRowOnce(db, ROWS);
}

async function ready(rows = ROWS): Promise<{ db: TestDatabase; token: number }> {
  const db = await testDatabase(server.url());
  await db.query(orders(rows));
  return { db, token: await takeLease(db.url) };
}

test("it is seen how long transactions take in all, and a session can be made to tell its own at once", async () => {
  await using db = await testDatabase(server.url());
  await using session = await connect(db.url);
  const sight = await readSight(session);
  expect(sight.tellsAtOnce).toBe(true);
  const look = async (): Promise<Look | undefined> => (await session.query<Look>(lookSql(sight, "ours", [])))[0];
  const before = await look();
  const other = await db.connect();
  await other.query("BEGIN; SELECT pg_sleep(0.2), pg_stat_force_next_flush(); COMMIT");
  // Statements count when they have ended, which is told with the next one.
  await other.query("SELECT pg_stat_force_next_flush()");
  await until("what the other did is seen", async () => {
    const now = await look();
    const ms = (now?.activeMs ?? 0) - (before?.activeMs ?? 0);
    return ms >= 200 && (now?.transactions ?? 0) > (before?.transactions ?? 0);
  });
});

test("a user's query holds the sweep while its answer says so", async () => {
  const { db, token } = await ready();
  await using _ = db;
  await db.query("CREATE TABLE brake (on_ boolean); INSERT INTO brake VALUES (true)");
  const sweep = sweepUnder(db, token, { holdQuery: "SELECT on_ FROM brake" });
  expect(await heldBy(db, sweep, "query")).toBe("the query of the policy gives true");
  expect(await db.query("SELECT count(*)::int AS n FROM visited")).toEqual([{ n: 0 }]);
  await db.query("UPDATE brake SET on_ = false");
  await released(db, sweep);
});

test("a user's query that fails holds the sweep and says why", async () => {
  const { db, token } = await ready();
  await using _ = db;
  const sweep = sweepUnder(db, token, { holdQuery: "SELECT on_ FROM brake" });
  expect(await heldBy(db, sweep, "query")).toContain('relation "brake" does not exist');
  await db.query("CREATE TABLE brake (on_ int); INSERT INTO brake VALUES (0)");
  await released(db, sweep);
});

test("a user's query holds the sweep of a tiny table too, which stops at once when it is asked to", async () => {
  const { db, token } = await ready(10);
  await using _ = db;
  const sweep = sweepUnder(db, token, { holdQuery: "SELECT 1" });
  await heldBy(db, sweep, "query");
  sweep.stop.afterStep("interrupted");
  await expect(sweep.done).rejects.toMatchObject({ code: "interrupted" });
  expect(await db.query("SELECT count(*)::int AS n FROM visited")).toEqual([{ n: 0 }]);
});

test("what the policy says is heeded while the sweep is at work", async () => {
  const { db, token } = await ready();
  await using _ = db;
  const sweep = sweepUnder(db, token, { holdQuery: "SELECT 'later'" });
  expect(await heldBy(db, sweep, "query")).toBe("the query of the policy gives later");
  const { holdQuery: __, ...rest } = sweep.policy;
  sweep.policy = rest;
  await released(db, sweep);
});

test("batches are done within the window only", async () => {
  const { db, token } = await ready();
  await using _ = db;
  const hour = (offset: number): string => new Date(Date.now() + offset * 3_600_000).toISOString().slice(11, 13);
  const sweep = sweepUnder(db, token, { window: { from: `${hour(2)}:00`, to: `${hour(3)}:00` } });
  expect(await heldBy(db, sweep, "window")).toBe(`outside of ${hour(2)}:00 to ${hour(3)}:00 UTC`);
  sweep.policy = { ...sweep.policy, window: { from: `${hour(-1)}:00`, to: `${hour(2)}:00` } };
  await released(db, sweep);
});

test("sessions that work hold the sweep, and those that wait for it", async () => {
  const { db, token } = await ready();
  await using _ = db;
  const busy = await db.connect();
  const sleeping = busy.query("SELECT pg_sleep(600)").catch(() => {});
  // The look itself and the test's own question may be at work too.
  const sweep = sweepUnder(db, token, { activeSessions: 0 });
  expect(await heldBy(db, sweep, "active-sessions")).toMatch(/^\d+ sessions work; the limit is 0$/);
  sweep.policy = { ...sweep.policy, activeSessions: 100 };
  await released(db, sweep);
  await db.query(
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()",
  );
  await sleeping;
});

test("sessions that wait for rows of the sweep hold it", async () => {
  const { db, token } = await ready();
  await using _ = db;
  await db.query(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        WHILE current_setting('application_name') LIKE 'lockkeeper/%' AND NOT EXISTS (SELECT FROM told) LOOP
          PERFORM pg_sleep(0.02);
        END LOOP;
        RETURN new;
      END $$;
    CREATE TABLE told (yes boolean);
    CREATE TRIGGER dawdle BEFORE UPDATE ON orders FOR EACH ROW WHEN (old.id = 2) EXECUTE FUNCTION dawdle()`);
  const other = await db.connect();
  const sweep = sweepUnder(db, token, { waitingSessions: 0, batchLimitMs: 60_000 });
  await until(
    "the sweep holds the first row",
    async () =>
      (
        await db.query(
          "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND application_name LIKE 'lockkeeper/%'",
        )
      ).length > 0,
  );
  const waiting = other.query("UPDATE orders SET note = 'waited' WHERE id = 1");
  const held = await until("the wait is told", () => sweep.events.find(({ type }) => type === "sweep.held"));
  expect(held).toEqual({
    type: "sweep.held",
    holds: [{ throttle: "waiting-sessions", reason: "1 sessions wait for the sweep; the limit is 0" }],
  });
  await db.query("INSERT INTO told VALUES (true)");
  await waiting;
  hurry(sweep);
  await sweep.done;
});

test("a vacuum of the table is waited for, but not for ever", async () => {
  const { db, token } = await ready();
  await using _ = db;
  await db.query("DELETE FROM orders WHERE id % 2 = 0; INSERT INTO orders SELECT id - 1, total FROM orders");
  const vacuum = await db.connect();
  await vacuum.query("SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1");
  const vacuuming = vacuum.query("VACUUM orders").catch(() => {});
  await until("the vacuum is at work", async () => (await db.query("SELECT FROM pg_stat_progress_vacuum")).length > 0);
  const sweep = sweepUnder(db, token, { vacuumMs: 3_600_000 });
  expect(await heldBy(db, sweep, "vacuum")).toMatch(/^a vacuum \(pid \d+\) works on the table$/);
  sweep.policy = { ...sweep.policy, vacuumMs: 1 };
  hurry(sweep);
  await sweep.done;
  expect(await db.query("SELECT FROM pg_stat_progress_vacuum")).toHaveLength(1);
  await db.query("SELECT pg_cancel_backend(pid) FROM pg_stat_progress_vacuum");
  await vacuuming;
});

test("an archive that does not keep up holds the sweep", async () => {
  const { db, token } = await ready();
  await using _ = db;
  writeFileSync(NO_ARCHIVE, "");
  try {
    await until("three files wait to be archived", async () => {
      await db.query("CREATE TABLE x AS SELECT 1 AS n; DROP TABLE x; SELECT pg_switch_wal()");
      return (await db.query("SELECT FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'")).length >= 3;
    });
    const sweep = sweepUnder(db, token, { archiveBacklogBytes: 2 * 16 * 1024 * 1024 });
    expect(await heldBy(db, sweep, "archive")).toMatch(/of WAL wait to be archived.*; the limit is/);
    rmSync(NO_ARCHIVE);
    // A new file wakes an archiver that sleeps after failures.
    await db.query("CREATE TABLE x AS SELECT 1 AS n; DROP TABLE x; SELECT pg_switch_wal()");
    await released(db, sweep);
  } finally {
    rmSync(NO_ARCHIVE, { force: true });
  }
});

test("a replica that is behind holds the sweep, unless it is ignored by name", async () => {
  const { db, token } = await ready();
  await using _ = db;
  await using replica = await startReplica(server, "delayed", { recovery_min_apply_delay: "1h" });
  const sweep = sweepUnder(db, token, { replicaLagBytes: 1024 * 1024 });
  expect(await heldBy(db, sweep, "replica-lag")).toMatch(/^replica delayed is .* behind; the limit is 1 MB$/);
  sweep.policy = { ...sweep.policy, ignoredReplicas: [replica.name] };
  await released(db, sweep);
});

test("the sweep rests so that the server writes WAL no faster than allowed", async () => {
  const { db, token } = await ready();
  await using _ = db;
  const sweep = sweepUnder(db, token, { walBytesPerSecond: 1024 * 1024 });
  const held = await until("the sweep rests", () => sweep.events.find(({ type }) => type === "sweep.held"));
  expect(held).toEqual({
    type: "sweep.held",
    holds: [{ throttle: "wal", reason: "the server writes WAL faster than 1 MB a second" }],
  });
  sweep.policy = { ...sweep.policy, walBytesPerSecond: 1024 * 1024 * 1024 };
  hurry(sweep);
  await sweep.done;
  const last = sweep.events.findLast((event) => event.type === "sweep.progress");
  expect(last?.throttledMs).toBeGreaterThan(0);
  await expectEveryRowOnce(db, ROWS);
});

test("a role that may not see what the policy asks for is told what holds nothing", async () => {
  await using db = await testDatabase(server.url());
  await db.query(orders(ROWS));
  await db.query(`CREATE ROLE half_blind LOGIN; GRANT CREATE ON DATABASE ${db.name} TO half_blind;
    ALTER TABLE orders OWNER TO half_blind; ALTER TABLE visited OWNER TO half_blind`);
  await using __ = await startReplica(server, "unseen", { recovery_min_apply_delay: "1h" });
  try {
    const url = new URL(db.url);
    url.username = "half_blind";
    const sweep = sweepHere(url.href, await takeLease(url.href), FILL, {
      policy: { lookMs: 50, activeSessions: 0, replicaLagBytes: 1 },
    });
    await sweep.done;
    expect(sweep.events.flatMap((event) => (event.type === "sweep.notice" ? [event.message] : []))).toEqual([
      "The role half_blind may not see how far replicas are behind, so they do not hold the sweep: GRANT pg_monitor TO half_blind.",
      "The role half_blind sees only its own sessions, so the others' do not hold the sweep: GRANT pg_monitor TO half_blind.",
    ]);
    await expectEveryRowOnce(db, ROWS);
  } finally {
    await db.query("DROP OWNED BY half_blind CASCADE; DROP ROLE half_blind");
  }
});
