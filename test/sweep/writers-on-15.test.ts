import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { testDatabase } from "../support/database.ts";
import { sweepHere, takeLease } from "../support/sweep-here.ts";
import { describeWriters } from "./describe-writers.ts";
import { expectEveryRowOnce, FILL, orders } from "./orders.ts";
import { reopenDatabase } from "./reopen-database.ts";

let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
});

afterAll(() => server?.stop());

describeWriters(() => server.url());

test("on PostgreSQL 15 a sweep goes on behind a restart of the server", async () => {
  await using db = await testDatabase(server.url());
  await db.query(orders(40_000));
  let batches = 0;
  const token = await takeLease(db.url);
  const sweep = sweepHere(db.url, token, FILL, {
    policy: { workers: 2, batchMs: 5, progressMs: 0 },
    onEvent: ({ type }) => type === "sweep.progress" && ++batches === 3 && void server.restart("immediate"),
  });
  expect(await sweep.done).toMatchObject({ rows: 40_000 });
  await using again = await reopenDatabase(db);
  await expectEveryRowOnce(again, 40_000);
});

test("on PostgreSQL 15 rows that fail are named, and triggers kept from firing", async () => {
  await using db = await testDatabase(server.url());
  await db.query(`${orders(2_000)}; UPDATE orders SET note = CASE id WHEN 1234 THEN 'x' ELSE '1' END`);
  const spec = {
    ...FILL,
    action: { kind: "update" as const, set: "total_new = total + note::int - 1" },
    triggers: "skip" as const,
  };
  await expect(sweepHere(db.url, await takeLease(db.url), spec).done).rejects.toMatchObject({
    code: "sweep_rows_failed",
    data: { rows: [{ key: { id: 1234 } }] },
  });
  expect(await db.query("SELECT count(*)::int AS n FROM visited")).toEqual([{ n: 0 }]);
});
