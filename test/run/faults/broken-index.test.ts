import { expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { addFiles, writeProject } from "../../support/project.ts";
import { upHere } from "../../support/run-here.ts";
import { RunnerProcess } from "../../support/runner-process.ts";
import { workingOn } from "../../support/sessions.ts";
import { until } from "../../support/until.ts";

const SEED = "CREATE TABLE users (id int, email text); INSERT INTO users VALUES (1, 'a@b'), (2, 'c@d'), (3, 'a@b')";
const INDEX = "to_regclass('users_email_key')";

async function seeded(): Promise<TestDatabase> {
  const db = await testDatabase();
  await db.query(SEED);
  return db;
}

async function indexes(db: TestDatabase): Promise<unknown> {
  return await db.query(
    "SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = 'users'::regclass",
  );
}

const VALID = [{ name: "users_email_key", valid: true }];
const project = (ifNotExists = ""): string =>
  writeProject({
    "0001_key.sql": `CREATE UNIQUE INDEX CONCURRENTLY ${ifNotExists} users_email_key ON users (email);`,
    "0002_last.sql": "COMMENT ON TABLE users IS 'done'",
  });

/** Somebody's failed build, outside of Lockkeeper. */
async function leaveInvalidIndex(db: TestDatabase): Promise<void> {
  await expect(db.query("CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email)")).rejects.toThrow(
    "could not create unique index",
  );
  expect(await indexes(db)).toEqual([{ name: "users_email_key", valid: false }]);
}

test.for(["", "IF NOT EXISTS"])(
  "a unique index that meets duplicates fails with the key, leaves nothing, and is built once the data is mended (%s)",
  async (ifNotExists) => {
    await using db = await seeded();
    const folder = project(ifNotExists);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(upHere(db.url, folder).done).rejects.toMatchObject({
        code: "statement_failed",
        at: { file: expect.stringContaining("0001_key.sql"), line: 1 },
        data: { sqlstate: "23505", detail: "Key (email)=(a@b) is duplicated." },
      });
      expect(await indexes(db)).toEqual([]);
      expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([]);
      expect(await db.query("SELECT state FROM lockkeeper.step")).toEqual([{ state: "started" }]);
    }
    await db.query("DELETE FROM users WHERE id = 3");
    expect((await upHere(db.url, folder).done).applied).toEqual(["0001_key", "0002_last"]);
    expect(await indexes(db)).toEqual(VALID);
    expect(await db.query("SELECT state FROM lockkeeper.step")).toEqual([{ state: "done" }, { state: "done" }]);
  },
);

test.for(["", "IF NOT EXISTS"])(
  "an invalid index that somebody else left is replaced, never recorded (%s)",
  async (ifNotExists) => {
    await using db = await seeded();
    await leaveInvalidIndex(db);
    const folder = project(ifNotExists);
    await expect(upHere(db.url, folder).done).rejects.toMatchObject({ code: "statement_failed" });
    expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([]);
    await db.query("DELETE FROM users WHERE id = 3");
    expect((await upHere(db.url, folder).done).applied).toEqual(["0001_key", "0002_last"]);
    expect(await indexes(db)).toEqual(VALID);
  },
);

test("an invalid index is healed before the statement, and the healing is reported", async () => {
  await using db = await seeded();
  await leaveInvalidIndex(db);
  await db.query("DELETE FROM users WHERE id = 3");
  const run = upHere(db.url, project());
  expect((await run.done).applied).toHaveLength(2);
  expect(run.events.filter(({ type }) => type === "step.healed")).toMatchObject([
    { sql: "DROP INDEX CONCURRENTLY IF EXISTS public.users_email_key", migration: "0001_key" },
  ]);
  expect(await indexes(db)).toEqual(VALID);
});

test("an index that another session is building right now is waited for, not dropped", async () => {
  await using db = await seeded();
  await db.query("DELETE FROM users WHERE id = 3");
  const [writer, builder] = [await db.connect(), await db.connect()];
  await writer.query("BEGIN; UPDATE users SET id = id");
  const build = builder.query("CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email)");
  const oid = await until(
    "the build has begun",
    async () => (await db.query(`SELECT ${INDEX}::oid AS oid`))[0]?.["oid"] ?? false,
  );
  const run = upHere(db.url, project("IF NOT EXISTS"));
  await until("the runner waits", () =>
    run.events.some((event) => event.type === "notice" && event.message.includes("another session is building")),
  );
  expect(await indexes(db)).toEqual([{ name: "users_email_key", valid: false }]);
  await writer.query("COMMIT");
  await build;
  expect((await run.done).applied).toHaveLength(2);
  expect(run.events.filter(({ type }) => type === "step.healed")).toEqual([]);
  expect(await db.query(`SELECT ${INDEX}::oid AS oid`)).toEqual([{ oid }]);
  expect(await indexes(db)).toEqual(VALID);
});

