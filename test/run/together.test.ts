import { expect, test } from "vitest";
import { type Cut, withCut } from "../support/cut-connection.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";
import { upHere } from "../support/run-here.ts";

/** Migrations that touch nothing but what they make: they are sent together. */
const MADE = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [
    `${String(index + 1).padStart(4, "0")}_made.sql`,
    `CREATE TABLE made_${index + 1} (id int PRIMARY KEY);\nCREATE INDEX made_${index + 1}_id ON made_${index + 1} (id);`,
  ]),
);
const IDS = Object.keys(MADE).map((file) => file.replace(".sql", ""));

const tables = async (db: TestDatabase): Promise<number> =>
  (await db.query<{ n: number }>("SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'"))[0]?.n ?? -1;

const inForce = async (db: TestDatabase): Promise<string[]> =>
  (await db.query<{ id: string }>("SELECT id FROM lockkeeper.migration ORDER BY position")).map(({ id }) => id);

test("quiet migrations are sent together, and each has its own journal row, events and times", async () => {
  await using db = await testDatabase();
  const folder = writeProject(MADE);
  const applied: string[] = [];
  const { messages } = await withCut(db.name, undefined, async () => {
    const run = upHere(db.url, folder);
    expect((await run.done).applied).toEqual(IDS);
    applied.push(...run.events.flatMap((event) => (event.type === "run.done" ? [event.migration] : [])));
  });
  // Twelve transactions of one message each would be more than these by ten.
  await using other = await testDatabase();
  const single = Object.fromEntries(Object.entries(MADE).slice(0, 2));
  const few = await withCut(other.name, undefined, () => upHere(other.url, writeProject(single)).done);
  expect(messages - few.messages).toBeLessThanOrEqual(2);
  expect(await inForce(db)).toEqual(IDS);
  expect(applied).toEqual(IDS);
  const [times] = await db.query(
    `SELECT bool_and(s.started_at < s.finished_at) AS forward, count(DISTINCT s.started_at)::int AS begun,
       bool_and(r.started_at = s.started_at) AS "of the run" FROM lockkeeper.step s JOIN lockkeeper.run r ON r.id = s.run_id`,
  );
  expect(times).toEqual({ forward: true, begun: 12, "of the run": true });
});

test("a failure in the middle leaves what came before, names its statement, and is gone on with", async () => {
  await using db = await testDatabase();
  await db.query("CREATE VIEW made_5_id AS SELECT 1 AS id");
  const folder = writeProject(MADE);
  await expect(upHere(db.url, folder).done).rejects.toMatchObject({
    code: "statement_failed",
    at: { file: expect.stringContaining("0005_made.sql"), line: 2 },
  });
  expect(await inForce(db)).toEqual(IDS.slice(0, 4));
  expect(await tables(db)).toBe(4);
  await db.query("DROP VIEW made_5_id");
  expect((await upHere(db.url, folder).done).applied).toEqual(IDS.slice(4));
  expect(await inForce(db)).toEqual(IDS);
});

test("wherever the connection is cut, each is applied once", async () => {
  await using undisturbed = await testDatabase();
  const folder = writeProject(MADE);
  const { messages } = await withCut(undisturbed.name, undefined, () => upHere(undisturbed.url, folder).done);
  const cuts = Array.from({ length: 4 }, (_, index) => messages - index).flatMap((at): Cut[] => [
    { at, when: "before" },
    { at, when: "sent" },
  ]);
  for (const cut of cuts) {
    await using db = await testDatabase();
    await withCut(db.name, cut, () => upHere(db.url, folder, { leaseTtlMs: 2_000 }).done);
    expect(await inForce(db)).toEqual(IDS);
    expect(await tables(db)).toBe(12);
  }
});

test("two runners apply each once", async () => {
  await using db = await testDatabase();
  const folder = writeProject(MADE);
  const results = await Promise.all([upHere(db.url, folder).done, upHere(db.url, folder).done]);
  expect(results.flatMap(({ applied }) => applied).toSorted()).toEqual(IDS);
  expect(await inForce(db)).toEqual(IDS);
});
