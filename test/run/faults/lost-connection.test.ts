import { expect, test } from "vitest";
import { readProject } from "../../../src/migrations/read-project.ts";
import { contract } from "../../../src/run/contract.ts";
import { up } from "../../../src/run/up.ts";
import { type Cut, withCut } from "../../support/cut-connection.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { operationOn } from "../../support/operations.ts";
import { applicationSchema } from "../../support/picture.ts";
import { writeProject } from "../../support/project.ts";
import { upHere } from "../../support/run-here.ts";

const FILES = {
  "0001_first.sql": "CREATE TABLE first (id int);\nINSERT INTO applied_log VALUES ('first');",
  "0002_second.sql": "ALTER TABLE first ADD COLUMN note text;\nINSERT INTO applied_log VALUES ('second');",
  "0003_index.sql":
    "CREATE INDEX CONCURRENTLY first_idx ON first (id);\nINSERT INTO applied_log VALUES ('between');\nDROP INDEX CONCURRENTLY first_idx;",
  "0004_script.ts": `export default {
  steps: [{ script: "fill" }, { sql: "INSERT INTO applied_log VALUES ('after script')" }],
  scripts: {
    async fill({ query }) {
      await query("INSERT INTO first (note) VALUES ('a')");
      await query("INSERT INTO applied_log VALUES ('script')");
    },
  },
};`,
};
const IDS = ["0001_first", "0002_second", "0003_index", "0004_script"];
const PIECES = ["after script", "between", "first", "script", "second"];

async function seeded(): Promise<TestDatabase> {
  const db = await testDatabase();
  await db.query("CREATE TABLE applied_log (piece text)");
  return db;
}

/** What became of a run, in one line; the schema of the database has the last word. */
async function outcome(db: TestDatabase, folder: string, cut?: Cut): Promise<{ line: string; messages: number }> {
  const { result, messages } = await withCut(db.name, cut, () =>
    upHere(db.url, folder, { leaseTtlMs: 2_000 }).done.then(
      ({ applied }) => `applied ${applied}`,
      (error: { code: string }) => error.code,
    ),
  );
  const pieces = await db.query("SELECT piece FROM applied_log ORDER BY piece");
  const schema = await applicationSchema(db);
  return { line: JSON.stringify([result, pieces.map(({ piece }) => piece), schema]), messages };
}

test("wherever a connection is cut, the runner opens it again and applies each piece once", async () => {
  const folder = writeProject(FILES);
  await using undisturbed = await seeded();
  const untouched = await applicationSchema(undisturbed);
  const whole = await outcome(undisturbed, folder);
  expect(JSON.parse(whole.line).slice(0, 2)).toEqual([`applied ${IDS}`, PIECES]);
  // Until the first answer there is no server yet that could be waited for.
  const atTheDoor = JSON.stringify(["database_unavailable", [], untouched]);
  const others: string[] = [];
  let refused = 0;
  const cuts: Cut[] = Array.from({ length: whole.messages }, (_, index) => index + 1).flatMap((at) => [
    { at, when: "before" },
    { at, when: "sent" },
  ]);
  const worker = async (): Promise<void> => {
    for (let cut = cuts.shift(); cut !== undefined; cut = cuts.shift()) {
      await using db = await seeded();
      const { line } = await outcome(db, folder, cut);
      refused += line === atTheDoor ? 1 : 0;
      if (line !== whole.line && line !== atTheDoor) {
        others.push(`${cut.when} message ${cut.at}: ${line.slice(0, 200)}`);
      }
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  expect(others).toEqual([]);
  expect(refused).toBeLessThan(10);
});

test("a contract that loses its connection at its end tells what it did, and keeps nobody waiting for its lease", async () => {
  const folder = writeProject({ "0001_drop.sql": "DROP TABLE gone" });
  const contracted = async (cut?: (messages: number) => Cut, messages = 0) => {
    await using db = await testDatabase();
    await db.query("CREATE TABLE gone AS SELECT 1 AS id");
    const options = { ...operationOn(db), migrations: readProject(folder) };
    await up(options);
    const done = await withCut(db.name, cut?.(messages), () => contract(options));
    expect(done.result).toEqual({ contracted: ["0001_drop"], waiting: [] });
    expect(await db.query("SELECT holder FROM lockkeeper.lease")).toEqual([{ holder: null }]);
    return done.messages;
  };
  const messages = await contracted();
  for (const back of [0, 1]) {
    for (const when of ["before", "sent"] as const) {
      await contracted((all) => ({ at: all - back, when }), messages);
    }
  }
});
