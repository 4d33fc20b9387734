import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { readProject } from "../../../src/migrations/read-project.ts";
import { contract } from "../../../src/run/contract.ts";
import type { LockkeeperEvent } from "../../../src/run/events.ts";
import { DEFAULT_POLICY } from "../../../src/run/policy.ts";
import { Stop } from "../../../src/run/stop.ts";
import { up } from "../../../src/run/up.ts";
import { type CliHereEnd, runCliHere, shellWords } from "../../support/cli-here.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { onServer } from "../../support/on-server.ts";
import { writeProject } from "../../support/project.ts";
import { until } from "../../support/until.ts";
import { type Block, blocksIn } from "./runbook-blocks.ts";

const GIVEN = `CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, note text); INSERT INTO t SELECT g, g, 'n' || g FROM generate_series(1, 300) g;
  CREATE TABLE old (id int PRIMARY KEY); INSERT INTO old SELECT generate_series(1, 100);
  CREATE TABLE visit (id int PRIMARY KEY, at date); INSERT INTO visit SELECT g, date '2026-01-01' + g FROM generate_series(1, 100) g;
  ANALYZE`;
const FILES = {
  "migrations/0001_type.sql": "ALTER TABLE t ALTER n TYPE bigint;\n",
  "migrations/0002_name.sql": "ALTER TABLE t RENAME COLUMN note TO remark;\nCREATE INDEX t_remark ON t (remark);\n",
  "migrations/0003_gone.ts":
    'export default { steps: [{ sql: "DROP TABLE old" }, { sql: "ALTER TABLE visit DROP COLUMN at" }] };\n',
};

let cwd: string;
/** Databases by situation, from which the others are cloned. */
const situations = new Map<string, TestDatabase>();
const databases: TestDatabase[] = [];
let blocks: readonly Block[];

type Url = Pick<TestDatabase, "url">;

const cli = ({ url }: Url, args: readonly string[], onPrint?: (printed: string) => void): Promise<CliHereEnd> =>
  runCliHere(args, {
    cwd,
    // The folder is looked for from where the process is.
    env: { DATABASE_URL: url, LOCKKEEPER_BRIEF: "0", LOCKKEEPER_MIGRATIONS: join(cwd, "migrations") },
    ...(onPrint === undefined ? {} : { onPrint }),
  });

async function database(): Promise<TestDatabase> {
  const db = await testDatabase();
  databases.push(db);
  return db;
}

async function cloneOf(situation: string): Promise<TestDatabase> {
  const from = situations.get(situation === "running" ? "before" : situation);
  if (from === undefined) throw new Error(`there is no situation ${situation}`);
  const clone = await database();
  await onServer(inject("serverUrl"), async (client) => {
    await client.query(`DROP DATABASE ${clone.name}`);
    await client.query(`CREATE DATABASE ${clone.name} TEMPLATE ${from.name}`);
  });
  return clone;
}

const runnerOptions = ({ url }: Url, stop = new Stop(), emit: (event: LockkeeperEvent) => void = () => {}) => ({
  url,
  migrations: readProject(join(cwd, "migrations")),
  policy: { ...DEFAULT_POLICY, briefMs: 0, lockTimeoutMs: 100, backoffMinMs: 20, backoffMaxMs: 50 },
  stop,
  emit,
});

/** Goes on until a step of the last migration is done, and no further. */
async function stoppedIn(db: Url, run: typeof up | typeof contract): Promise<void> {
  const stop = new Stop();
  const options = runnerOptions(db, stop, (event) => {
    if (event.type === "step.done" && event.migration === "0003_gone" && event.step === 1)
      stop.afterStep("interrupted");
  });
  await expect(run(options)).rejects.toMatchObject({ code: "interrupted" });
}

beforeAll(async () => {
  cwd = writeProject(FILES);
  const before = await database();
  situations.set("before", before);
  await onServer(before.url, (client) => client.query(GIVEN));
  const written = await cli(before, ["runbook"]);
  expect(written.code, written.printed).toBe(0);
  blocks = blocksIn(written.printed);
  const stopped = await cloneOf("before");
  await stoppedIn(stopped, up);
  situations.set("stopped", stopped);
  const applied = await cloneOf("before");
  expect(await cli(applied, ["up"])).toMatchObject({ code: 0 });
  situations.set("applied", applied);
  const contracting = await cloneOf("applied");
  await stoppedIn(contracting, contract);
  situations.set("contracting", contracting);
  const contracted = await cloneOf("contracting");
  expect(await cli(contracted, ["contract", "--all", "--yes"])).toMatchObject({ code: 0 });
  situations.set("contracted", contracted);
}, 600_000);

afterAll(async () => {
  for (const db of databases) await db.drop();
});

/** Asks or runs what the block says, and holds what comes of it against what is written there. */
async function execute(block: Block, db: Url, onPrint?: (printed: string) => void): Promise<void> {
  if (block.language === "sql") {
    await onServer(db.url, (client) => client.query(block.text));
    return;
  }
  const [program, ...args] = shellWords(block.text);
  expect(program, block.text).toBe("lockkeeper");
  const { code, printed } = await cli(db, args, onPrint);
  expect(printed, block.text).toContain(block.prints);
  expect(code, `${block.text}: ${printed}`).toBe(block.exit);
}

/** While a runner waits for a lock. What follows the runner ends when the lock is given back. */
async function executeBeside(own: readonly Block[], db: TestDatabase): Promise<void> {
  const holder = await db.connect();
  // The last step of the last migration: what is long has begun by then.
  await holder.query("BEGIN; SELECT FROM visit LIMIT 1");
  let isAtWork = false;
  const runner = up(
    runnerOptions(db, new Stop(), (event) => {
      isAtWork ||= event.type === "lock.retry";
    }),
  ).catch((error: unknown) => error);
  await until("the runner waits for a lock", () => isAtWork);
  const marked = () => db.query("SELECT FROM lockkeeper.run WHERE state = 'running'");
  await until("its run is marked as running", async () => (await marked()).length > 0);
  for (const block of own) {
    let isHeld = block.text.endsWith("lockkeeper watch");
    await execute(block, db, () => {
      if (isHeld) void holder.query("ROLLBACK");
      isHeld = false;
    });
  }
  await holder.query("ROLLBACK");
  await runner;
}

test("every command and every query of a runbook does what is written there", async () => {
  const groups = Map.groupBy(blocks, ({ heading, when }) => `${heading}: ${when}`);
  let executed = 0;
  for (const own of groups.values()) {
    const when = own[0]?.when ?? "";
    // A heading of several migrations goes from one to the next.
    const db = await cloneOf(when);
    if (when === "running") await executeBeside(own, db);
    else for (const block of own) await execute(block, db);
    executed += own.length;
  }
  expect(executed).toBe(blocks.length);
  expect(blocks.filter(({ language }) => language === "sh").length).toBeGreaterThan(30);
  expect(blocks.filter(({ language }) => language === "sql").length).toBeGreaterThan(8);
  expect(new Set(blocks.map(({ when }) => when))).toEqual(new Set([...situations.keys(), "running"]));
}, 600_000);

test("a runbook is of what is pending, and of nothing that has begun", async () => {
  const applied = situations.get("applied");
  const stopped = situations.get("stopped");
  if (applied === undefined || stopped === undefined) throw new Error("the situations are not there");
  expect(await cli(applied, ["runbook"])).toMatchObject({
    code: 0,
    printed: "Nothing is pending: there is nothing to write a runbook for.\n",
  });
  const refused = await cli(stopped, ["runbook"]);
  expect(refused).toMatchObject({ code: 1, printed: expect.stringContaining("run_parked") });
});
