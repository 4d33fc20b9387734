import { expect, test } from "vitest";
import { noPaint } from "../../src/cli/paint.ts";
import { SweepWatch, sweepText } from "../../src/cli/watch-sweeps.ts";
import type { SweepStanding } from "../../src/run/read-sweeps.ts";
import { DEFAULT_SWEEP_POLICY } from "../../src/sweep/sweep-policy.ts";
import { CliProcess, runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";
import { RunnerProcess } from "../support/runner-process.ts";
import { until } from "../support/until.ts";

const FILES = { "migrations/0001_seen.sql": "UPDATE items SET seen = slowly(seen + 1);" };

/** A runner in the middle of a sweep over rows each of which takes its time. */
async function sweeping(db: TestDatabase, folder: string): Promise<RunnerProcess> {
  await db.query(`CREATE TABLE pace AS SELECT 0.002::float8 AS seconds;
    CREATE TABLE items (id int PRIMARY KEY, seen int NOT NULL DEFAULT 0);
    INSERT INTO items SELECT generate_series(1, 40000);
    CREATE FUNCTION slowly(n int) RETURNS int LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(seconds) FROM public.pace; RETURN n; END';
    ANALYZE`);
  const sweep = { ...DEFAULT_SWEEP_POLICY, batchMs: 20, progressMs: 50 };
  const runner = new RunnerProcess({
    command: "up",
    url: db.url,
    folder: `${folder}/migrations`,
    policy: { briefMs: 0, leaseTtlMs: 2_000, sweep },
  });
  await until("some rows are done", async () => (await db.query("SELECT FROM items WHERE seen > 0")).length > 100);
  return runner;
}

test("status and watch tell from another process how far a sweep is, and who keeps it waiting", async () => {
  await using db = await testDatabase();
  const cwd = writeProject(FILES);
  const env = { DATABASE_URL: db.url };
  const runner = await sweeping(db, cwd);
  const status = await runCli(["status"], { cwd, env });
  expect(status.stdout).toMatch(/^Rows of public\.items \(0001_seen, step 2\): \d+ %, \S+ rows?/m);
  const holder = await db.connect();
  await holder.query("SET application_name = 'the holder'; BEGIN; SELECT FROM items WHERE id > 39900 FOR UPDATE");
  await db.query("UPDATE pace SET seconds = 0");
  const watch = new CliProcess(["watch", "--events"], { cwd, env });
  await until("the watch has seen who is in the way", () => watch.printed.includes("the holder"));
  await holder.query("COMMIT");
  expect(await runner.ended()).toMatchObject({ code: 0 });
  const { code, stdout } = await watch.end;
  expect(code).toBe(0);
  const told = stdout
    .trim()
    .split("\n")
    .map(
      (line) => JSON.parse(line) as { readonly type: string; readonly blockers?: readonly { application: string }[] },
    )
    .filter(({ type }) => type === "watch.sweep");
  expect(told).not.toEqual([]);
  expect(told[0]).toMatchObject({ run: 1, step: 2, table: "public.items", rowsTotal: 40_000, pass: 0 });
  expect(told.some(({ blockers }) => blockers?.some(({ application }) => application === "the holder"))).toBe(true);
});

test("throttle changes from another process how a sweep at work behaves, and writes it down", async () => {
  await using db = await testDatabase();
  const cwd = writeProject(FILES);
  const env = { DATABASE_URL: db.url };
  expect(await runCliJson(["throttle", "--workers", "2"], { cwd, env })).toMatchObject({
    error: { code: "run_not_found" },
  });
  const runner = await sweeping(db, cwd);
  await until("the run is marked", async () => (await runCli(["throttle"], { cwd, env })).code === 0);
  const args = ["throttle", "--workers", "3", "--batch", "30ms", "--reason", "the night is short"];
  expect((await runCli(args, { cwd, env })).stdout).toBe(
    "Run 1 of 0001_seen goes over rows: workers 3, batches of 30 ms.\n",
  );
  await runner.event("sweep.progress", ({ workers }) => workers === 3);
  expect((await runCli(["throttle", "--workers", "1", "--ratio", "0.5"], { cwd, env })).code).toBe(0);
  await runner.event("sweep.progress", ({ workers, batchMs }) => workers === 1 && batchMs > 0);
  expect(await runCliJson(["throttle"], { cwd, env })).toMatchObject({
    result: { run: 1, throttle: { workers: 1, batchMs: 30, nice: 0.5 } },
  });
  expect((await runCli(["throttle", "--off"], { cwd, env })).stdout).toContain("as its configuration says");
  await db.query("UPDATE pace SET seconds = 0");
  expect(await runner.ended()).toMatchObject({ code: 0 });
  expect(await db.query("SELECT count(*)::int AS n FROM items WHERE seen = 1")).toEqual([{ n: 40_000 }]);
  expect(
    await db.query(
      "SELECT subject, reason, detail -> 'to' AS to FROM lockkeeper.audit WHERE action = 'throttle' ORDER BY id",
    ),
  ).toEqual([
    { subject: "0001_seen", reason: "the night is short", to: { workers: 3, batchMs: 30 } },
    { subject: "0001_seen", reason: null, to: { workers: 1, batchMs: 30, nice: 0.5 } },
    { subject: "0001_seen", reason: null, to: null },
  ]);
});

test.each([
  ["--batch", "soon"],
  ["--ratio", "-1"],
  ["--ratio", "fast"],
  ["--workers", "0"],
])("throttle %s %s is wrong usage", async (option, value) => {
  const cwd = writeProject(FILES);
  const env = { DATABASE_URL: "postgres://127.0.0.1:1/none" };
  expect(await runCliJson(["throttle", option, value], { cwd, env })).toMatchObject({ error: { code: "usage" } });
});

const STANDING: SweepStanding = {
  run: 1,
  step: 2,
  table: "public.orders",
  pass: 0,
  rows: 1_000,
  rowsTotal: 10_000,
  share: 0.1,
  beganAt: "2026-01-01T00:00:00Z",
  setAside: 0,
  holds: [],
  heldMs: 0,
};

test("what is watched is told when it is news, with the pace between two looks", () => {
  const watch = new SweepWatch();
  const look = (at: number, sweep: Partial<SweepStanding>) =>
    watch.news({ sweeps: [{ ...STANDING, ...sweep }], blockers: [] }, at);
  expect(look(0, {})).toMatchObject([{ rowsPerSecond: null, etaMs: null }]);
  expect(look(1_000, {})).toEqual([]);
  const [second] = look(2_000, { rows: 2_000, share: 0.2 });
  expect(second).toMatchObject({ rowsPerSecond: 1_000 });
  const holds = [{ throttle: "replica-lag" as const, reason: "replica a is 40 s behind" }];
  const [held] = look(3_000, { rows: 2_000, share: 0.2, holds, heldMs: 2_500, setAside: 1 });
  expect(held && sweepText(held, noPaint)).toMatch(
    /^ {2}public\.orders {2}20 %, 2000 rows, about \d+ seconds left, 1 row set aside, held: replica a is 40 s behind, held for 2\.5 s so far$/,
  );
});
