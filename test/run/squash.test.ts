import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { finishSquash, type SquashedFiles, writeSquash } from "../../src/cli/squash-files.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { down } from "../../src/run/down.ts";
import { type Squashed, squash } from "../../src/run/squash/squash.ts";
import { Stop } from "../../src/run/stop.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { addFiles, writeProject } from "../support/project.ts";

const FILES = {
  "0001_shop.sql": `CREATE TABLE kinds (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind int REFERENCES kinds, "Note" text);`,
  "0001_shop.down.sql": "DROP TABLE items; DROP TABLE kinds;",
  "0002_seed.sql": `INSERT INTO kinds VALUES (1, 'it''s'), (2, 'other');
INSERT INTO items (kind) VALUES (2), (NULL);
CREATE TABLE tokens (id uuid); INSERT INTO tokens VALUES (gen_random_uuid());
CREATE SEQUENCE tickets; SELECT setval('tickets', 7, false);
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM items;
CREATE FUNCTION later() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM items';`,
  "0003_rename.sql": `ALTER TABLE kinds RENAME TO sorts; ALTER TABLE items DROP COLUMN "Note";
CREATE VIEW report AS SELECT sorts.id, later() AS n FROM sorts;`,
};

let whole: TestDatabase;
let part: TestDatabase;
let folder: string;

beforeAll(async () => {
  [whole, part] = [await testDatabase(), await testDatabase()];
  folder = writeProject(FILES);
  await applyAll(whole, folder);
  await applyAll(part, folder, { to: "0002_seed" });
});
afterAll(() => Promise.all([whole.drop(), part.drop()]));

const squashHere = (to: string) =>
  squash({
    places: { named: inject("serverUrl") },
    migrations: readProject(folder),
    policy: TEST_POLICY,
    stop: new Stop(),
    to,
    name: "squashed",
  });

async function fingerprint(url: string): Promise<string> {
  await using session = await connect(url);
  return catalogFingerprint(await readCatalog(session.query));
}

/** Killed twice: when the copies are made, and when one of the old files is still there. */
function cutOff(project: string, squashed: Squashed): SquashedFiles {
  const [first] = squashed.replaced;
  mkdirSync(`${project}/squashed/${squashed.id}`, { recursive: true });
  writeFileSync(`${project}/squashed/${squashed.id}/0001_shop.sql`, "CREATE TAB");
  expect(finishSquash(project)).toEqual([]);
  const files = writeSquash(project, squashed);
  copyFileSync(`${files.kept}/0001_shop.sql`, `${project}/0001_shop.sql`);
  expect(() => readProject(project)).toThrow(
    expect.objectContaining({
      code: "squash_unfinished",
      message: `${squashed.id} replaces ${first?.id}, which is a file still.`,
    }),
  );
  expect(finishSquash(project)).toEqual([`${project}/0001_shop.sql`]);
  return files;
}

test("what changes the server is squashed on a server of its own only", async () => {
  const roles = writeProject({ "0001_role.sql": "CREATE ROLE squashed_reader;" });
  const options = { policy: TEST_POLICY, stop: new Stop(), name: "squashed", migrations: readProject(roles) };
  await expect(squash({ ...options, places: { named: inject("serverUrl") }, to: "0001_role" })).rejects.toMatchObject({
    code: "usage",
    message: /0001_role.sql:1: CREATE ROLE squashed_reader changes the server/,
  });
});

test("a migration that a later one names is not squashed", async () => {
  addFiles(folder, { "0004_more.sql": "-- lockkeeper: depends 0001_shop\nALTER TABLE items ADD COLUMN more int;" });
  await expect(squashHere("0003_rename")).rejects.toMatchObject({
    code: "usage",
    message: /0004_more names 0001_shop/,
  });
  addFiles(folder, { "0004_more.sql": "ALTER TABLE items ADD COLUMN more int;" });
  await expect(squashHere("0009_none")).rejects.toMatchObject({ code: "migration_unknown" });
});

test("rows that one file cannot hold, or that refer to each other, are not squashed away", async () => {
  const circle = writeProject({
    "0001_circle.sql": `CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;`,
  });
  const options = { places: { named: inject("serverUrl") }, policy: TEST_POLICY, stop: new Stop(), name: "squashed" };
  await expect(squash({ ...options, migrations: readProject(circle), to: "0001_circle" })).rejects.toMatchObject({
    code: "squash_differs",
    message: /in a circle/,
  });
});

