import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { down } from "../../src/run/down.ts";
import { history } from "../../src/run/history.ts";
import { STATE_VERSION } from "../../src/run/state/install-state.ts";
import { type StatusReport, status } from "../../src/run/status.ts";
import { runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { addFiles, writeProject } from "../support/project.ts";
import { RunnerProcess } from "../support/runner-process.ts";
import { workingOn } from "../support/sessions.ts";
import { until } from "../support/until.ts";

const statesOf = (report: StatusReport): string[] => report.migrations.map(({ id, state }) => `${id} ${state}`);
const statusOf = (db: TestDatabase, folder: string): Promise<StatusReport> =>
  status({ url: db.url, migrations: readProject(folder) });

const THREE = {
  "0001_a.sql": "CREATE TABLE a (id int);",
  "0002_b.sql": "CREATE TABLE b (id int);",
  "0003_c.sql": "CREATE TABLE c (id int);",
};

test("everything is pending where Lockkeeper has never run, and nothing is made there", async () => {
  await using db = await testDatabase();
  const before = await picture(db);
  const report = await statusOf(db, writeProject(THREE));
  expect(statesOf(report)).toEqual(["0001_a pending", "0002_b pending", "0003_c pending"]);
  expect(report).toMatchObject({
    database: db.name,
    serverVersion: expect.any(Number),
    readOnly: false,
    stateVersion: null,
    floor: null,
    lease: null,
    sweeps: [],
    problems: [],
    counts: { pending: 3, applied: 0 },
  });
  expect(await picture(db)).toEqual(before);
});

test("applied migrations show when, how long and by what they came", async () => {
  await using db = await testDatabase();
  const folder = writeProject(THREE);
  await applyAll(db, folder, { to: "0002_b" });
  const report = await statusOf(db, folder);
  expect(statesOf(report)).toEqual(["0001_a applied", "0002_b applied", "0003_c pending"]);
  expect(report.migrations[0]).toMatchObject({
    file: join(folder, "0001_a.sql"),
    appliedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    durationMs: expect.any(Number),
    origin: "run",
    adoptedFrom: null,
    run: null,
  });
  expect(report.migrations[2]).toMatchObject({ appliedAt: null, durationMs: null, origin: null });
  expect(report.stateVersion).toBe(STATE_VERSION);
});

test("edited, missing and pending files that come too late are reported together, and nothing is thrown", async () => {
  await using db = await testDatabase();
  const folder = writeProject(THREE);
  await applyAll(db, folder);
  const before = await picture(db);
  addFiles(folder, { "0001_a.sql": "CREATE TABLE a (id bigint);", "0001_z.sql": "SELECT 1;" });
  rmSync(join(folder, "0002_b.sql"));
  const report = await statusOf(db, folder);
  expect(statesOf(report)).toEqual(["0001_a edited", "0002_b missing-file", "0001_z pending", "0003_c applied"]);
  expect(report.problems.map(({ code }) => code)).toEqual([
    "migration_edited",
    "migration_missing",
    "migration_out_of_order",
  ]);
  expect(await picture(db)).toEqual(before);
});

test("what a newer release applied is ahead, not missing", async () => {
  await using db = await testDatabase();
  await applyAll(db, THREE);
  const report = await statusOf(db, writeProject({ "0001_a.sql": THREE["0001_a.sql"] }));
  expect(statesOf(report)).toEqual(["0001_a applied", "0002_b ahead", "0003_c ahead"]);
  expect(report.problems).toEqual([]);
});

test("what a newer release applied is ahead also where ids have no numbers, and missing where it was not the last", async () => {
  await using db = await testDatabase();
  const revision = (id: string, parent: string): string => `revision = "${id}"\ndown_revision = "${parent}"\n`;
  const older = writeProject({ "ff01_a.py": revision("ff01", "") });
  const middleGone = writeProject({ "ff01_a.py": revision("ff01", ""), "aa03_c.py": revision("aa03", "ff01") });
  await applyAll(db, { "1_z.sql": "SELECT 1;" });
  await db.query(
    `INSERT INTO lockkeeper.migration (id, checksum, origin) SELECT m.id, m.checksum, 'adopt' FROM
    jsonb_to_recordset($1) AS m(id text, checksum text)`,
    [
      JSON.stringify([
        ...readProject(older).map(({ id, checksum }) => ({ id, checksum })),
        { id: "0b02_b", checksum: "" },
      ]),
    ],
  );
  await db.query("DELETE FROM lockkeeper.migration WHERE id = '1_z'");
  expect(statesOf(await statusOf(db, older))).toEqual(["ff01_a applied", "0b02_b ahead"]);
  await db.query(`INSERT INTO lockkeeper.migration (id, checksum, origin) VALUES ('aa03_c', $1, 'adopt')`, [
    readProject(middleGone).at(-1)?.checksum,
  ]);
  expect(statesOf(await statusOf(db, middleGone))).toEqual(["ff01_a applied", "0b02_b missing-file", "aa03_c applied"]);
});

test("a run that stopped half way shows how far it came and why", async () => {
  await using db = await testDatabase();
  const folder = writeProject({
    "0001_a.sql": "-- lockkeeper: transaction each\nCREATE TABLE a (id int);\nSELECT 1 / 0;\nCREATE TABLE b (id int);",
  });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  const report = await statusOf(db, folder);
  expect(statesOf(report)).toEqual(["0001_a partial"]);
  expect(report.migrations[0]?.run).toMatchObject({
    direction: "up",
    state: "failed",
    stepsDone: 1,
    steps: 3,
    error: { code: "statement_failed", message: "division by zero" },
  });
});

test("a first step that was rolled back leaves its migration pending, with its error", async () => {
  await using db = await testDatabase();
  const folder = writeProject({ "0001_a.sql": "SELECT 1 / 0;" });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  const report = await statusOf(db, folder);
  expect(statesOf(report)).toEqual(["0001_a pending"]);
  expect(report.migrations[0]?.run).toMatchObject({
    state: "failed",
    stepsDone: 0,
    error: { code: "statement_failed" },
  });
});

test("the lease shows who holds it, since when and whether he lives", async () => {
  await using db = await testDatabase();
  const folder = writeProject(THREE);
  await applyAll(db, folder);
  await db.query("SELECT lockkeeper.acquire_lease('elsewhere:42', '{\"command\": \"up\"}', interval '1 hour')");
  expect((await statusOf(db, folder)).lease).toMatchObject({
    holder: "elsewhere:42",
    alive: true,
    details: { command: "up" },
    acquiredAt: expect.any(String),
  });
  await db.query("UPDATE lockkeeper.lease SET expires_at = clock_timestamp() - interval '1 s'");
  expect((await statusOf(db, folder)).lease).toMatchObject({ holder: "elsewhere:42", alive: false });
});

test("a state schema of a newer program is refused", async () => {
  await using db = await testDatabase();
  const folder = writeProject(THREE);
  await applyAll(db, folder);
  await db.query("UPDATE lockkeeper.meta SET version = 999");
  await expect(statusOf(db, folder)).rejects.toMatchObject({ code: "state_newer", data: { version: 999 } });
});

const HALF = "-- lockkeeper: transaction each\nCREATE TABLE b (id int);\nSELECT 1 / 0;";

async function halfDone(db: TestDatabase): Promise<string> {
  const folder = writeProject({ "0001_a.sql": THREE["0001_a.sql"], "0002_b.sql": HALF });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  return folder;
}

test("nothing runs over a part whose file is gone; from the journal it can be finished or taken back", async () => {
  await using db = await testDatabase();
  const folder = await halfDone(db);
  rmSync(join(folder, "0002_b.sql"));
  addFiles(folder, { "0003_c.sql": THREE["0003_c.sql"] });
  await expect(applyAll(db, folder)).rejects.toMatchObject({
    code: "migration_missing",
    message: expect.stringContaining("0002_b was applied in part (run 2, 1 of 2 steps)"),
  });
  expect((await statusOf(db, folder)).problems).toMatchObject([{ code: "migration_missing" }]);
  await expect(applyAll(db, folder, { allowOutOfOrder: true })).rejects.toMatchObject({ code: "migration_missing" });
  expect(await db.query("SELECT to_regclass('c') AS c")).toEqual([{ c: null }]);
  expect(await down({ ...operationOn(db), migrations: readProject(folder) })).toEqual({ undone: ["0002_b"] });
  expect((await applyAll(db, folder)).applied).toEqual(["0003_c"]);
});

test("a half-done migration whose file was renamed is not run a second time under its new name", async () => {
  await using db = await testDatabase();
  const folder = await halfDone(db);
  rmSync(join(folder, "0002_b.sql"));
  addFiles(folder, { "0002_a.sql": HALF });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "migration_missing", data: { id: "0002_b" } });
});

