import { beforeAll, expect, test } from "vitest";
import type { Column } from "../../src/catalog/model/column.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { boundNames } from "../../src/online/sync/bound-names.ts";
import { functionResult, isOwnType, operatorResult } from "../../src/online/sync/own-signatures.ts";
import { type SyncedColumn, syncNames, syncTrigger } from "../../src/online/sync/sync-trigger.ts";
import type { TwoSides } from "../../src/online/sync/two-sides.ts";
import { connect, type Session } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { testDatabase } from "../support/database.ts";

beforeAll(loadParser);

interface Wanted extends Pick<Exclude<SyncedColumn, TwoSides>, "value" | "how"> {
  readonly column: string;
  readonly other?: string;
  readonly otherValue?: string;
  readonly isTotal?: boolean;
  readonly isTrusted?: boolean;
  readonly unsteady?: boolean;
}

/** Makes the trigger on table `t` of a new database. */
async function synced(given: string, ...wanted: readonly Wanted[]): Promise<Session & AsyncDisposable> {
  const db = await testDatabase();
  await db.query("CREATE SCHEMA IF NOT EXISTS lockkeeper");
  await db.query(given);
  const session = await connect(db.url);
  const state = CatalogState.of(await readCatalog(session.query), { user: "postgres" });
  const table = state.table({ name: "t" });
  if (table === undefined) throw new Error("no table t");
  const named = (name = ""): Column => {
    const found = table.columns.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no column ${name}`);
    return found;
  };
  const columns = wanted.map(
    ({ column, other, otherValue = "", how, ...rest }): SyncedColumn =>
      how === "twin"
        ? { column: named(column), other: named(other), otherValue, how, ...rest }
        : { column: named(column), how, ...rest },
  );
  const made = syncTrigger(table, columns, syncNames(table, wanted[0]?.column ?? "", state), state);
  if ("reason" in made) throw new Error(made.reason);
  for (const sql of made.create) await session.query(sql);
  return session;
}

const rows = async (session: Session, sql: string): Promise<readonly unknown[]> =>
  (await session.query<Record<string, unknown>>(sql)).map((row) => Object.values(row));

test("a column follows the value on every write, whatever the path of the writer", async () => {
  await using session = await synced(
    `CREATE TABLE t (id int PRIMARY KEY, name text, name_kind text, h text);
     INSERT INTO t VALUES (1, 'old', 'name', NULL);`,
    { column: "h", value: "lower(t.name) || ' name ' || public.t.name_kind", how: "follows" },
  );
  await session.query(`CREATE SCHEMA evil; CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
    CREATE OPERATOR evil.|| (leftarg = text, rightarg = text, function = pg_catalog.textcat);
    SET search_path = evil, pg_catalog, public`);
  await session.query("INSERT INTO public.t VALUES (2, 'NEW', 'k')");
  await session.query("UPDATE public.t SET id = 3 WHERE id = 1");
  await session.query("UPDATE public.t SET name = 'X' WHERE id = 2");
  await session.query("UPDATE public.t SET h = 'other' WHERE id = 2");
  expect(await rows(session, "SELECT * FROM public.t ORDER BY id")).toEqual([
    [2, "X", "k", "x name k"],
    [3, "old", "name", "old name name"],
  ]);
});

test("it sees what the triggers of others made of the row, however these are called", async () => {
  await using session = await synced(
    `CREATE TABLE t (id int PRIMARY KEY, a int, h bigint);
     CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := NEW.a + 100; RETURN NEW; END $$;
     CREATE TRIGGER "ähnlich" BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
     CREATE TRIGGER "~~~" BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();`,
    { column: "h", value: "a::bigint", how: "follows" },
  );
  await session.query("INSERT INTO t VALUES (1, 1)");
  expect(await rows(session, "SELECT a, h::int FROM t")).toEqual([[201, 201]]);
});

test("values that are equal and not the same are followed", async () => {
  await using session = await synced(
    `CREATE COLLATION same (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
     CREATE TABLE t (id int PRIMARY KEY, n text, a text COLLATE same, j text, hn numeric, ha text COLLATE same, hj json);
     INSERT INTO t VALUES (1, '1.0', 'a', '{}', 1.0, 'a', '{}');`,
    { column: "hn", value: "n::numeric", how: "follows" },
    { column: "ha", value: "a", how: "follows" },
    { column: "hj", value: "j::json", how: "follows" },
  );
  for (const sql of ["n = '1.00'", "a = 'A'", "j = '{ }'"]) await session.query(`UPDATE t SET ${sql}`);
  expect(await rows(session, "SELECT hn::text, ha, hj::text FROM t")).toEqual([["1.00", "A", "{ }"]]);
});

test("a column is filled where nobody gave it a value", async () => {
  await using session = await synced(
    "CREATE TABLE t (id int PRIMARY KEY, a int, c int); INSERT INTO t VALUES (1, 1), (2, 2);",
    { column: "c", value: "a * 10", how: "filled" },
  );
  await session.query("INSERT INTO t VALUES (3, 3, NULL), (4, 4, 44)");
  await session.query("UPDATE t SET a = 5 WHERE id IN (1, 3)");
  expect(await rows(session, "SELECT * FROM t ORDER BY id")).toEqual([
    [1, 5, 50],
    [2, 2, null],
    [3, 5, 30],
    [4, 4, 44],
  ]);
});

test("a value that does not lead back keeps nobody from writing, and is left out", async () => {
  await using session = await synced("CREATE TABLE t (id int PRIMARY KEY, old int, a text)", {
    column: "old",
    value: "a::int",
    how: "twin",
    other: "a",
    otherValue: "old::text",
  });
  await session.query("INSERT INTO t (id, a) VALUES (1, '7'), (2, 'seven'), (3, '07')");
  await session.query("UPDATE t SET a = 'eight' WHERE id = 1");
  await session.query("UPDATE t SET a = '8' WHERE id = 2");
  await session.query("INSERT INTO t VALUES (4, 9)");
  expect(await rows(session, "SELECT id, old, a FROM t ORDER BY id")).toEqual([
    [1, null, "eight"],
    [2, 8, "8"],
    [3, null, "07"],
    [4, 9, "9"],
  ]);
});

test("of two names for one value, the one that was written leads", async () => {
  await using session = await synced(`CREATE TABLE t (id int PRIMARY KEY, now text, was text)`, {
    column: "was",
    value: "now",
    how: "twin",
    other: "now",
    otherValue: "was",
    isTotal: true,
  });
  await session.query("INSERT INTO t (id, now) VALUES (1, 'n1'); INSERT INTO t (id, was) VALUES (2, 'w2')");
  await session.query("INSERT INTO t (id) VALUES (3); INSERT INTO t VALUES (4, 'x', 'x')");
  await session.query("UPDATE t SET was = 'w1' WHERE id = 1; UPDATE t SET now = NULL WHERE id = 2");
  await session.query("UPDATE t SET now = 'n', was = 'w' WHERE id = 3; UPDATE t SET was = NULL WHERE id = 4");
  expect(await rows(session, "SELECT * FROM t ORDER BY id")).toEqual([
    [1, "w1", "w1"],
    [2, null, null],
    [3, "n", "n"],
    [4, null, null],
  ]);
});

test("a write is told from none whatever the path of the writer, and null is a value like any other", async () => {
  await using session = await synced("CREATE TABLE t (id int PRIMARY KEY, now bigint, was int)", {
    column: "was",
    value: "now::int",
    how: "twin",
    other: "now",
    otherValue: "was",
    isTotal: true,
    isTrusted: true,
  });
  await session.query(`CREATE SCHEMA evil;
    CREATE FUNCTION evil.never(text, text) RETURNS bool LANGUAGE sql AS 'SELECT false';
    CREATE OPERATOR evil.= (leftarg = text, rightarg = text, function = evil.never);
    CREATE FUNCTION evil.never(bigint, bigint) RETURNS bool LANGUAGE sql AS 'SELECT false';
    CREATE FUNCTION evil.never(int, int) RETURNS bool LANGUAGE sql AS 'SELECT false';
    CREATE OPERATOR evil.<> (leftarg = bigint, rightarg = bigint, function = evil.never);
    CREATE OPERATOR evil.<> (leftarg = int, rightarg = int, function = evil.never);
    SET search_path = evil, pg_catalog, public`);
  await session.query("INSERT INTO public.t (id, now) VALUES (1, 1), (2, 2), (3, NULL), (4, NULL), (5, 5), (6, 6)");
  for (const [id, set] of ["now = 10", "was = 20", "now = 30", "was = 40", "now = NULL", "was = NULL"].entries()) {
    await session.query(`UPDATE public.t SET ${set} WHERE id = ${id + 1}`);
  }
  expect(await rows(session, "SELECT id, now::int, was FROM public.t ORDER BY id")).toEqual([
    [1, 10, 10],
    [2, 20, 20],
    [3, 30, 30],
    [4, 40, 40],
    [5, null, null],
    [6, null, null],
  ]);
});

test("what the author wrote means the same behind the cutover, in both directions and whatever the path of the writer", async () => {
  await using session = await synced("CREATE TABLE t (id int PRIMARY KEY, now bigint, was int)", {
    column: "was",
    value: "(now - -50) / 100",
    how: "twin",
    other: "now",
    otherValue: "was * 100",
    isTrusted: true,
  });
  await session.query(`CREATE SCHEMA evil;
    CREATE FUNCTION evil.one(bigint, int) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
    CREATE FUNCTION evil.one(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE OPERATOR evil.- (leftarg = bigint, rightarg = int, function = evil.one);
    CREATE OPERATOR evil./ (leftarg = bigint, rightarg = int, function = evil.one);
    CREATE OPERATOR evil.* (leftarg = int, rightarg = int, function = evil.one);
    SET search_path = evil, pg_catalog, public`);
  await session.query("INSERT INTO public.t (id, now) VALUES (1, 700), (2, 800), (3, 900)");
  await session.query("UPDATE public.t SET now = 1050 WHERE id = 1; UPDATE public.t SET was = 20 WHERE id = 2");
  expect(await rows(session, "SELECT id, now::int, was FROM public.t ORDER BY id")).toEqual([
    [1, 1050, 11],
    [2, 2000, 20],
    [3, 900, 9],
  ]);
  expect(await rows(session, "SELECT proconfig FROM pg_proc WHERE pronamespace = 'lockkeeper'::regnamespace")).toEqual([
    [null],
  ]);
});

test("a writer's path is changed for names that may be another's, and for no others", async () => {
  await using session = await synced(
    "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (a int, b text, n numeric, v varchar, w bigint, m mood)",
    { column: "a", value: "1", how: "filled" },
  );
  await session.query("INSERT INTO t VALUES (7, '2023-01-1', 1.25, 'V', 5, 'a')");
  const state = CatalogState.of(await readCatalog(session.query), { user: "postgres" });
  const table = state.table({ name: "t" });
  if (table === undefined) throw new Error("no table t");
  const bound = (expression: string, at = state): string => boundNames(expression, table, at);
  for (const [given, meant] of [
    ["t.a / -100 + w", "((a OPERATOR(pg_catalog./) -100) OPERATOR(pg_catalog.+) w)"],
    ["-2147483648 - -a", "(-2147483648 OPERATOR(pg_catalog.-) (OPERATOR(pg_catalog.-) a))"],
    ["n * 1.5 - 99999999999999999999", "((n OPERATOR(pg_catalog.*) 1.5) OPERATOR(pg_catalog.-) 99999999999999999999)"],
    ["w * 99999999999", "(w OPERATOR(pg_catalog.*) 99999999999)"],
    [
      "case when not a > 1 then 'x' || b else null end",
      "CASE  WHEN (NOT (a OPERATOR(pg_catalog.>) 1)) THEN ('x' OPERATOR(pg_catalog.||) b) ELSE NULL END",
    ],
    ["coalesce(a, 0) % 7", "(COALESCE(a, 0) OPERATOR(pg_catalog.%) 7)"],
    [
      "substr(trim(b), 1, 4)::numeric(10, 2)",
      'CAST(pg_catalog.substr(pg_catalog.btrim(b), 1, 4) AS pg_catalog."numeric"(10, 2))',
    ],
    [
      "a IS NULL AND (b || '1')::date < '2024-01-01'",
      "((a IS NULL) AND (CAST((b OPERATOR(pg_catalog.||) '1') AS pg_catalog.date) OPERATOR(pg_catalog.<) '2024-01-01'))",
    ],
  ] as const) {
    expect(bound(given)).toBe(meant);
    expect(await rows(session, `SELECT (${given}) IS NOT DISTINCT FROM (${meant}) FROM t`)).toEqual([[true]]);
  }
  const others = [
    "n * 100",
    "lower(v)",
    "m::text || b",
    "m = 'a'",
    "mine(a)",
    "other.a * 2",
    "a * (SELECT 2)",
    "a IN (1)",
    "b::mood",
    "b LIKE 'x'",
    "a + true",
  ];
  for (const given of others) expect(bound(given)).toBe(given);
  const turned = CatalogState.of(await readCatalog(session.query), { user: "postgres" });
  turned.store.settings.set("search_path", "public, pg_catalog");
  expect(bound("a * 2", turned)).toBe("a * 2");
});

test("what is taken for PostgreSQL's own is there on the server, with these types", async () => {
  await using db = await testDatabase();
  const names = async (sql: string): Promise<string[]> =>
    (await db.query<{ name: string }>(sql)).map(({ name }) => name);
  const inCatalog = "'pg_catalog'::regnamespace";
  const types = (await names(`SELECT typname AS name FROM pg_type WHERE typnamespace = ${inCatalog}`)).filter(
    isOwnType,
  );
  const operators = await names(`SELECT DISTINCT oprname AS name FROM pg_operator WHERE oprnamespace = ${inCatalog}`);
  const said = operators.flatMap((name) =>
    [undefined, ...types].flatMap((left) =>
      types.flatMap((right) => {
        const result = operatorResult(name, left, right);
        return result === undefined ? [] : [`${left ?? "-"} ${name} ${right} ${result}`];
      }),
    ),
  );
  const there = new Set(
    await names(`SELECT concat_ws(' ', coalesce(l.typname, '-'), oprname, r.typname, t.typname) AS name FROM pg_operator
    LEFT JOIN pg_type AS l ON l.oid = oprleft JOIN pg_type AS r ON r.oid = oprright JOIN pg_type AS t ON t.oid = oprresult
    WHERE oprnamespace = ${inCatalog}`),
  );
  expect(said.length).toBeGreaterThan(100);
  expect(said.filter((one) => !there.has(one))).toEqual([]);
  const functions = await names(`SELECT DISTINCT proname AS name FROM pg_proc WHERE pronamespace = ${inCatalog}`);
  const given = [...types, ...["text", "numeric"].map((type) => `${type} int4`), "text int4 int4"];
  const called = functions.flatMap((name) =>
    given.flatMap((args) => {
      const result = functionResult(name, args.split(" "));
      return result === undefined ? [] : [`${name} ${args} ${result}`];
    }),
  );
  const callable = new Set(
    await names(`SELECT concat_ws(' ', proname, (SELECT string_agg(typname, ' ' ORDER BY nth) FROM unnest(proargtypes)
      WITH ORDINALITY AS a (type, nth) JOIN pg_type ON pg_type.oid = type), t.typname) AS name
    FROM pg_proc JOIN pg_type AS t ON t.oid = prorettype WHERE pronamespace = ${inCatalog}`),
  );
  expect(called.length).toBeGreaterThan(20);
  expect(called.filter((one) => !callable.has(one))).toEqual([]);
});

test("a value that settings change is worked out under those of the plan, and a sweep's own writes are left alone", async () => {
  await using session = await synced("CREATE TABLE t (id int PRIMARY KEY, a timestamptz, h text)", {
    column: "h",
    value: "a::text",
    how: "follows",
    unsteady: true,
  });
  await session.query("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'");
  await session.query("INSERT INTO t VALUES (1, '2024-01-01 00:00:00Z')");
  await session.query("SET lockkeeper.sweep = 'on'; INSERT INTO t VALUES (2, '2024-01-01 00:00:00Z', 'by the sweep')");
  expect(await rows(session, "SELECT h FROM t ORDER BY id")).toEqual([["2024-01-01 00:00:00+00"], ["by the sweep"]]);
});

test("rows of partitions, of replication and of COPY are kept current too", async () => {
  await using session = await synced(
    `CREATE TABLE t (id int, a int, h bigint) PARTITION BY RANGE (id);
     CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
     CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);`,
    { column: "h", value: "a::bigint", how: "follows" },
  );
  await session.query("INSERT INTO t VALUES (1, 1); INSERT INTO t1 VALUES (2, 2)");
  await session.query("SET session_replication_role = replica; INSERT INTO t2 VALUES (12, 12)");
  await session.query("RESET session_replication_role; UPDATE t SET id = 13 WHERE id = 1");
  expect(await rows(session, "SELECT id, h::int FROM t ORDER BY id")).toEqual([
    [2, 2],
    [12, 12],
    [13, 1],
  ]);
});

test.each([
  ["(SELECT 1)", /query/],
  ["ctid::text", /ctid/],
  ["t.*::text", /t/],
  ["other.a::text", /other/],
  ["g::text", /generated/],
])("%s is no value that a trigger can give", async (value, reason) => {
  await expect(
    synced("CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED, h text)", {
      column: "h",
      value,
      how: "follows",
    }),
  ).rejects.toThrow(reason);
});
