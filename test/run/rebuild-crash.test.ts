import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { down } from "../../src/run/down.ts";
import { resume } from "../../src/run/resume.ts";
import { CRASH_POLICY } from "../support/crash/project-files.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { program } from "../support/programs.ts";
import { writeProject } from "../support/project.ts";
import { lostRows, REBUILT } from "../support/rebuilt-table.ts";
import { writersOn } from "../support/writers.ts";

const CHILD = program("crash-child", new URL("../support/crash/crash-child.ts", import.meta.url));
const POLICY = { ...TEST_POLICY, ...CRASH_POLICY, lockDeadlineMs: 20_000, leaseTtlMs: 600, leaseWaitMs: 20_000 };
const FOLDER = { "0001_it.sql": "VACUUM FULL t" };
/** From the first message to the last. */
const TRIALS = 6;

interface ChildEnd {
  readonly killed: boolean;
  readonly said: string;
}

async function runChild(db: TestDatabase, folder: string, mode: string, at: number): Promise<ChildEnd> {
  const child = spawn(process.execPath, [CHILD, db.url, folder, "up", mode, String(at)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  const [, signal] = await once(child, "close");
  return { killed: signal === "SIGKILL", said };
}

test("a runner killed while it writes a table again is continued, and no write is lost", async () => {
  const folder = writeProject(FOLDER);
  let messages = 0;
  let continued = 0;
  for (let trial = 0; trial <= TRIALS; trial++) {
    await using db = await testDatabase();
    await db.query(REBUILT);
    const writers = writersOn(db, 3, trial);
    await writers.during(async () => {
      const at = Math.round((trial * messages) / TRIALS);
      const { killed, said } = await runChild(db, folder, trial % 2 === 0 ? "before-journal" : "sent-journal", at);
      if (trial === 0) ({ journal: messages } = JSON.parse(said) as { readonly journal: number });
      const { finished } = await resume({ ...operationOn(db), policy: POLICY, migrations: readProject(folder) });
      await applyAll(db, folder, { policy: POLICY });
      continued += killed && finished.length > 0 ? 1 : 0;
    });
    expect(writers.errors, `trial ${trial}`).toEqual([]);
    expect(await lostRows(db, writers), `trial ${trial}`).toEqual([]);
    expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper\\_q%'")).toHaveLength(1);
  }
  expect(continued).toBeGreaterThan(TRIALS / 4);
}, 300_000);

/** Without the numbers that clients have drawn. */
const shape = async (db: TestDatabase): Promise<readonly string[]> =>
  (await applicationSchema(db)).filter((line) => !line.startsWith("sequence "));

test("a runner killed while it writes a table again is taken back, and no write is lost", async () => {
  const folder = writeProject(FOLDER);
  let undone = 0;
  for (const at of [40, 60, 80, 100]) {
    await using db = await testDatabase();
    await db.query(REBUILT);
    const before = await shape(db);
    const writers = writersOn(db, 3, at);
    await writers.during(async () => {
      const { killed } = await runChild(db, folder, "before", at);
      const result = await down({ ...operationOn(db), policy: POLICY, migrations: readProject(folder) });
      undone += killed ? result.undone.length : 0;
    });
    expect(writers.errors, `killed at ${at}`).toEqual([]);
    expect(await lostRows(db, writers), `killed at ${at}`).toEqual([]);
    expect(await shape(db), `killed at ${at}`).toEqual(before);
    expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lockkeeper\\_%'")).toEqual([]);
  }
  expect(undone).toBeGreaterThan(1);
}, 300_000);
