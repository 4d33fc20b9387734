import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { detectTools } from "../../src/migrations/adopt/detect-tools.ts";
import { readHistory } from "../../src/migrations/adopt/read-history.ts";
import type { ForeignLayout } from "../../src/migrations/layouts/layout.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type AdoptedDatabase, copyOf, databaseOf, historySql, kindsOf, statusOf, writeInto } from "./adopt-fixture.ts";

/** The fixture of a tool for all tests of a describe block. */
function fixture(tool: ForeignLayout): AdoptedDatabase {
  let adopted: AdoptedDatabase | undefined;
  beforeAll(async () => {
    adopted = await databaseOf(tool);
  });
  afterAll(() => adopted?.db.drop());
  const open = (): AdoptedDatabase => {
    if (adopted === undefined) {
      throw new Error("used before the tests began");
    }
    return adopted;
  };
  return {
    get db() {
      return open().db;
    },
    adopt: (folder) => open().adopt(folder),
    adoptAfter: (change, folder) => open().adoptAfter(change, folder),
  };
}

describe("golang-migrate, which keeps one version", () => {
  const { adopt, adoptAfter } = fixture("golang-migrate");

  test("has applied every file up to it, by inference", async () => {
    const report = await adoptAfter("UPDATE schema_migrations SET version = 3");
    expect(report.items.map(({ status, evidence }) => [status, evidence])).toEqual([
      ["applied", "implied"],
      ["applied", "implied"],
      ["applied", "recorded"],
      ["pending", undefined],
    ]);
  });

  test("cannot tell a file that it skipped, and the report says so", async () => {
    const folder = copyOf("golang-migrate");
    rmSync(join(folder, "000003_add_orders_note.up.sql"));
    const report = await adopt(folder);
    expect(report.problems).toEqual([]);
    expect(report.limits[0]).toContain("skipped");
  });

  test("has applied nothing at version -1", async () => {
    const report = await adoptAfter("UPDATE schema_migrations SET version = -1");
    expect(report.counts).toMatchObject({ applied: 0, pending: 4, errors: 0 });
  });

  test("is dirty at a version that has no file", async () => {
    const report = await adoptAfter("UPDATE schema_migrations SET version = 7, dirty = true");
    expect(kindsOf(report)).toEqual(["failed error"]);
    expect(report.problems[0]?.message).toContain("its file is not there");
  });
});

describe("goose, which keeps a log", () => {
  const { adoptAfter } = fixture("goose");

  test("has not applied what its last row takes back", async () => {
    const report = await adoptAfter("INSERT INTO goose_db_version (version_id, is_applied) VALUES (4, false)");
    expect(report.counts).toMatchObject({ applied: 3, pending: 1, errors: 0 });
    expect(statusOf(report, "00004_index_orders_customer")).toBe("pending");
  });

  test("has applied what was taken back and applied again, at the later time", async () => {
    const report = await adoptAfter(`INSERT INTO goose_db_version (version_id, is_applied, tstamp)
      VALUES (4, false, '2030-01-01'), (4, true, '2030-01-02 03:04:05.006')`);
    expect(report.problems).toEqual([]);
    expect(report.items.at(-1)).toMatchObject({ status: "applied", appliedAt: "2030-01-02T03:04:05.006000" });
  });

  test("names a version that was passed over", async () => {
    const report = await adoptAfter("DELETE FROM goose_db_version WHERE version_id = 2");
    expect(kindsOf(report)).toEqual(["out-of-order error"]);
    expect(report.problems[0]?.id).toBe("00002_create_orders");
  });
});

describe("prisma", () => {
  const { adoptAfter } = fixture("prisma");
  const name = "20240301120000_add_orders_note";

  test("leaves a migration pending whose every attempt was rolled back", async () => {
    const report = await adoptAfter(
      `DELETE FROM _prisma_migrations WHERE migration_name > '${name}';
       UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '${name}'`,
    );
    expect(report.problems).toEqual([]);
    expect(statusOf(report, name)).toBe("pending");
  });

  test("keeps a failed attempt against one that finished", async () => {
    const report = await adoptAfter(
      `UPDATE _prisma_migrations SET rolled_back_at = NULL WHERE migration_name = '${name}'`,
    );
    expect(kindsOf(report)).toEqual(["failed error"]);
  });
});

