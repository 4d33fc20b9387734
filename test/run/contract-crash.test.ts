import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { DEFAULT_POLICY } from "../../src/run/policy.ts";
import { Stop } from "../../src/run/stop.ts";
import { up } from "../../src/run/up.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { program } from "../support/programs.ts";
import { addFiles, writeProject } from "../support/project.ts";
import { sideBySide } from "../support/side-by-side.ts";
import { application } from "./describe-contracts.ts";

const CHILD = program("crash-child", new URL("../support/crash/crash-child.ts", import.meta.url));

const GIVEN = `CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL UNIQUE);
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer, note text);
  CREATE TABLE visit (id int PRIMARY KEY, at date);
  INSERT INTO customer VALUES (1, 'a'); INSERT INTO orders VALUES (1, 1, 'x'); INSERT INTO visit VALUES (1, now());`;

/** Two transactions each. */
const MIGRATIONS = {
  "0001_first.sql": "-- lockkeeper: transaction each\nDROP TABLE orders; ALTER TABLE visit RENAME TO view_of;",
  "0002_second.sql": "ALTER TABLE customer DROP COLUMN email;\nCREATE INDEX CONCURRENTLY seen ON customer (id);",
};

async function prepared() {
  const db = await testDatabase();
  const folder = writeProject({ "0000_nothing.sql": "SELECT 1" });
  await up(optionsFor(db, folder));
  await db.query(GIVEN);
  addFiles(folder, MIGRATIONS);
  return { db, folder };
}

const optionsFor = ({ url }: TestDatabase, folder: string) => ({
  url,
  migrations: readProject(folder),
  policy: { ...DEFAULT_POLICY, leaseTtlMs: 2_000, leaseWaitMs: 20_000 },
  emit: () => {},
  stop: new Stop(),
});

/** Kills the command at its n-th message; gives how many messages it sent where it came to its end. */
async function killedAt(
  url: string,
  folder: string,
  command: "up" | "contract",
  at: number,
): Promise<number | undefined> {
  const mode = at % 2 === 0 ? "before" : "sent";
  const child = spawn(process.execPath, [CHILD, url, folder, command, mode, String(at)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  const signal = await new Promise((resolve) => child.once("close", (_, ended) => resolve(ended)));
  return signal === "SIGKILL" ? undefined : (JSON.parse(stdout) as { readonly all: number }).all;
}

const moments = (first: number, last: number, every: number): readonly number[] =>
  Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, trial) => first + trial * every);

test("a contract killed at a message is continued to the same end", { timeout: 300_000 }, async () => {
  const undisturbed = await prepared();
  await up(optionsFor(undisturbed.db, undisturbed.folder));
  const messages = (await killedAt(undisturbed.db.url, undisturbed.folder, "contract", 0)) ?? 0;
  const expected = await application(undisturbed.db);
  await undisturbed.db.drop();
  expect(messages).toBeGreaterThan(6);
  await sideBySide(moments(3, messages, 3), async (at) => {
    const { db, folder } = await prepared();
    await up(optionsFor(db, folder));
    await killedAt(db.url, folder, "contract", at);
    expect((await contract(optionsFor(db, folder))).waiting, `message ${at}`).toEqual([]);
    expect(await application(db), `message ${at}`).toEqual(expected);
    await db.drop();
  });
});

test("a quarantine killed between its pieces is taken back to where it began, and finished", {
  timeout: 300_000,
}, async () => {
  const undisturbed = await prepared();
  const before = await application(undisturbed.db);
  const messages = (await killedAt(undisturbed.db.url, undisturbed.folder, "up", 0)) ?? 0;
  const expected = await application(undisturbed.db);
  await undisturbed.db.drop();
  expect(messages).toBeGreaterThan(8);
  await sideBySide(moments(6, messages, 5), async (at) => {
    const { db, folder } = await prepared();
    await killedAt(db.url, folder, "up", at);
    await down({ ...optionsFor(db, folder), to: "0000_nothing" });
    expect(await application(db), `message ${at}`).toEqual(before);
    await up(optionsFor(db, folder));
    expect(await application(db), `message ${at}`).toEqual(expected);
    await db.drop();
  });
});