test("what a newer release left half done does not keep an older one from starting", async () => {
  await using db = await testDatabase();
  await halfDone(db);
  const older = writeProject({ "0001_a.sql": THREE["0001_a.sql"] });
  expect(await applyAll(db, older)).toMatchObject({ applied: [] });
});

test("a file that comes before a half-done migration is out of order", async () => {
  await using db = await testDatabase();
  const folder = await halfDone(db);
  addFiles(folder, { "0001_z.sql": "SELECT 1;" });
  await expect(applyAll(db, folder)).rejects.toMatchObject({
    code: "migration_out_of_order",
    data: { pending: "0001_z", applied: "0002_b" },
  });
});

test("what was only tried and has no file is not in the report", async () => {
  await using db = await testDatabase();
  const folder = writeProject({ "0001_a.sql": THREE["0001_a.sql"], "0002_b.sql": "SELECT 1 / 0;" });
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "statement_failed" });
  rmSync(join(folder, "0002_b.sql"));
  const report = await statusOf(db, folder);
  expect(statesOf(report)).toEqual(["0001_a applied"]);
  expect(report.counts.applied).toBe(1);
});

test("a file that leads nowhere is not taken for a folder that is not there", async () => {
  await using db = await testDatabase();
  const project = writeProject(
    Object.fromEntries(Object.entries(THREE).map(([name, sql]) => [`migrations/${name}`, sql])),
  );
  await applyAll(db, join(project, "migrations"));
  rmSync(join(project, "migrations/0002_b.sql"));
  symlinkSync("gone.sql", join(project, "migrations/0002_b.sql"));
  for (const command of ["status", "down"]) {
    const { error } = await runCliJson([command], { cwd: project, env: { DATABASE_URL: db.url } });
    expect(error).toMatchObject({
      code: "migrations_unreadable",
      message: expect.stringContaining("migrations/0002_b.sql is a link to gone.sql"),
      at: { file: "migrations/0002_b.sql" },
    });
  }
  rmSync(join(project, "migrations"), { recursive: true });
  const { result } = await runCliJson<StatusReport>(["status"], { cwd: project, env: { DATABASE_URL: db.url } });
  expect(result?.counts.ahead).toBe(3);
});

