import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { resume } from "../../src/run/resume.ts";
import { DEFAULT_SWEEP_POLICY } from "../../src/sweep/sweep-policy.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";

const ROWS = 3_000;
const GIVEN = `CREATE TABLE users (id bigint PRIMARY KEY, was int, name text, slug text CHECK (slug <> 'bad-11'), hits numeric NOT NULL);
  INSERT INTO users SELECT g, g, 'User ' || g, NULL, 0.50 FROM generate_series(1, ${ROWS}) g; ANALYZE users`;

/** @param body of the function that says what becomes of a row */
const moduleOf = (body: string): string => `export default { steps: [
  { sql: "CREATE TABLE first ()" },
  { backfill: { table: "users", columns: ["name", "slug", "hits"], where: "slug IS NULL", batch: async (rows) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return rows.flatMap((row) => { ${body} });
  } } },
  { sql: "ALTER TABLE users ADD COLUMN behind int" },
] };`;

/** One is left out. */
const SLUGS = `if (row.name === "User 5") return [];
  return [{ id: row.id, slug: row.name.toLowerCase().replace(" ", "-"), hits: String(Number(row.hits) + 1000) }];`;

const policy = (setAside = 0) => ({
  ...TEST_POLICY,
  briefMs: 0,
  sweep: { ...DEFAULT_SWEEP_POLICY, workers: 2, batchMs: 20, setAside },
});

const expectDone = async (db: TestDatabase, hits: number, but: readonly number[] = []): Promise<void> => {
  expect(
    await db.query(
      "SELECT was FROM users WHERE NOT coalesce(slug = 'user-' || was AND hits >= 1000 AND hits < 2000, false) ORDER BY was",
    ),
  ).toEqual([5, ...but].map((was) => ({ was })));
  const [found] = await db.query<{ sum: string }>("SELECT sum(hits) FROM users");
  expect(Number(found?.sum)).toBe(ROWS * 0.5 + (ROWS - 1 - but.length) * 1000 + hits);
};

test("a function gives each row its values once, and no write of a client is lost", async () => {
  await using db = await testDatabase();
  await db.query(GIVEN);
  const client = await db.connect();
  let isOver = false;
  const applied = applyAll(db, { "0001_slugs.ts": moduleOf(SLUGS) }, { policy: policy() }).finally(() => {
    isOver = true;
  });
  let hits = 0;
  while (!isOver) {
    const was = 1 + ((hits * 577) % ROWS);
    await client.query("UPDATE users SET hits = hits + 0.01 WHERE was = $1", [was]);
    await client.query(`UPDATE users SET id = CASE WHEN id > ${ROWS} THEN $1 ELSE $1 + 1000000 END WHERE was = $1`, [
      was,
    ]);
    hits++;
  }
  expect((await applied).applied).toEqual(["0001_slugs"]);
  await expectDone(db, Math.round(hits) / 100);
  expect(await db.query("SELECT FROM pg_trigger WHERE tgname LIKE '~lockkeeper%'")).toEqual([]);
});

test("rows for which the function or the server fails are named, and done when the run goes on with the same function", async () => {
  await using db = await testDatabase();
  await db.query(GIVEN);
  const bad = new Set(["7"]);
  Object.assign(globalThis, { bad });
  const body = `if (globalThis.bad.has(row.id)) throw new Error("no slug for " + row.name);
    if (row.id === "11") return [{ id: "11", slug: globalThis.bad.size > 0 ? "bad-11" : "user-11", hits: 1000.5 }]; ${SLUGS}`;
  const folder = writeProject({ "0001_slugs.ts": moduleOf(body) });
  const failure = await applyAll(db, folder, { policy: policy() }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "sweep_rows_failed",
    message: expect.stringContaining("(id=7): no slug for User 7"),
  });
  expect((failure as { data: { rows: unknown[] } }).data.rows).toContainEqual(
    expect.objectContaining({ key: { id: "11" }, sqlstate: "23514", constraint: "users_slug_check" }),
  );
  rmSync(join(folder, "0001_slugs.ts"));
  await expect(resume({ ...operationOn(db), policy: policy(), migrations: readProject(folder) })).rejects.toMatchObject(
    {
      code: "migration_module_invalid",
      message: expect.stringContaining("the function of backfill("),
    },
  );
  writeFileSync(join(folder, "0001_slugs.ts"), moduleOf(body.replace("no slug", "none")));
  await expect(applyAll(db, folder, { policy: policy() })).rejects.toMatchObject({ code: "run_changed" });
  writeFileSync(join(folder, "0001_slugs.ts"), moduleOf(body));
  expect(await resume({ ...operationOn(db), policy: policy(2), migrations: readProject(folder) })).toMatchObject({
    finished: ["0001_slugs"],
  });
  await expectDone(db, 0, [7, 11]);
});

test("answers that are none are failures of the function", async () => {
  await using db = await testDatabase();
  await db.query(`${GIVEN}; DELETE FROM users WHERE id > 20`);
  const run = async (body: string) =>
    await applyAll(db, { "0001_slugs.ts": moduleOf(body) }, { policy: policy() }).catch(({ message }) => message);
  expect(await run("return [{ id: 99, slug: 'x' }]")).toContain("gave back a row that it did not get");
});
