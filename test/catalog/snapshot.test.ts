import { describe, expect, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect, type Session } from "../../src/postgres/session.ts";
import { testDatabase } from "../support/database.ts";
import { SHOP } from "./shop.ts";

const SETTINGS =
  "SELECT name, setting FROM pg_settings WHERE name IN ('search_path', 'TimeZone', 'DateStyle', 'IntervalStyle', 'jit', 'extra_float_digits', 'bytea_output', 'lc_monetary') ORDER BY 1";

describe("reading the catalog", () => {
  test("leaves no setting and no transaction behind", async () => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    await session.query("SET search_path = pg_temp, public; SET TimeZone = 'Asia/Tokyo'; SET jit = on");
    const before = await session.query(SETTINGS);
    await readCatalog(session.query, { facts: true });
    expect(await session.query(SETTINGS)).toEqual(before);
    const [row] = await session.query(
      "SELECT pg_current_xact_id_if_assigned() AS xact, now() = statement_timestamp() AS alone",
    );
    expect(row).toEqual({ xact: null, alone: true });
  });

  test("leaves the session as it was when a query fails", async () => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    const query: Session["query"] = async (sql, params) =>
      await session.query(sql.includes("pg_index") ? "SELECT 1/(0 * cardinality($1::oid[]))" : sql, params);
    await expect(readCatalog(query)).rejects.toThrow(/division by zero/);
    const [row] = await session.query(
      "SELECT current_setting('search_path') AS path, now() = statement_timestamp() AS alone",
    );
    expect(row).toEqual({ path: '"$user", public', alone: true });
  });

  test("works in a read-only session", async () => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    await session.query("SET default_transaction_read_only = on");
    expect((await readCatalog(session.query)).schemas).toHaveLength(1);
  });

  test("in an open transaction sees what that has done, and goes on in it", async () => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    await session.query("BEGIN; SET LOCAL search_path = pg_temp, public; CREATE TABLE public.t (a int)");
    const inside = await readCatalog(session.query, { snapshot: "open transaction" });
    expect(inside.tables.map(({ name }) => name)).toEqual(["t"]);
    const [row] = await session.query(
      "SELECT current_setting('search_path') AS path, pg_current_xact_id_if_assigned() IS NOT NULL AS open",
    );
    expect(row).toEqual({ path: "pg_temp, public", open: true });
    await session.query("ROLLBACK");
    expect((await readCatalog(session.query)).tables).toEqual([]);
  });

  test("sees one moment, whatever others commit meanwhile", async () => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    await db.query("CREATE TABLE before (a int PRIMARY KEY)");
    let made = false;
    const query: Session["query"] = async (sql, params) => {
      if (sql.includes("AS relation, a.attnum") && !made) {
        made = true;
        await db.query(
          "CREATE TABLE after (a int PRIMARY KEY); ALTER TABLE before ADD b int; CREATE VIEW v AS SELECT a FROM before",
        );
      }
      return await session.query(sql, params);
    };
    const catalog = await readCatalog(query);
    expect(made).toBe(true);
    expect(catalog.tables.map(({ name, columns }) => [name, columns.length])).toEqual([["before", 1]]);
    expect(catalog.views).toEqual([]);
  });

  test("begins again when something was dropped under it", async () => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    await db.query(
      "CREATE TABLE goes (a int PRIMARY KEY); CREATE TABLE stays (a int PRIMARY KEY); CREATE VIEW v AS SELECT a FROM goes",
    );
    let dropped = false;
    const query: Session["query"] = async (sql, params) => {
      if (sql.includes("FROM pg_constraint k\n") && !dropped) {
        dropped = true;
        await db.query("DROP TABLE goes CASCADE");
      }
      return await session.query(sql, params);
    };
    const catalog = await readCatalog(query);
    expect(dropped).toBe(true);
    expect(catalog.tables.map(({ name }) => name)).toEqual(["stays"]);
    expect(catalog.views).toEqual([]);
  });

  test("gives up with a reason when objects never stop going", async () => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    const make = "CREATE TABLE goes (a int PRIMARY KEY)";
    await db.query(make);
    const query: Session["query"] = async (sql, params) => {
      const isIndexes = sql.includes("pg_get_indexdef");
      if (isIndexes) {
        await db.query("DROP TABLE goes");
      }
      const rows = await session.query(sql, params);
      if (isIndexes) {
        await db.query(make);
      }
      return rows as never;
    };
    await expect(readCatalog(query)).rejects.toMatchObject({ code: "wait_timeout" });
  });

  test("stays whole while others make and drop tables", async () => {
    await using db = await testDatabase();
    await db.query(SHOP);
    await using session = await connect(db.url);
    const still = catalogFingerprint(await readCatalog(session.query));
    const busy = await db.connect();
    let done = false;
    const churn = (async () => {
      while (!done) {
        await busy.query(
          "CREATE TABLE churn (a int PRIMARY KEY, b text DEFAULT 'x' CHECK (b <> '')); CREATE INDEX churn_b ON churn (b); CREATE VIEW churned AS SELECT a FROM churn",
        );
        await busy.query("DROP TABLE churn CASCADE");
      }
    })();
    for (let round = 0; round < 12; round += 1) {
      const catalog = await readCatalog(session.query, { facts: true });
      const others = {
        ...catalog,
        tables: catalog.tables.filter(({ name }) => name !== "churn"),
        views: catalog.views.filter(({ name }) => name !== "churned"),
      };
      expect(catalogFingerprint(others)).toBe(still);
    }
    done = true;
    await churn;
  });

  test("refuses servers that are too old", async () => {
    const query = (async () => [
      { version: 130_012, database: "d", encoding: "UTF8", settings: {} },
    ]) as unknown as Session["query"];
    await expect(readCatalog(query)).rejects.toMatchObject({
      code: "server_unsupported",
      message: expect.stringContaining("PostgreSQL 13"),
    });
  });
});