test("a build of another session that fails while the runner waits for it is healed", async () => {
  await using db = await seeded();
  const [writer, builder] = [await db.connect(), await db.connect()];
  await writer.query("BEGIN; DELETE FROM users WHERE id = 3");
  const build = builder.query("CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email)");
  const outcome = build.then(
    () => "built",
    (error: Error) => error.message,
  );
  await until("the build has begun", async () => (await db.query(`SELECT ${INDEX}::oid AS oid`))[0]?.["oid"] ?? false);
  const run = upHere(db.url, project());
  await until("the runner waits", () => run.events.some(({ type }) => type === "notice"));
  await db.query("SELECT pg_cancel_backend($1)", [(builder as unknown as { processID: number }).processID]);
  expect(await outcome).toMatch(/canceling statement/);
  await writer.query("COMMIT");
  expect((await run.done).applied).toHaveLength(2);
  expect(run.events.filter(({ type }) => type === "step.healed")).toHaveLength(1);
  expect(await indexes(db)).toEqual(VALID);
});

test.for([
  ["a valid index of ours", "CREATE UNIQUE INDEX users_email_key ON users (email)"],
  ["an index of another table", "CREATE TABLE others (id int); CREATE INDEX users_email_key ON others (id)"],
  ["a table", "CREATE TABLE users_email_key (id int)"],
] as const)("a name taken by %s is refused with object_exists, and nothing is touched", async ([, sql]) => {
  await using db = await seeded();
  await db.query("DELETE FROM users WHERE id = 3");
  await db.query(sql);
  const before = await db.query(`SELECT oid, relkind FROM pg_class WHERE oid = ${INDEX}`);
  await expect(upHere(db.url, project()).done).rejects.toMatchObject({ code: "object_exists", at: { line: 1 } });
  expect(await db.query(`SELECT oid, relkind FROM pg_class WHERE oid = ${INDEX}`)).toEqual(before);
  expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([]);
});

test.for(["", "IF NOT EXISTS"])(
  "an invalid index of this name on another table is not ours to drop (%s)",
  async (ifNotExists) => {
    await using db = await seeded();
    await db.query("CREATE TABLE others (email text); INSERT INTO others VALUES ('x'), ('x')");
    await expect(db.query("CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON others (email)")).rejects.toThrow();
    await expect(upHere(db.url, project(ifNotExists)).done).rejects.toMatchObject({ code: "object_exists" });
    expect(await db.query(`SELECT indrelid::regclass::text AS on FROM pg_index WHERE indexrelid = ${INDEX}`)).toEqual([
      { on: "others" },
    ]);
  },
);

test("IF NOT EXISTS accepts a valid index that is there", async () => {
  await using db = await seeded();
  await db.query("DELETE FROM users WHERE id = 3; CREATE UNIQUE INDEX users_email_key ON users (email)");
  const [before] = await db.query(`SELECT ${INDEX}::oid AS oid`);
  expect((await upHere(db.url, project("IF NOT EXISTS")).done).applied).toHaveLength(2);
  expect(await db.query(`SELECT ${INDEX}::oid AS oid`)).toEqual([before]);
});

test("a failed build can be edited away", async () => {
  await using db = await seeded();
  const folder = project();
  await expect(upHere(db.url, folder).done).rejects.toMatchObject({ code: "statement_failed" });
  addFiles(folder, { "0001_key.sql": "CREATE INDEX CONCURRENTLY users_email_idx ON users (email);" });
  expect((await upHere(db.url, folder).done).applied).toEqual(["0001_key", "0002_last"]);
  expect(await indexes(db)).toEqual([{ name: "users_email_idx", valid: true }]);
});

test("a runner that dies in the build leaves its index to the next one, which waits for no ghost", async () => {
  await using db = await seeded();
  await db.query("DELETE FROM users WHERE id = 3");
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE users SET id = id");
  const folder = project();
  const killed = new RunnerProcess({ command: "up", url: db.url, folder, policy: { leaseTtlMs: 800 } });
  await workingOn(db, /CREATE UNIQUE INDEX CONCURRENTLY/);
  killed.signal("SIGKILL");
  await killed.ended();
  const next = upHere(db.url, folder);
  await until("the lease is taken over", () => next.events.some(({ type }) => type === "lease.acquired"));
  await writer.query("COMMIT");
  expect((await next.done).applied).toEqual(["0001_key", "0002_last"]);
  expect(await indexes(db)).toEqual(VALID);
});
