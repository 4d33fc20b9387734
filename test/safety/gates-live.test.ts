/** What gates find on a server where something is the matter, and where they may not see whether it is. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { GateConfig } from "../../src/config/gate-config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { requestAbort, requestPause } from "../../src/run/control.ts";
import type { LockkeeperEvent } from "../../src/run/events.ts";
import { history } from "../../src/run/history.ts";
import { resume } from "../../src/run/resume.ts";
import { Stop } from "../../src/run/stop.ts";
import { up } from "../../src/run/up.ts";
import { type GateOptions, gateFlight } from "../../src/safety/gates/gate-flight.ts";
import { gatePolicy } from "../../src/safety/gates/gate-policy.ts";
import { guardOf } from "../../src/safety/gates/guard.ts";
import type { GateReport } from "../../src/safety/gates/judge-gates.ts";
import { plannedFlight } from "../../src/safety/gates/planned-flight.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";
import { startReplica } from "../support/replica.ts";
import { testRole } from "../support/role.ts";
import { until } from "../support/until.ts";

/** Its second step stops everybody for as long as it takes to write the table anew. */
const FILES = {
  "0001_wide.sql": `-- lockkeeper: mode direct
-- lockkeeper: transaction each
ALTER TABLE orders ADD COLUMN more text;
ALTER TABLE orders ALTER COLUMN id TYPE bigint;
`,
};

let server: EmbeddedServer;
let db: TestDatabase;
let config: Awaited<ReturnType<typeof loadConfig>>;
let folder: string;

beforeAll(async () => {
  server = await startEmbeddedServer({ settings: { fsync: "off", autovacuum: "off", max_prepared_transactions: "1" } });
  db = await testDatabase(server.url());
  await db.query("CREATE TABLE orders AS SELECT g AS id FROM generate_series(1, 1000) AS g; ANALYZE orders");
  folder = writeProject(FILES);
  config = await loadConfig({ cwd: folder, env: {} });
});
afterAll(async () => {
  await db?.drop();
  await server?.stop();
});

const optionsFor = (url: string): GateOptions => ({
  url,
  config,
  migrations: readProject(folder),
  policy: { ...TEST_POLICY, briefMs: 0 },
  stop: new Stop(),
  cwd: folder,
});

/** How a gate stands for what is pending, asked under a role. */
async function judged(gate: GateConfig, url = db.url): Promise<GateReport | undefined> {
  const { answer } = await plannedFlight({ ...optionsFor(db.url), direction: "up" }, (flight) =>
    gateFlight(flight, gatePolicy([gate] as never), optionsFor(url)),
  );
  return answer?.gates[0];
}

test("a replica that does not replay is behind, in time and in bytes, unless its name is ignored", async () => {
  await using replica = await startReplica(server, "delayed", {
    recovery_min_apply_delay: "1h",
    max_prepared_transactions: "1",
  });
  await using blind = await testRole(db);
  const lag = (more: object) => judged({ gate: "replica-lag", ...more } as GateConfig);
  await db.query("CREATE TABLE bulk AS SELECT g FROM generate_series(1, 40000) AS g; DROP TABLE bulk");
  const behind = await until("the replica tells how far it is", async () => {
    const found = await lag({ below: "24h", belowBytes: "1MB" });
    return found?.state === "does not hold" ? found : undefined;
  });
  expect(behind.reason).toMatch(/^Replicas are behind: delayed by .* and \d.* MB\.$/);
  await until("its delay is measured", async () => (await lag({ below: 0 }))?.state === "does not hold");
  expect(await lag({ below: 0, ignore: [replica.name] })).toMatchObject({
    state: "holds",
    reason: "No replica is connected.",
  });

  expect(await judged({ gate: "replica-lag", below: "24h" })).toMatchObject({ state: "holds" });
  expect(await judged({ gate: "replica-lag", below: "24h" }, blind.url)).toMatchObject({
    state: "unknown",
    reason: `The server does not tell ${blind.name} how far replicas are behind.`,
    action: `GRANT pg_read_all_stats TO ${blind.name};`,
  });
  await db.query(`GRANT pg_read_all_stats TO ${blind.name}`);
  expect(await judged({ gate: "replica-lag", below: "24h" }, blind.url)).toMatchObject({ state: "holds" });
});

