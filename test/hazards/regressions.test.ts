import { beforeAll, describe, expect, test } from "vitest";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { lint } from "./lint.ts";

/** What public migration histories do and the rules had wrong once. */
describe("findings of public histories", () => {
  beforeAll(loadParser);

  const rulesOf = (example: Parameters<typeof lint>[0]): readonly string[] =>
    lint(example).findings.map(({ rule }) => rule);
  const messageOf = (example: Parameters<typeof lint>[0], rule: string) =>
    lint(example).findings.find((one) => one.rule === rule);

  const USERS = `CREATE TYPE status AS ENUM ('active', 'gone'); CREATE TYPE new_status AS ENUM ('active', 'gone', 'away');
    CREATE TABLE users (org int, member int, status status NOT NULL DEFAULT 'active', PRIMARY KEY (org, member));`;

  test("a default that a change of type takes away and gives back is no other default", () => {
    const sql = (value: string): string => `ALTER TABLE users ALTER COLUMN status DROP DEFAULT,
      ALTER COLUMN status TYPE new_status USING (status::text::new_status), ALTER COLUMN status SET DEFAULT '${value}'::new_status;`;
    const same = rulesOf({ setup: USERS, sql: sql("active") });
    expect(same).toContain("alter-column-type-rewrite");
    expect(same).not.toContain("add-required-column-old-writers");
    expect(same).not.toContain("change-default");
    const other = rulesOf({ setup: USERS, sql: sql("away") });
    expect(other.filter((rule) => rule === "change-default")).toHaveLength(1);
    expect(other).not.toContain("add-required-column-old-writers");
    const gone = rulesOf({
      setup: USERS,
      sql: "ALTER TABLE users ALTER status DROP DEFAULT, ALTER org SET DEFAULT 1;",
    });
    expect(gone).toContain("add-required-column-old-writers");
  });

  test("behind a lock that lets readers pass only writers wait", () => {
    const [index, column] = ["CREATE INDEX ON users (status);", "ALTER TABLE users ADD COLUMN a int;"].map((sql) =>
      messageOf({ setup: USERS, sql }, "missing-lock-timeout"),
    );
    expect(index?.message).toBe("waits for SHARE on users without a limit, and all who write to it later wait behind");
    expect(column?.message).toBe(
      "waits for ACCESS EXCLUSIVE on users without a limit, and all later work on it waits behind",
    );
  });

  test("an UPDATE of everything is cut along the table's own key", () => {
    const found = messageOf({ setup: USERS, sql: "UPDATE users SET status = 'gone';" }, "bulk-update");
    expect(found?.fix).toMatch(/SET status = 'gone' WHERE org > … AND org <= …;$/);
    const all = messageOf({ setup: USERS, sql: "UPDATE users SET status = 'gone' WHERE true;" }, "bulk-update");
    expect(all?.fix).toBeUndefined();
  });

  test("a safe form says what it cannot share a transaction with, and opens none in an open one", () => {
    const [index, table] = ["CREATE INDEX i ON users (status);", "ALTER TABLE users RENAME TO people;"];
    const apart = { setup: USERS, sql: index };
    expect(messageOf(apart, "create-index-non-concurrent")?.fix).toBe("CREATE INDEX CONCURRENTLY i ON users (status);");
    expect(messageOf({ ...apart, wrapping: "tool" }, "create-index-non-concurrent")?.fix).toBe(
      "-- outside of a transaction: in a file of its own\nCREATE INDEX CONCURRENTLY i ON users (status);",
    );
    const view = "ALTER TABLE users RENAME TO people;\nCREATE VIEW users AS SELECT * FROM people;";
    expect(messageOf({ setup: USERS, sql: table }, "rename-table")?.fix).toBe(`BEGIN;\n${view}\nCOMMIT;`);
    expect(messageOf({ setup: USERS, sql: table, wrapping: "tool" }, "rename-table")?.fix).toBe(view);
  });

  test("an index that the file drops later is no reason against its successor", () => {
    const setup = `${USERS} CREATE INDEX users_status_org ON users (status, org);`;
    const sql = "CREATE INDEX users_org ON users (status);";
    expect(rulesOf({ setup, sql })).toContain("duplicate-index");
    expect(rulesOf({ setup, sql: `${sql} DROP INDEX users_status_org;` })).not.toContain("duplicate-index");
    expect(rulesOf({ setup, sql: `${sql} DROP INDEX users_pkey2;` })).toContain("duplicate-index");
  });

  test("in a transaction an index that is dropped too early keeps everybody out", () => {
    const setup = `${USERS} CREATE INDEX a ON users (status);`;
    const sql = "DROP INDEX a;\nCREATE INDEX b ON users (status, org);";
    const message = (wrapping: "none" | "tool", text: string): string | undefined =>
      messageOf({ setup, wrapping, sql: text }, "index-dropped-before-replacement")?.message;
    expect(message("none", sql)).toBe("queries have no index on users (status) until line 2 has built the new one");
    const kept = "keeps readers and writers of users out until line 2 has built the index that replaces it";
    expect(message("tool", sql)).toBe(kept);
    expect(message("none", `BEGIN; ${sql} COMMIT;`)).toBe(kept);
    expect(message("none", "BEGIN; DROP INDEX a; COMMIT;\nCREATE INDEX b ON users (status);")).toMatch(/^queries have/);
  });

  test("one column of a key of several need not count far", () => {
    expect(rulesOf({ sql: "CREATE TABLE t (day date, code int, PRIMARY KEY (day, code));" })).not.toContain(
      "prefer-bigint",
    );
    expect(rulesOf({ sql: "CREATE TABLE t (code int, PRIMARY KEY (code));" })).toContain("prefer-bigint");
  });

  test("nobody misses a function that only a trigger could call", () => {
    const body = "LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;";
    const setup = `CREATE FUNCTION f() RETURNS trigger ${body} CREATE FUNCTION g() RETURNS int ${body}`;
    expect(rulesOf({ setup, sql: "DROP FUNCTION f;" })).not.toContain("drop-view");
    expect(rulesOf({ setup, sql: "DROP FUNCTION g;" })).toContain("drop-view");
  });
});
