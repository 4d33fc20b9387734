import { afterAll, beforeAll, expect, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { down } from "../../src/run/down.ts";
import { catalogOfSnapshot, newestSnapshot } from "../../src/run/snapshot/snapshot.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll as apply, operationOn, RECORDING_POLICY } from "../support/operations.ts";
import { addFiles, writeProject } from "../support/project.ts";

const applyAll: typeof apply = (db, project, options) => apply(db, project, { policy: RECORDING_POLICY, ...options });

let db: TestDatabase;
let folder: string;

beforeAll(async () => {
  db = await testDatabase();
  folder = writeProject({ "0001_first.sql": "CREATE TABLE first (id int, b int);" });
});
afterAll(() => db.drop());

async function recorded() {
  await using session = await connect(db.url);
  const head = await newestSnapshot(session);
  if (head === undefined) throw new Error("nothing is recorded");
  return { head, catalog: await catalogOfSnapshot(session, head) };
}
async function live() {
  await using session = await connect(db.url);
  return await readCatalog(session.query);
}

test("the schema is recorded as a run leaves it, and not when nothing was run", async () => {
  await applyAll(db, folder);
  const first = await recorded();
  expect(first.head).toMatchObject({ run: 1, command: "up", isBehind: false, isReadable: true });
  expect(first.head.fingerprint).toBe(catalogFingerprint(await live()));
  expect(catalogFingerprint(first.catalog)).toBe(first.head.fingerprint);
  await applyAll(db, folder);
  expect((await recorded()).head.id).toBe(first.head.id);
});

test("what others changed does not become what the schema should be because a run came by", async () => {
  await db.query("ALTER TABLE first ADD COLUMN by_hand int; CREATE INDEX by_hand ON first (b)");
  addFiles(folder, { "0002_second.sql": "CREATE TABLE second (id int); ALTER TABLE first ADD COLUMN c int;" });
  const operation = operationOn(db);
  await applyAll(db, folder, { emit: operation.emit });
  expect(operation.events.find(({ type }) => type === "notice")).toMatchObject({
    message: expect.stringMatching(/^2 objects of the schema changed outside/),
  });
  const { catalog } = await recorded();
  expect(
    catalog.tables.map(({ name, columns, indexes }) => [name, columns.map((c) => c.name), indexes.length]),
  ).toEqual([
    ["first", ["id", "b", "c"], 0],
    ["second", ["id"], 0],
  ]);
  await down({ ...operationOn(db), policy: RECORDING_POLICY, migrations: readProject(folder) });
  const again = await recorded();
  expect(again.head.command).toBe("down");
  expect(again.catalog.tables.map(({ name, columns }) => [name, columns.map((c) => c.name)])).toEqual([
    ["first", ["id", "b"]],
  ]);
});

test("a schema that cannot be recorded is told, and the run is as good", async () => {
  await db.query("ALTER TABLE lockkeeper.snapshot RENAME TO elsewhere");
  const { events, emit } = operationOn(db);
  expect(await applyAll(db, folder, { emit })).toMatchObject({ applied: ["0002_second"] });
  expect(events.filter(({ type }) => type === "notice")).toMatchObject([
    { message: expect.stringMatching(/^The schema could not be recorded: .*lockkeeper.snapshot/) },
  ]);
});
