import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUILT_IN_CHECKS } from "../../src/checks/built-in-checks.ts";
import { type CheckReport, runChecks } from "../../src/checks/run-checks.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { connect } from "../../src/postgres/session.ts";
import { installState } from "../../src/run/state/install-state.ts";
import { splitSql } from "../../src/sql/split-sql.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { PLANTED } from "./planted.ts";

/** Found by looking at what others do at the moment. */
const LIVE = "transaction-long";

const LIMITS = { timeoutMs: 60_000, lockTimeoutMs: 1_000, sampleRows: 3, oldSeconds: 0 };

async function checked(db: TestDatabase): Promise<CheckReport> {
  await using session = await connect(db.url);
  return await runChecks(session, BUILT_IN_CHECKS, LIMITS);
}

describe.each([15, 18])("on PostgreSQL %d", (major) => {
  const planted = PLANTED.filter(({ since }) => since === undefined || since <= major);
  const schemaOf = (check: string): string => check.replaceAll("-", "_");
  let server: EmbeddedServer;
  let db: TestDatabase;
  let report: CheckReport;

  beforeAll(async () => {
    server = await startEmbeddedServer({
      major,
      settings: { fsync: "off", autovacuum: "off", max_prepared_transactions: "2", wal_level: "logical" },
    });
    db = await testDatabase(server.url());
    await using session = await connect(db.url);
    await installState(session);
    for (const { check, sql } of planted) {
      const client = await db.connect();
      await client.query(`CREATE SCHEMA ${schemaOf(check)}; SET search_path = ${schemaOf(check)}, public`);
      for (const { text } of splitSql(sql).statements) await client.query(text);
      await client.end();
    }
    const open = await db.connect();
    await open.query("BEGIN; SELECT 1");
    report = await checked(db);
    await open.query("ROLLBACK");
  });

  afterAll(() => server?.stop());

  test.each(planted)("$check finds what was planted", ({ check, severity, object, says }) => {
    const found = report.results.find((one) => one.check === check);
    const hasOnlyNotes = found?.findings.every((one) => one.severity === "info");
    expect(found?.state).toBe(hasOnlyNotes ? "passed" : "failed");
    const wanted = String(object).replace("@", schemaOf(check));
    expect(found?.findings).toContainEqual(
      expect.objectContaining({ object: wanted, severity, message: expect.stringMatching(says) }),
    );
  });

  test("a transaction that is left open is found", () => {
    expect(report.results.find(({ check }) => check === LIVE)).toMatchObject({ state: "failed" });
  });

  test("each check has a defect that it finds", () => {
    const all = BUILT_IN_CHECKS.map(({ id }) => id).filter((id) => major >= 18 || id !== "constraint-not-enforced");
    expect([...planted.map(({ check }) => check), LIVE].toSorted()).toEqual(all.toSorted());
  });

  test("offending rows are shown by their keys, and what nothing checks is worst", () => {
    const orphans = report.results.find(({ check }) => check === "orphans");
    expect(orphans?.findings[0]).toMatchObject({ rows: 1, sample: [{ id: 7, a: 99 }] });
  });

  test("nothing is found in a sound database", async () => {
    await db.query("SELECT pg_drop_replication_slot('idle')");
    await using sound = await testDatabase(server.url());
    await sound.query(`CREATE EXTENSION amcheck; CREATE EXTENSION citext;
      CREATE TABLE customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email citext UNIQUE NOT NULL CHECK (email <> ''));
      CREATE TABLE "Ünusual order" (id bigserial PRIMARY KEY, email citext REFERENCES customer (email) ON UPDATE CASCADE, at date, n int);
      CREATE INDEX ON "Ünusual order" (email); CREATE INDEX ON "Ünusual order" (at) WHERE n > 0; CREATE INDEX ON "Ünusual order" (at);
      CREATE TABLE event (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE event_2025 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
      CREATE TABLE event_rest PARTITION OF event DEFAULT; CREATE INDEX ON event (at, id);
      CREATE VIEW v AS SELECT * FROM customer; CREATE MATERIALIZED VIEW m AS SELECT * FROM customer;
      INSERT INTO customer (email) VALUES ('a@b'), ('c@d'); INSERT INTO "Ünusual order" (email, at) VALUES ('A@B', '2025-05-05'), (NULL, NULL);
      INSERT INTO event VALUES (1, '2025-05-05'); REFRESH MATERIALIZED VIEW m; CREATE PUBLICATION everything FOR ALL TABLES`);
    await sound.query("ANALYZE");
    const { results } = await checked(sound);
    expect(results.filter(({ state }) => state !== "passed")).toEqual([]);
  });
});
