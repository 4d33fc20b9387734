import { expect, inject, test } from "vitest";
import { readProject } from "../../../src/migrations/read-project.ts";
import { down } from "../../../src/run/down.ts";
import { resume } from "../../../src/run/resume.ts";
import { testDatabase } from "../../support/database.ts";
import { onServer } from "../../support/on-server.ts";
import { operationOn } from "../../support/operations.ts";
import { startPgbouncer, WITHOUT_PGBOUNCER } from "../../support/pgbouncer.ts";
import { writeProject } from "../../support/project.ts";
import { testRole } from "../../support/role.ts";
import { upHere } from "../../support/run-here.ts";

const FILES = {
  "0001_table.sql": "CREATE TABLE items AS SELECT generate_series(1, 100) AS id;",
  "0002_index.sql": "CREATE INDEX CONCURRENTLY items_idx ON items (id);",
  "0003_after.sql": "DROP INDEX CONCURRENTLY items_idx;\nCREATE VIEW item_view AS SELECT id FROM items;",
};

test.skipIf(WITHOUT_PGBOUNCER)(
  "statements outside transactions run behind pgbouncer where the server's defaults are harmless",
  async () => {
    await using db = await testDatabase();
    await using pooler = await startPgbouncer(inject("serverUrl"), { poolSize: 2 });
    expect((await upHere(pooler.url(db.url), writeProject(FILES)).done).applied).toHaveLength(3);
    expect(await db.query("SELECT kind, state FROM lockkeeper.step ORDER BY run_id, ordinal")).toEqual(
      ["ddl", "concurrent", "concurrent", "ddl"].map((kind) => ({ kind, state: "done" })),
    );
  },
);

test.skipIf(WITHOUT_PGBOUNCER)(
  "a runner behind pgbouncer leaves no setting of its own to the next client",
  async () => {
    await using db = await testDatabase();
    await using pooler = await startPgbouncer(inject("serverUrl"), { poolSize: 2 });
    const url = pooler.url(db.url);
    await upHere(url, writeProject(FILES)).done;
    // Both connections of the pool are looked at, because both clients hold theirs at the same time.
    const settings = `SELECT pg_backend_pid() AS pid, current_setting('application_name') LIKE 'lockkeeper%/%' AS named,
    (SELECT json_agg(name) FROM pg_settings WHERE source = 'session' AND setting IS DISTINCT FROM reset_val
       AND name <> 'application_name' AND name <> 'client_encoding') AS changed`;
    const seen = await onServer(url, async (one) =>
      onServer(url, async (other) => {
        await one.query("BEGIN");
        await other.query("BEGIN");
        return [...(await one.query(settings)).rows, ...(await other.query(settings)).rows];
      }),
    );
    expect(new Set(seen.map(({ pid }) => pid)).size).toBe(2);
    expect(seen).toMatchObject([
      { named: false, changed: null },
      { named: false, changed: null },
    ]);
  },
);

test.skipIf(WITHOUT_PGBOUNCER).for(["statement_timeout", "lock_timeout"])(
  "behind pgbouncer a default %s stops a concurrent step of any migration before the first one runs",
  async (setting) => {
    await using db = await testDatabase();
    await using role = await testRole(db);
    await db.query(`GRANT CREATE ON DATABASE ${db.name} TO ${role.name}; GRANT CREATE ON SCHEMA public TO ${role.name};
      ALTER ROLE ${role.name} SET ${setting} = '3s'`);
    await using pooler = await startPgbouncer(inject("serverUrl"), { roles: [role.name] });
    const folder = writeProject(FILES);
    await expect(upHere(pooler.url(role.url), folder).done).rejects.toMatchObject({
      code: "pooler_unsuitable",
      message: expect.stringContaining(`${setting} = 3000 ms`),
      at: { file: expect.stringContaining("0002_index.sql"), line: 1 },
      exitCode: 64,
      notDone: "Nothing was run.",
    });
    expect(
      await db.query("SELECT to_regclass('items') AS made, (SELECT count(*)::int FROM lockkeeper.run) AS runs"),
    ).toEqual([{ made: null, runs: 0 }]);
    // As its action says: a direct connection can have settings of its own.
    expect((await upHere(role.url, folder).done).applied).toEqual(["0001_table", "0002_index", "0003_after"]);
  },
);

test.skipIf(WITHOUT_PGBOUNCER).for([
  ["DO $$ BEGIN PERFORM set_config('search_path', 'pg_temp', false); COMMIT; END $$;", "DO $$"],
  ["CALL pg_catalog.p();", "CALL"],
])("behind pgbouncer code outside of a transaction is refused before anything runs: %s", async ([sql, title]) => {
  await using db = await testDatabase();
  await using pooler = await startPgbouncer(inject("serverUrl"));
  const folder = writeProject({ "0001_a.sql": `-- lockkeeper: transaction each\nCREATE TABLE a ();\n${sql}\n` });
  await expect(upHere(pooler.url(db.url), folder).done).rejects.toMatchObject({
    code: "pooler_unsuitable",
    message: expect.stringMatching(
      new RegExp(`${title?.replaceAll("$", "\\$")}.*would leave what it sets to the next client`),
    ),
    at: { line: 3 },
    notDone: "Nothing was run.",
  });
  expect(await db.query("SELECT to_regclass('a') AS made")).toEqual([{ made: null }]);
});

test.skipIf(WITHOUT_PGBOUNCER)(
  "behind pgbouncer a way back and a run that goes on are asked first as well",
  async () => {
    await using db = await testDatabase();
    await using pooler = await startPgbouncer(inject("serverUrl"));
    const each = "-- lockkeeper: transaction each\n";
    const code = "DO $$ BEGIN COMMIT; END $$;";
    const folder = writeProject({
      "0001_a.sql": "CREATE TABLE a ();",
      "0001_a.down.sql": `${each}DROP TABLE a;\n${code}`,
      "0002_b.sql": `${each}CREATE TABLE b ();\nSELECT 1 / (SELECT count(*) FROM pg_class WHERE relname = 'c');\n${code}`,
      "0002_b.down.sql": "DROP TABLE b;",
    });
    const pooled = { url: pooler.url(db.url) };
    await expect(upHere(db.url, folder).done).rejects.toMatchObject({ code: "statement_failed" });
    await db.query("CREATE TABLE c ()");
    const migrations = readProject(folder);
    await expect(resume({ ...operationOn(pooled), migrations })).rejects.toMatchObject({ code: "pooler_unsuitable" });
    expect(await db.query("SELECT count(*)::int AS steps FROM lockkeeper.step WHERE state = 'done'")).toEqual([
      { steps: 2 },
    ]);
    await resume({ ...operationOn(db), migrations });
    await down({ ...operationOn(db), migrations });
    await expect(down({ ...operationOn(pooled), migrations })).rejects.toMatchObject({ code: "pooler_unsuitable" });
    expect(await db.query("SELECT to_regclass('a')::text AS a")).toEqual([{ a: "a" }]);
  },
);
