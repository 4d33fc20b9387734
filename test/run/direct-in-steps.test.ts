import { expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll } from "../support/operations.ts";

const PARTED = `CREATE TABLE event (id int, at date) PARTITION BY RANGE (at);
  CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE INDEX event_id ON event (id);
  INSERT INTO event SELECT g, date '2024-01-01' + g FROM generate_series(1, 100) g;`;

const direct = (sql: string): Readonly<Record<string, string>> => ({
  "0001_it.sql": `-- lockkeeper: mode direct\nCREATE TABLE fresh (id int);\n${sql};\nDROP TABLE fresh;\n`,
});

test.each([
  "REINDEX TABLE event",
  "REINDEX INDEX event_id",
  "REINDEX TABLE CONCURRENTLY event",
  "REINDEX INDEX CONCURRENTLY public.event_id",
  "CLUSTER event USING event_id",
])("what is partitioned goes outside a transaction as it is written: %s", async (sql) => {
  await using db = await testDatabase();
  await db.query(PARTED);
  const fileOf = async (): Promise<unknown> =>
    (await db.query("SELECT pg_relation_filenode('event_2024_id_idx') AS node"))[0]?.["node"];
  const before = await fileOf();
  await applyAll(db, direct(sql));
  expect(await fileOf()).not.toBe(before);
  const [run] = await db.query<{ plan: Plan }>("SELECT plan FROM lockkeeper.run");
  expect(run?.plan.steps.map(({ kind }) => kind)).toEqual(["ddl", "concurrent", "ddl"]);
});

test("what the same file makes partitioned goes outside a transaction too", async () => {
  await using db = await testDatabase();
  await expect(applyAll(db, direct(`${PARTED} REINDEX TABLE event`))).resolves.toMatchObject({ applied: ["0001_it"] });
});

test("what is partitioned cannot be built again in the author's own transaction: sql_transaction_control", async () => {
  await using db = await testDatabase();
  await db.query(PARTED);
  await expect(applyAll(db, direct("BEGIN; REINDEX TABLE event; COMMIT"))).rejects.toMatchObject({
    code: "sql_transaction_control",
    at: { line: 3 },
  });
});

test("of an ordinary table the indexes are built again in the transaction of the other statements", async () => {
  await using db = await testDatabase();
  await db.query("CREATE TABLE event (id int PRIMARY KEY)");
  await applyAll(db, direct("REINDEX TABLE event"));
  const [run] = await db.query<{ plan: Plan }>("SELECT plan FROM lockkeeper.run");
  expect(run?.plan.steps.map(({ kind }) => kind)).toEqual(["ddl"]);
});
