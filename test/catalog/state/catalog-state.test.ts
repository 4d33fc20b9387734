import { describe, expect, test } from "vitest";
import { applyStatement } from "../../../src/catalog/state/apply-statement.ts";
import { CatalogState } from "../../../src/catalog/state/catalog-state.ts";
import { parsedStatements } from "./follow.ts";

async function after(sql: string, state = CatalogState.unknown(180_000)): Promise<CatalogState> {
  for (const { parsed } of await parsedStatements(sql)) {
    applyStatement(state, parsed);
  }
  return state;
}

const T = { schema: "public", name: "t" };

describe("a catalog state", () => {
  test("finds names through the search path, temporary tables first", async () => {
    const state = await after(
      `CREATE TABLE b.t (a int); SET search_path = a, "B x", b; CREATE TABLE a.u (a int); CREATE TEMP TABLE u (z int)`,
    );
    expect(state.searchPath).toEqual(["a", "B x", "b"]);
    expect(state.table({ name: "t" })?.schema).toBe("b");
    expect(state.table({ name: "u" })?.schema).toBe("pg_temp");
    expect(state.resolved({ name: "new" })).toEqual({ schema: "a", name: "new" });
  });

  test("knows partitions, heirs, keys that refer to a table and the columns of a type", async () => {
    const state = await after(`
      CREATE TYPE m AS ENUM ('a'); CREATE DOMAIN dm AS m; CREATE TABLE t (a int PRIMARY KEY, e dm[]) PARTITION BY RANGE (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1) TO (2) PARTITION BY LIST (a); CREATE TABLE t2 PARTITION OF t1 DEFAULT;
      CREATE TABLE o (r int REFERENCES t)`);
    expect(state.partitionsOf(T).map(({ name }) => name)).toEqual(["t1"]);
    expect(state.descendantsOf(T).map(({ name }) => name)).toEqual(["t1", "t2"]);
    expect(state.keysReferencing(T).map(({ table, constraint }) => [table.name, constraint])).toEqual([
      ["o", "o_r_fkey"],
    ]);
    expect(
      state.usersOfType({ schema: "public", name: "m" }).map(({ table, column }) => [table.name, column.name]),
    ).toEqual([
      ["t", "e"],
      ["t1", "e"],
      ["t2", "e"],
    ]);
    expect(state.dependentsOf("table:public.t").map(({ from }) => from)).toEqual(["table:public.t1"]);
  });

  test("takes a table of the run for empty until rows can have come in", async () => {
    const state = await after("CREATE TABLE t (a int)");
    expect(state.sizeOf(T)).toEqual({ from: "new" });
    await after("INSERT INTO t SELECT 1", state);
    expect([state.sizeOf(T).from, state.isNew(T)]).toEqual(["unknown", true]);
    await after("TRUNCATE t", state);
    expect(state.sizeOf(T).from).toBe("new");
    expect(state.sizeOf({ schema: "public", name: "other" }).from).toBe("unknown");
  });

  test("takes back what is rolled back, to the savepoint or whole", async () => {
    const state = await after(
      `CREATE TABLE t (a int); BEGIN; ALTER TABLE t ADD b int; SAVEPOINT s; DROP TABLE t; CREATE INDEX ON t (a); ROLLBACK TO s`,
    );
    expect(state.table(T)?.columns.map(({ name }) => name)).toEqual(["a", "b"]);
    await after("ROLLBACK", state);
    expect(state.table(T)?.columns.map(({ name }) => name)).toEqual(["a"]);
  });

  test("forgets SET LOCAL at the end of its transaction and keeps SET", async () => {
    const state = await after(
      `BEGIN; SET LOCAL search_path = x; SET lock_timeout = '2s'; SELECT set_config('TimeZone', 'UTC', false)`,
    );
    expect(state.searchPath).toEqual(["x"]);
    await after("COMMIT", state);
    expect([state.searchPath, state.setting("LOCK_TIMEOUT"), state.setting("timezone")]).toEqual([
      ["public"],
      "2s",
      "UTC",
    ]);
  });

  test("drops at the end of the transaction the tables that end with it", async () => {
    const state = await after("BEGIN; CREATE TEMP TABLE x (a int) ON COMMIT DROP");
    expect(state.table({ name: "x" })).toBeDefined();
    await after("COMMIT", state);
    expect(state.table({ name: "x" })).toBeUndefined();
  });

  test("goes its own way as a copy", async () => {
    const state = await after("CREATE TABLE t (a int)");
    const copy = state.clone();
    await after("DROP TABLE t", copy);
    expect([state.table(T)?.name, copy.table(T)]).toEqual(["t", undefined]);
  });

  test("and its copies keep their links apart, whoever changes first and whatever is taken back", async () => {
    const children = (one: CatalogState): string[] =>
      one.childrenOf({ schema: "public", name: "t" }).map(({ name }) => name);
    const state = await after("CREATE TABLE t (a int); CREATE TABLE c1 () INHERITS (t)");
    const copy = state.clone();
    state.begin();
    await after("CREATE TABLE c2 () INHERITS (t); DROP TABLE c1", state);
    const second = state.clone();
    await after("CREATE TABLE c3 () INHERITS (t)", copy);
    expect([children(state), children(copy), children(second)]).toEqual([["c2"], ["c1", "c3"], ["c2"]]);
    state.rollback();
    expect([children(state), children(copy), children(second)]).toEqual([["c1"], ["c1", "c3"], ["c2"]]);
    expect(state.catalog()).toEqual((await after("CREATE TABLE t (a int); CREATE TABLE c1 () INHERITS (t)")).catalog());
  });

  test("says what it could not follow", async () => {
    const state = CatalogState.unknown(180_000);
    const unfollowed = [];
    for (const { parsed } of await parsedStatements(
      "DO 'BEGIN END'; CALL p(); CREATE EXTENSION citext; CREATE TABLE t (a int); CREATE POLICY p ON t USING (a IN (SELECT 1)); CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1; CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM t",
    )) {
      unfollowed.push(...applyStatement(state, parsed).unfollowed);
    }
    expect(unfollowed).toEqual([
      "what the DO block does",
      "what the procedure does",
      "what the extension citext brings",
      "what a query in the policy p depends on",
      "what the body of the function f depends on",
      "what the rule r depends on",
    ]);
  });
});