test("one file takes the place of applied ones: who has them all goes on, who has a part is refused, and a new one is the same", async () => {
  const squashed = await squashHere("0003_rename");
  expect(squashed).toMatchObject({ id: "0003_squashed", fingerprint: await fingerprint(whole.url), outside: [] });
  expect(squashed.rows).toEqual([
    { table: "public.sorts", rows: 2, generated: false },
    { table: "public.tokens", rows: 1, generated: true },
    { table: "public.items", rows: 2, generated: false },
  ]);
  expect(squashed.data.map(({ file, line, sql }) => [file.slice(-13), line, sql.slice(0, 17)])).toEqual([
    ["0002_seed.sql", 1, "INSERT INTO kinds"],
    ["0002_seed.sql", 2, "INSERT INTO items"],
    ["0002_seed.sql", 3, "INSERT INTO token"],
    ["0002_seed.sql", 4, "SELECT setval('ti"],
  ]);
  const { file, kept } = cutOff(folder, squashed);
  expect(Object.keys(FILES).map((name) => [existsSync(`${folder}/${name}`), existsSync(`${kept}/${name}`)])).toEqual(
    Object.keys(FILES).map(() => [false, true]),
  );
  expect(existsSync(file)).toBe(true);
  const migrations = readProject(folder);
  expect(migrations.map(({ id }) => id)).toEqual(["0003_squashed", "0004_more"]);

  // Nobody has recorded it yet.
  await expect(down({ ...operationOn(whole), migrations, steps: 2 })).rejects.toMatchObject({
    code: "undo_unavailable",
    message: /^0003_rename was squashed: 0003_squashed stands for it/,
  });
  await expect(applyAll(part, folder)).rejects.toMatchObject({
    code: "squash_partial",
    data: { lacking: ["0003_rename"] },
  });
  // A part can be taken back, as far as it can be.
  await expect(down({ ...operationOn(part), migrations })).rejects.toMatchObject({
    code: "undo_unavailable",
    message: /^0002_seed cannot be taken back/,
  });
  expect(await applyAll(whole, folder)).toMatchObject({ applied: ["0004_more"], inForce: 5 });
  expect(await applyAll(whole, folder)).toMatchObject({ applied: [] });
  await expect(down({ ...operationOn(whole), migrations, steps: 2 })).rejects.toMatchObject({
    code: "undo_unavailable",
    message: /^0003_rename was squashed: 0003_squashed stands for it/,
  });
  // A program of an older release has other files, and nothing to do.
  expect(await applyAll(whole, { ...FILES, "0004_more.sql": "ALTER TABLE items ADD COLUMN more int;" })).toMatchObject({
    applied: [],
  });

  await using fresh = await testDatabase();
  expect(await applyAll(fresh, folder)).toMatchObject({ applied: ["0003_squashed", "0004_more"] });
  expect(await fingerprint(fresh.url)).toBe(await fingerprint(whole.url));
  const rows = `SELECT (SELECT jsonb_agg(s) FROM sorts s) AS sorts, (SELECT jsonb_agg(i) FROM items i) AS items,
    (SELECT count FROM counted), (SELECT count(*) FROM tokens) AS tokens`;
  expect(await fresh.query(rows)).toEqual(await whole.query(rows));
  const next = "INSERT INTO items DEFAULT VALUES RETURNING id, nextval('tickets')";
  expect(await fresh.query(next)).toEqual(await whole.query(next));

  // Squashed again: some have all that the first one stood for and never saw it, others have only seen the first.
  await using old = await testDatabase();
  await applyAll(old, { ...FILES, "0004_more.sql": "ALTER TABLE items ADD COLUMN more int;" });
  writeSquash(folder, await squashHere("0004_more"));
  const again = readProject(folder);
  expect(again.map(({ id, directives }) => [id, directives.replaces, directives.stoodFor])).toEqual([
    ["0004_squashed", ["0003_squashed", "0004_more"], { "0003_squashed": ["0001_shop", "0002_seed", "0003_rename"] }],
  ]);
  for (const { url } of [old, fresh, whole]) {
    expect(await applyAll({ url }, folder)).toMatchObject({ applied: [] });
  }
  await expect(down({ ...operationOn(old), migrations: again })).rejects.toMatchObject({
    code: "undo_unavailable",
    message: /was squashed: 0004_squashed stands for it/,
  });
  await expect(applyAll(part, folder)).rejects.toMatchObject({
    code: "squash_partial",
    data: { lacking: ["0003_rename", "0004_more"] },
  });
});
