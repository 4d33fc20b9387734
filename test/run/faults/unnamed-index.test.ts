import { expect, test } from "vitest";
import { readProject } from "../../../src/migrations/read-project.ts";
import { down } from "../../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { applyAll, operationOn } from "../../support/operations.ts";
import { addFiles, writeProject } from "../../support/project.ts";
import { upHere } from "../../support/run-here.ts";
import { RunnerProcess } from "../../support/runner-process.ts";
import { workingOn } from "../../support/sessions.ts";
import { until } from "../../support/until.ts";

const TABLES = `CREATE TABLE users (id int, email text); INSERT INTO users VALUES (1, 'a@b'), (2, 'c@d');
  CREATE SCHEMA app; CREATE TABLE app.users (id int, email text)`;

async function seeded(): Promise<TestDatabase> {
  const db = await testDatabase();
  await db.query(TABLES);
  return db;
}

const indexes = async (db: TestDatabase): Promise<unknown[]> =>
  (
    await db.query(`SELECT indexrelid::regclass || CASE WHEN indisvalid THEN '' ELSE ' (invalid)' END AS name
      FROM pg_index WHERE indrelid IN ('users'::regclass, 'app.users'::regclass) ORDER BY name`)
  ).map(({ name }) => name);

test("an index without a name gets the one PostgreSQL would give it, and is taken back by that name", async () => {
  await using db = await seeded();
  const columns = [
    "(email)",
    "(email) WHERE id > 1",
    "(lower(email), id)",
    "((id + 1), (id + 2))",
    "(id) INCLUDE (email)",
    "(lower(email), (email || 'x')) INCLUDE (id)",
  ];
  // PostgreSQL's own choice, for the same statements in a database of their own.
  await using plain = await seeded();
  for (const definition of columns) {
    await plain.query(`CREATE INDEX ON users ${definition}`);
    await plain.query(`CREATE INDEX ON app.users ${definition}`);
  }
  const folder = writeProject({
    "0001_indexes.sql": columns
      .flatMap((definition) =>
        ["users", "app.users"].map((table) => `CREATE INDEX CONCURRENTLY ON ${table} ${definition};`),
      )
      .join("\n"),
  });
  await applyAll(db, folder);
  const chosen = await indexes(db);
  expect(chosen).toEqual(await indexes(plain));
  expect(chosen).toEqual(expect.arrayContaining(["users_email_idx", "users_email_idx1", "app.users_email_idx1"]));
  await down({ ...operationOn(db), migrations: readProject(folder), steps: 1 });
  expect(await indexes(db)).toEqual([]);
});

test("a name that another relation has is passed over", async () => {
  await using db = await seeded();
  await db.query("CREATE VIEW users_email_idx AS SELECT 1; CREATE TABLE users_email_idx1 ()");
  await applyAll(db, { "0001_index.sql": "CREATE INDEX CONCURRENTLY ON users (email);" });
  expect(await indexes(db)).toEqual(["users_email_idx2"]);
});

test.each(["as it was", "edited behind it"])(
  "after a crash in the build of a second index its leftover is found by the name in the journal (file %s)",
  async (file) => {
    await using db = await seeded();
    await db.query("CREATE INDEX users_email_idx ON users (email)");
    const writer = await db.connect();
    await writer.query("BEGIN; UPDATE users SET id = id");
    const text = "CREATE INDEX CONCURRENTLY ON users (email);\nCOMMENT ON TABLE users IS 'done';\n";
    const folder = writeProject({ "0001_index.sql": text });
    const killed = new RunnerProcess({ command: "up", url: db.url, folder, policy: { leaseTtlMs: 800 } });
    await workingOn(db, /CREATE INDEX CONCURRENTLY/);
    killed.signal("SIGKILL");
    await killed.ended();
    if (file === "edited behind it") {
      addFiles(folder, { "0001_index.sql": text.replace("done", "edited") });
    }
    const next = upHere(db.url, folder);
    await until("the lease is taken over", () => next.events.some(({ type }) => type === "lease.acquired"));
    await writer.query("COMMIT");
    expect((await next.done).applied).toEqual(["0001_index"]);
    expect(await indexes(db)).toEqual(["users_email_idx", "users_email_idx1"]);
    await down({ ...operationOn(db), migrations: readProject(folder), steps: 1 });
    expect(await indexes(db)).toEqual(["users_email_idx"]);
  },
);
