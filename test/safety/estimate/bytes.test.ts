import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read-catalog.ts";
import { readProject } from "../../../src/migrations/read-project.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../../src/postgres/embedded-server.ts";
import { connect } from "../../../src/postgres/session.ts";
import { readSight } from "../../../src/run/plan-sight.ts";
import { Preparation } from "../../../src/run/prepare.ts";
import { installState } from "../../../src/run/state/install-state.ts";
import { Stop } from "../../../src/run/stop.ts";
import { estimatePlans } from "../../../src/safety/estimate/estimate.ts";
import { readProfile } from "../../../src/safety/estimate/read-profile.ts";
import { testDatabase } from "../../support/database.ts";
import { applyAll, TEST_POLICY } from "../../support/operations.ts";
import { writeProject } from "../../support/project.ts";

/** Nobody else writes into this server's log, and no checkpoint comes but those that are asked for. */
let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({
    settings: { fsync: "off", autovacuum: "off", checkpoint_timeout: "1h", max_wal_size: "4GB", wal_level: "replica" },
  });
});

afterAll(async () => {
  await server.stop();
});

const POLICY = { ...TEST_POLICY, briefMs: 0 };

const FILES = {
  "0001_build.sql": "CREATE INDEX items_code ON items (code);",
  "0002_rewrite.sql": "-- lockkeeper: mode direct\nALTER TABLE items ALTER COLUMN amount TYPE bigint;",
  "0003_fill.sql": "ALTER TABLE items ADD COLUMN token uuid DEFAULT gen_random_uuid();",
  "0004_update.sql": "UPDATE spares SET code = 'none' WHERE state = 'open';",
  "0005_remove.sql": "DELETE FROM sales WHERE state = 'sent';",
  "0006_drop.sql": "DROP INDEX items_code;",
} as const;

test("log and disk of builds, rewrites and sweeps come within a fifth of what is expected", async () => {
  await using db = await testDatabase(server.url());
  for (const table of ["items", "spares", "sales"]) {
    await db.query(`CREATE TABLE ${table} (id int PRIMARY KEY, amount int NOT NULL, code text NOT NULL, state text NOT NULL);
      INSERT INTO ${table} SELECT i, i % 1000, md5(i::text), (ARRAY['open', 'paid', 'sent'])[1 + i % 3] FROM generate_series(1, 30000) AS i`);
  }
  await db.query("VACUUM (FREEZE, ANALYZE)");
  await using session = await connect(db.url);
  await installState(session);
  const folder = writeProject(FILES);
  const apart: Record<string, unknown> = {};
  for (const migration of readProject(folder)) {
    await session.query("VACUUM (ANALYZE) items");
    const catalog = await readCatalog(session.query, { facts: true });
    const stop = new Stop();
    const prepared = await new Preparation(() => readSight(session, POLICY, stop, { catalog })).plan([migration]);
    const plans = prepared.map(({ plan }) => plan);
    const [estimate] = await estimatePlans(prepared, {
      catalog,
      server: await readProfile(session, plans),
      policy: POLICY,
    });
    await session.query("CHECKPOINT");
    const before = await gauge();
    await applyAll(db, folder, { policy: POLICY, to: migration.id });
    const after = await gauge();
    const total = estimate?.total ?? { walBytes: 0, diskGrowthBytes: 0 };
    const sides = {
      log: [total.walBytes, after.wal - before.wal] as const,
      disk: [total.diskGrowthBytes, after.bytes - before.bytes] as const,
    };
    for (const [what, [expected, actual]] of Object.entries(sides)) {
      const isTelling = Math.max(Math.abs(expected), Math.abs(actual)) >= 1_000_000;
      const isFar = Math.abs(actual - expected) > 0.2 * Math.max(Math.abs(actual), Math.abs(expected));
      if (isTelling && isFar) apart[`${what} of ${migration.id}`] = { expected, actual };
    }
  }
  expect(apart).toEqual({});

  async function gauge(): Promise<{ wal: number; bytes: number }> {
    const [row] = await session.query<{ wal: number; bytes: number }>(
      `SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS wal, pg_database_size(current_database())::float8 AS bytes`,
    );
    return row ?? { wal: 0, bytes: 0 };
  }
});