describe("drizzle, whose rows carry no name", () => {
  const { adopt } = fixture("drizzle");

  test("knows its files by their checksum when the journal was written anew", async () => {
    const folder = copyOf("drizzle");
    const tags = ["0000_create_customers", "0001_create_orders", "0002_add_orders_note", "0003_index_orders_customer"];
    const entries = tags.map((tag, idx) => ({ idx, tag, when: 1000 + idx }));
    writeInto(folder, { "meta/_journal.json": JSON.stringify({ entries }) });
    const report = await adopt(folder);
    expect(report.problems).toEqual([]);
    expect(report.items.map(({ key, status }) => [key, status])).toEqual(
      entries.map(({ when }) => [String(when), "applied"]),
    );
  });
});

describe("flyway", () => {
  const { adopt, adoptAfter } = fixture("flyway");
  const row = (rank: number, version: string, type: string, success = true): string =>
    `INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success)
     VALUES (${rank}, ${version}, 'x', '${type}', 'x', 'x', 0, ${success})`;

  test("takes what lies below the baseline for applied", async () => {
    const folder = copyOf("flyway");
    writeInto(folder, { "V0_1__ancient.sql": "SELECT 1;" });
    const report = await adopt(folder);
    expect(report.problems).toEqual([]);
    expect(report.items[0]).toMatchObject({ id: "V0_1__ancient", status: "applied", evidence: "implied" });
  });

  test("needs no file for the baseline itself", async () => {
    const folder = copyOf("flyway");
    rmSync(join(folder, "V0.9__settings.sql"));
    expect((await adopt(folder)).problems).toEqual([]);
  });

  test("knows a version in any spelling", async () => {
    const report = await adoptAfter("UPDATE flyway_schema_history SET version = '1.01.0' WHERE version = '1.1'");
    expect(report.problems).toEqual([]);
  });

  test("has not applied what was undone", async () => {
    const report = await adoptAfter(row(8, "'10'", "UNDO_SQL"));
    expect(report.problems).toEqual([]);
    expect(statusOf(report, "V10__index_orders_customer")).toBe("pending");
  });

  test("misses no file of a version marked as deleted", async () => {
    const folder = copyOf("flyway");
    rmSync(join(folder, "V2__add_orders_note.sql"));
    expect(kindsOf(await adopt(folder))).toEqual(["missing-file error"]);
    expect((await adoptAfter(row(8, "'2'", "DELETE"), folder)).problems).toEqual([]);
  });

  test("passes over the row that says a schema was made", async () => {
    expect((await adoptAfter(row(0, "NULL", "SCHEMA"))).problems).toEqual([]);
  });

  test("names a repeatable file that changed since it last ran", async () => {
    const folder = copyOf("flyway");
    appendFileSync(join(folder, "R__order_totals.sql"), "-- changed\n");
    const report = await adopt(folder);
    expect(kindsOf(report)).toEqual(["edited error"]);
    expect(report.problems[0]).toMatchObject({ id: "R__order_totals", message: expect.stringContaining("last ran") });
  });

  test("cannot check a repeatable file whose placeholders were filled in", async () => {
    const folder = copyOf("flyway");
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the tool
    appendFileSync(join(folder, "R__order_totals.sql"), "-- ${flyway:timestamp}\n");
    const report = await adopt(folder);
    expect(report.problems).toEqual([]);
    expect(report.items.at(-1)).toMatchObject({ status: "applied", checksum: "unknown" });
  });
});

describe("alembic, which keeps the heads", () => {
  const { adopt, adoptAfter } = fixture("alembic");

  test("has applied what each of several heads stands on, and no more", async () => {
    const report = await adoptAfter(
      "DELETE FROM alembic_version; INSERT INTO alembic_version VALUES ('41ae77c0b913'), ('b3d8416ef09c')",
    );
    expect(report.problems).toEqual([]);
    expect(report.items.map(({ key, status, evidence }) => [key, status, evidence])).toEqual([
      ["9c1f0a52d7e4", "applied", "implied"],
      ["41ae77c0b913", "applied", "recorded"],
      ["b3d8416ef09c", "applied", "recorded"],
      ["e07b5d3f8a26", "pending", undefined],
      ["f5a2c98e1d70", "pending", undefined],
    ]);
  });

  test("leaves a new branch pending, which is not out of order", async () => {
    const folder = copyOf("alembic");
    writeInto(folder, { "versions/branch.py": 'revision = "beef"\ndown_revision = "9c1f0a52d7e4"\n' });
    const report = await adopt(folder);
    expect(report.problems).toEqual([]);
    expect(statusOf(report, "branch")).toBe("pending");
  });

  test("names a head that has no file", async () => {
    const report = await adoptAfter("UPDATE alembic_version SET version_num = 'cafe'");
    expect(report.problems).toMatchObject([{ kind: "missing-file", key: "cafe" }]);
    expect(report.counts).toMatchObject({ applied: 0, pending: 5 });
  });
});

