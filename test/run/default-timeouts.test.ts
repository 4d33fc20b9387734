import { expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import { applyAll } from "../support/operations.ts";

test.each(["statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout"])(
  "a default %s of the database does not end a migration",
  async (setting) => {
    await using db = await testDatabase();
    await db.query("CREATE TABLE a (id int); INSERT INTO a VALUES (1)");
    await db.query(
      "CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN 1; END'",
    );
    await db.query(`ALTER DATABASE ${db.name} SET ${setting} = '400ms'`);
    const files = {
      "0001_a.sql": "SELECT pg_sleep(1);",
      "0002_b.sql": "CREATE INDEX CONCURRENTLY a_slow ON a (slow(id));",
    };
    expect(await applyAll(db, files)).toMatchObject({ applied: ["0001_a", "0002_b"] });
  },
);