test("a run is running while its runner has the lease, and interrupted when that was killed", async () => {
  await using db = await testDatabase();
  const each = "-- lockkeeper: transaction each\n";
  const cwd = writeProject({
    "migrations/0001_a.sql": `${each}CREATE TABLE a (id int);\nSELECT pg_sleep(seconds) FROM pace;`,
    "migrations/0001_a.down.sql": `${each}SELECT 1;\nSELECT pg_sleep(seconds) FROM pace;\nDROP TABLE a;`,
  });
  const folder = join(cwd, "migrations");
  const runOf = async (): Promise<unknown> => (await statusOf(db, folder)).migrations[0]?.run;
  const told = async (): Promise<string> => (await runCli(["status"], { cwd, env: { DATABASE_URL: db.url } })).stdout;
  const killedIn = async (command: "up" | "down"): Promise<void> => {
    await db.query("CREATE TABLE pace AS SELECT 60 AS seconds");
    const runner = new RunnerProcess({ command, url: db.url, folder, policy: { leaseTtlMs: 800 } });
    await workingOn(db, /^PgSleep/);
    expect(await runOf()).toMatchObject({ direction: command, state: "running", stepsDone: 1 });
    expect(await told()).not.toContain("goes on with it");
    runner.signal("SIGKILL");
    await until("its lease is over", async () => (await statusOf(db, folder)).lease?.alive === false);
    await db.query("UPDATE pace SET seconds = 0");
  };
  await killedIn("up");
  expect(await runOf()).toMatchObject({ direction: "up", state: "interrupted", stepsDone: 1 });
  expect(await history({ url: db.url })).toMatchObject([{ state: "interrupted" }]);
  expect(await told()).toContain("(run 1 interrupted, 1 of 2 steps)");
  expect(await told()).toContain("interrupted: 0001_a; `lockkeeper up` goes on with it.");
  await applyAll(db, folder);
  await db.query("DROP TABLE pace");
  await killedIn("down");
  expect(await runOf()).toMatchObject({ direction: "down", state: "interrupted", stepsDone: 1 });
  expect(await told()).toContain("(way back, run 2 interrupted, 1 of 3 steps)");
  expect(await told()).toContain("interrupted: the way back of 0001_a; `lockkeeper down` goes on with it.");
  await expect(applyAll(db, folder)).rejects.toMatchObject({ code: "run_parked", data: { state: "interrupted" } });
  expect(await down({ ...operationOn(db), migrations: readProject(folder) })).toEqual({ undone: ["0001_a"] });
});
