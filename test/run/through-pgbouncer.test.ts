import { expect, inject, test } from "vitest";
import { readiness } from "../../src/library/readiness.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { baseline } from "../../src/run/baseline.ts";
import { doctor } from "../../src/run/doctor.ts";
import { history } from "../../src/run/history.ts";
import { status } from "../../src/run/status.ts";
import { waitFor } from "../../src/run/wait.ts";
import { testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";
import { applyAll, operationOn } from "../support/operations.ts";
import { startPgbouncer, WITHOUT_PGBOUNCER } from "../support/pgbouncer.ts";
import { writeProject } from "../support/project.ts";

test.skipIf(WITHOUT_PGBOUNCER)("every operation works through a pooler in transaction mode", async () => {
  await using db = await testDatabase();
  await using pooler = await startPgbouncer(inject("serverUrl"), { poolSize: 1 });
  const pooled = { url: pooler.url(db.url) };
  const folder = writeProject({ "0001_a.sql": "SELECT 1;", "0002_b.sql": "CREATE TABLE b (id int);" });
  const migrations = readProject(folder);
  const rules = { ...pooled, migrations: folder, tables: ["b"], cacheMs: 0, unreadyCacheMs: 0 };
  const probe = await readiness(rules);
  expect(await probe.check()).toMatchObject({ reason: "schema_behind" });
  await baseline({ ...operationOn(pooled), migrations, to: "0001_a" });
  expect((await applyAll(pooled, folder)).applied).toEqual(["0002_b"]);
  expect(await probe.check()).toEqual({ ready: true, ahead: false });
  expect((await status({ ...pooled, migrations })).counts).toMatchObject({ applied: 2, pending: 0 });
  expect(await history(pooled)).toHaveLength(1);
  expect(await waitFor({ ...operationOn(pooled), id: "0002_b", timeoutMs: 0 })).toMatchObject({ id: "0002_b" });
  const findings = await doctor(pooled);
  expect(findings.filter(({ ok }) => !ok).map(({ check }) => check)).toEqual(["pooler"]);
  // What was set for a question must not stay with the connection that the next client gets.
  const { rows } = await onServer(pooled.url, (client) => client.query("SHOW statement_timeout"));
  expect(rows).toEqual([{ statement_timeout: "0" }]);
});
