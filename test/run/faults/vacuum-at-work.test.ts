import { expect, test } from "vitest";
import { startEmbeddedServer } from "../../../src/postgres/embedded-server.ts";
import { testDatabase } from "../../support/database.ts";
import { writeProject } from "../../support/project.ts";
import { testRole } from "../../support/role.ts";
import { upHere } from "../../support/run-here.ts";
import { until } from "../../support/until.ts";

test("a vacuum that the server began by itself gives way to a lock before its time", async () => {
  await using server = await startEmbeddedServer({ settings: { fsync: "off", autovacuum_naptime: "1" } });
  await using db = await testDatabase(server.url());
  await using owner = await testRole(db);
  await db.query(`GRANT CREATE ON DATABASE ${db.name} TO ${owner.name}`);
  // Slow enough to be at it for a quarter of an hour.
  await db.query(`CREATE TABLE items (id int, note text) WITH (autovacuum_vacuum_threshold = 0,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)`);
  await db.query(`ALTER TABLE items OWNER TO ${owner.name}`);
  await db.query("INSERT INTO items SELECT g, repeat('n', 1000) FROM generate_series(1, 5000) AS g");
  await db.query("DELETE FROM items WHERE id % 2 = 0");
  await until(
    "the vacuum is at work",
    async () => (await db.query("SELECT FROM pg_stat_progress_vacuum WHERE relid = 'items'::regclass")).length > 0,
  );
  const folder = writeProject({ "0001_note.sql": "ALTER TABLE items ADD COLUMN more text;" });
  // Anybody else waits for it, and is told what for.
  await expect(upHere(owner.url, folder, { lockTimeoutMs: 800, lockDeadlineMs: 1_000 }).done).rejects.toMatchObject({
    code: "lock_timeout",
    message: expect.stringMatching(/in the way: pid \d+ \(autovacuum\)\.$/),
    action: expect.stringContaining("longer than that for this run"),
  });
  const run = upHere(db.url, folder, { lockTimeoutMs: 500, lockDeadlineMs: 20_000 });
  expect(await run.done).toMatchObject({ applied: ["0001_note"] });
});
