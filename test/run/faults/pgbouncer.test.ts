import { expect, inject, test } from "vitest";
import { testDatabase } from "../../support/database.ts";
import { onServer } from "../../support/on-server.ts";
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
  "behind pgbouncer a default %s stops a concurrent step before it runs, and nothing else",
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
    });
    expect(await db.query("SELECT id FROM lockkeeper.migration")).toEqual([{ id: "0001_table" }]);
    expect(await db.query("SELECT to_regclass('items_idx') AS made")).toEqual([{ made: null }]);
    // As its action says: a direct connection can have settings of its own.
    expect((await upHere(role.url, folder).done).applied).toEqual(["0002_index", "0003_after"]);
  },
);