describe("where the history lies", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
    await db.query(`
      CREATE SCHEMA rails;
      CREATE TABLE rails.schema_migrations (version varchar PRIMARY KEY);
      CREATE TABLE rails.ar_internal_metadata (key varchar PRIMARY KEY, value varchar);
      CREATE SCHEMA laravel;
      CREATE TABLE laravel.migrations (id serial PRIMARY KEY, migration varchar NOT NULL, batch int NOT NULL);
      CREATE SCHEMA postgres_migrations;
      CREATE TABLE postgres_migrations.migrations (id int PRIMARY KEY, name varchar(100), hash varchar(40), executed_at timestamp);
      CREATE SCHEMA ecto;
      CREATE TABLE ecto.schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp);
      CREATE SCHEMA app;
      CREATE VIEW app.goose_db_version AS SELECT 1 AS id, 1 AS version_id, true AS is_applied, now() AS tstamp;
    `);
  });
  afterAll(() => db.drop());

  const inTransaction = async <T>(change: string, work: () => Promise<T>): Promise<T> => {
    await db.query("BEGIN");
    try {
      await db.query(change);
      return await work();
    } finally {
      await db.query("ROLLBACK");
    }
  };

  test("tables of other tools with the same names are nobody's", async () => {
    expect(await detectTools(db.query)).toEqual([]);
  });

  test("tools that share a table name are told apart, also side by side", async () => {
    const two = `CREATE SCHEMA a; CREATE SCHEMA b;
      CREATE TABLE a.schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
      CREATE TABLE b.schema_migrations (version varchar PRIMARY KEY)`;
    await inTransaction(two, async () => {
      expect(await detectTools(db.query)).toEqual([
        { tool: "golang-migrate", schema: "a", table: "schema_migrations" },
        { tool: "dbmate", schema: "b", table: "schema_migrations" },
      ]);
      expect(await detectTools(db.query, { schema: "b" })).toMatchObject([{ tool: "dbmate" }]);
    });
  });

  test("several schemas with a history of one tool need a choice", async () => {
    const two = `CREATE SCHEMA a; CREATE SCHEMA "B";
      CREATE TABLE a.alembic_version (version_num varchar(32) PRIMARY KEY);
      CREATE TABLE "B".alembic_version (version_num varchar(32) PRIMARY KEY);
      INSERT INTO "B".alembic_version VALUES ('here')`;
    await inTransaction(two, async () => {
      await expect(readHistory(db.query, "alembic")).rejects.toMatchObject({
        code: "usage",
        data: { schemas: ["B", "a"] },
      });
      expect(await readHistory(db.query, "alembic", { schema: "B" })).toMatchObject({ rows: [{ key: "here" }] });
    });
  });

  test("a table under another name is read when it is named", async () => {
    const own = `CREATE TABLE "my migrations" (id serial, name varchar, batch int, migration_time timestamptz);
      INSERT INTO "my migrations" VALUES (1, '1_a.ts', 1, '2024-01-02 03:04:05+02')`;
    await inTransaction(own, async () => {
      const place = { table: "my migrations" };
      expect(await detectTools(db.query, place)).toContainEqual({ tool: "knex", schema: "public", table: place.table });
      expect((await readHistory(db.query, "knex", place)).rows).toEqual([
        { key: "1_a", state: "applied", covers: "itself", appliedAt: "2024-01-02T01:04:05.000000Z", order: 0 },
      ]);
    });
  });

  test("no table, or one of another shape, is an error that names what was looked for", async () => {
    await expect(readHistory(db.query, "kysely")).rejects.toMatchObject({
      code: "history_not_found",
      message: expect.stringContaining("kysely_migration"),
    });
    await expect(readHistory(db.query, "typeorm", { schema: "laravel" })).rejects.toMatchObject({
      code: "history_not_found",
      message: expect.stringContaining("laravel"),
    });
  });

  test("is the same whatever the session's time zone is", async () => {
    await inTransaction(historySql("knex"), async () => {
      const read = async (zone: string) => {
        await db.query(`SET LOCAL TimeZone = '${zone}'`);
        return readHistory(db.query, "knex");
      };
      expect(await read("Asia/Tokyo")).toEqual(await read("UTC"));
    });
  });
});