test("a transaction that was prepared, and is no session's, is found as any other", async () => {
  await using blind = await testRole(db);
  const gate: GateConfig = { gate: "long-transactions", longest: 0 };
  await db.query("BEGIN; SELECT FROM orders LIMIT 1; PREPARE TRANSACTION 'it''s left'");
  try {
    const found = {
      state: "does not hold",
      reason: expect.stringMatching(/^Transactions are open: prepared transaction it's left of postgres for /),
      action: "ROLLBACK PREPARED 'it''s left';",
    };
    expect(await judged(gate)).toMatchObject(found);
    // Of these everybody is told.
    expect(await judged(gate, blind.url)).toMatchObject(found);
    expect(await judged({ ...gate, longest: "24h" })).toMatchObject({ state: "holds" });
  } finally {
    await db.query("ROLLBACK PREPARED 'it''s left'");
  }
  expect(await judged(gate)).toMatchObject({ state: "holds" });
});

test("what the server hides from a role, or does not keep, is not taken for good", async () => {
  await using blind = await testRole(db);
  const other = await db.connect();
  await other.query("SET application_name = 'shop-1.4'");
  await other.query("BEGIN; SELECT 1");
  const gate: GateConfig = { gate: "long-transactions", longest: 0 };
  const hidden = await judged(gate, blind.url);
  expect(hidden).toMatchObject({
    state: "unknown",
    reason: `The server does not tell ${blind.name} how long transactions of others are open.`,
    action: `GRANT pg_read_all_stats TO ${blind.name};`,
  });
  // Names are told to everybody.
  expect(await judged({ gate: "old-applications", matching: "^shop-1" }, blind.url)).toMatchObject({
    state: "does not hold",
    reason: "Still connected: shop-1.4 (1 session).",
  });
  await db.query(hidden?.action ?? "");
  expect(await judged(gate, blind.url)).toMatchObject({
    state: "does not hold",
    reason: expect.stringContaining("shop-1.4 (pid"),
  });
  await other.query("ROLLBACK");
  expect(await judged(gate, blind.url)).toMatchObject({ state: "holds" });

  await other.query("SET track_activities = off");
  await other.query("BEGIN; SELECT 1");
  expect(await judged(gate)).toMatchObject({
    state: "unknown",
    reason: expect.stringMatching(/^shop-1\.4 \(pid \d+\) keeps to itself .* \(track_activities is off\)\.$/),
  });
  await other.query("ROLLBACK");
  await other.end();
});

test("a run waits in place for a window, can be aborted or paused meanwhile, and goes on when it opens", async () => {
  const window: GateConfig = { gate: "window", opens: "0 3 * * *", lasts: "1h", wait: "2h" };
  /** A run that comes to the window at `01:00`, an hour before it opens at `03:00` in UTC. */
  const waiting = (work: typeof up | typeof resume, onWait: (stop: Stop, open: () => void) => void) => {
    const options = optionsFor(db.url);
    const events: LockkeeperEvent[] = [];
    let clock = Date.parse("2026-03-28T02:59:59.950Z");
    const emit = (event: LockkeeperEvent): void => {
      events.push(event);
      if (event.type !== "notice" || !event.message.includes("waits for the window")) return;
      onWait(options.stop, () => {
        clock = Date.parse("2026-03-28T03:00:00Z");
      });
    };
    const guard = guardOf(gatePolicy([window] as never), { ...options, now: () => clock });
    return { done: work({ ...options, emit, guard }), events };
  };
  const told = (events: readonly LockkeeperEvent[]) =>
    events.flatMap((event) => (event.type === "notice" ? [event.message] : [])).filter((text) => /waits/.test(text));

  const aborted = waiting(up, () => void requestAbort({ ...optionsFor(db.url), emit: () => {} }));
  await expect(aborted.done).rejects.toMatchObject({ code: "run_aborted" });
  const columns =
    "SELECT attname, atttypid::regtype::text AS type FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0";
  const half = [
    { attname: "id", type: "integer" },
    { attname: "more", type: "text" },
  ];
  expect(await db.query(columns)).toEqual(half);

  const interrupted = waiting(resume, (stop) => stop.afterStep("interrupted"));
  await expect(interrupted.done).rejects.toMatchObject({ code: "interrupted" });
  expect(await db.query(columns)).toEqual(half);

  /** A runner renews its lease and hears of requests in one; it has heard of what was asked before when it renews once more. */
  const heard = async (): Promise<void> => {
    const leaseOf = async () => (await db.query("SELECT expires_at::text AS at FROM lockkeeper.lease"))[0]?.["at"];
    for (let times = 0; times < 2; times++) {
      const before = await leaseOf();
      await until("the lease is renewed", async () => (await leaseOf()) !== before);
    }
  };
  let paused: Promise<unknown> | undefined;
  const opened = waiting(resume, (_, open) => {
    paused ??= requestPause({ ...optionsFor(db.url), emit: () => {} })
      .then(heard)
      .then(open);
  });
  await until("the run is paused", () => opened.events.some(({ type }) => type === "run.paused"));
  await paused;
  expect(await db.query(columns)).toEqual(half);
  await resume({ ...optionsFor(db.url), emit: () => {} });
  expect(await opened.done).toMatchObject({ finished: ["0001_wide"] });
  expect(told(opened.events)).toEqual([
    expect.stringMatching(
      /^Step 2 of 0001_wide \(.*\) waits for the window, which opens at 2026-03-28 03:00 \(UTC\)\.$/,
    ),
  ]);
  expect(await db.query(columns)).toEqual([{ attname: "id", type: "bigint" }, half[1]]);
  expect(await history({ url: db.url, limit: 1 })).toMatchObject([{ state: "done", migration: "0001_wide" }]);
});
