import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { history } from "../../src/run/history.ts";
import { Stop } from "../../src/run/stop.ts";
import { migrationsOf, policyOf } from "../../src/run/target.ts";
import { type ReleaseReport, release } from "../../src/safety/release/release.ts";
import { CliProcess } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";
import { until } from "../support/until.ts";

const GATES = [{ gate: "approval", by: ["nobody"], override: true }];
/** Whoever is killed keeps its lease for as long as the test lasts. */
const LEASE = { ttl: "1h", wait: 0 };

async function released(db: TestDatabase, cwd: string): Promise<ReleaseReport> {
  const config = await loadConfig({ cwd, env: { DATABASE_URL: db.url, LOCKKEEPER_MIGRATIONS: `${cwd}/migrations` } });
  return await release({
    config,
    cwd,
    url: db.url,
    migrations: migrationsOf(config),
    policy: policyOf(config),
    without: [],
    clone: false,
    overrides: {},
    dryRun: false,
    confirm: async () => {},
    emit: () => {},
    stop: new Stop(),
  });
}

const told = ({ stages }: ReleaseReport): Readonly<Record<string, string>> =>
  Object.fromEntries(stages.map(({ stage, state, message }) => [stage, `${state}: ${message}`]));

const OF_OURS =
  "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockkeeper%'";

test("killed while it runs: its time has to pass, and then what was let start goes on, and is asked nothing again", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE item (id int PRIMARY KEY); CREATE TABLE held (id int PRIMARY KEY)");
  const cwd = writeProject({
    "lockkeeper.config.json": JSON.stringify({ gates: GATES, lease: LEASE }),
    "migrations/0001_item.sql": "ALTER TABLE item ADD COLUMN total int;\n",
    "migrations/0002_held.sql":
      "-- lockkeeper: transaction each\nALTER TABLE item ADD COLUMN more int;\nALTER TABLE held ADD COLUMN total int;\n",
    "migrations/0003_item.sql": "ALTER TABLE item ADD COLUMN note text;\n",
  });
  const other = await db.connect();
  await other.query("BEGIN; SELECT FROM held");
  const args = ["release", "--without", "backup", "rehearsal", "--override", "approval", "--because", "an outage"];
  const killed = new CliProcess(args, { cwd, env: { DATABASE_URL: db.url } });
  await until("it waits for the lock", async () => {
    if (/released|gate_closed/i.test(killed.printed)) throw new Error(killed.printed);
    return (await db.query("SELECT FROM pg_locks WHERE NOT granted AND relation = 'held'::regclass")).length > 0;
  });
  killed.signal("SIGKILL");
  expect(await killed.end).toMatchObject({ code: null, signal: "SIGKILL" });
  // What it sent last is at work until the server gives up the lock.
  await until("nobody waits any more", async () => (await db.query(OF_OURS)).length === 0);
  await other.query("ROLLBACK");

  await expect(released(db, cwd)).rejects.toMatchObject({
    code: "lease_held",
    notDone: "Nothing was changed by this command.",
  });
  await db.query("UPDATE lockkeeper.lease SET expires_at = clock_timestamp()");
  const report = await released(db, cwd);
  const goesOn = "0002_held, 0003_item were let start, and go on.";
  expect(told(report)).toMatchObject({
    plan: expect.stringMatching(/^done: 2 migrations in \d steps: 0002_held, 0003_item\. /),
    backup: `stands: ${goesOn}`,
    rehearsal: `stands: ${goesOn}`,
    gates: "done: What has begun was let start, and goes on.",
    run: "done: 2 migrations applied: 0002_held, 0003_item.",
    verify: expect.stringMatching(/^done: /),
  });
  expect(report).toMatchObject({ held: true, exitCode: 0 });
  const runs = await history({ url: db.url, limit: 10 });
  expect(runs.map(({ migration, state, overrides }) => [migration, state, overrides.length])).toEqual([
    ["0003_item", "done", 1],
    ["0002_held", "done", 1],
    ["0001_item", "done", 1],
  ]);
});
