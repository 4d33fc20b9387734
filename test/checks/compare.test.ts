import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ComparedResult,
  type CompareOptions,
  type ComparisonReport,
  compareDatabases,
} from "../../src/checks/compare/compare-databases.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const LIMITS = { jobs: 2, lockTimeoutMs: 1_000, timeoutMs: 60_000, mostRows: 1_000, sampleRows: 5 };

type Rest = Partial<Omit<CompareOptions, "databases">>;

async function compare(left: string, right: string, rest: Rest = {}): Promise<readonly ComparedResult[]> {
  return (await compareDatabases({ databases: { left, right }, ...LIMITS, ...rest })).results;
}

/** What is told of one table: its state, and what was found. */
const told = (results: readonly ComparedResult[], table: string): readonly string[] => {
  const result = results.find(({ check }) => check === table);
  return result === undefined
    ? ["nothing"]
    : result.state === "unchecked"
      ? [`unchecked: ${result.reason}`]
      : result.findings.map(({ message }) => message);
};

interface Case {
  readonly what: string;
  readonly left: string;
  readonly right: string;
  readonly rest?: Rest;
  readonly says: readonly string[];
}

const ODD =
  "CREATE TABLE t (id int PRIMARY KEY, a int8, n numeric, m numeric, p timestamptz, i interval, j jsonb, d int[], b bool)";

/** Each in a schema of its own in both databases; the table is `t`. */
const CASES: readonly Case[] = [
  {
    what: "rows that are the same in another order are the same",
    left: "CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t VALUES (1, 'a'), (2, NULL)",
    right:
      "CREATE TABLE t (x text, gone int, id int PRIMARY KEY); ALTER TABLE t DROP gone; INSERT INTO t VALUES (NULL, 2), ('a', 1)",
    says: [],
  },
  {
    what: "rows differ by a value, by NULL, and are missing on either side",
    left: "CREATE TABLE t (id int PRIMARY KEY, x text, n int); INSERT INTO t VALUES (1, 'a', 1), (2, '', 2), (3, 'c', 3), (4, 'd', 4)",
    right:
      "CREATE TABLE t (id int PRIMARY KEY, x text, n int); INSERT INTO t VALUES (1, 'b', 7), (2, NULL, 2), (3, 'c', 3), (5, 'e', 5), (6, 'f', 6)",
    says: [
      "2 rows are not the same in the other database: x (2), n (1).",
      "1 row is only here.",
      "2 rows are only in the other database.",
    ],
  },
  {
    what: "minus nought, not-a-number and trailing noughts are equal",
    left: "CREATE TABLE t (id int PRIMARY KEY, f float8, g float4, n numeric); INSERT INTO t VALUES (1, -0.0, 'NaN', 1.00), (2, 0.1, 0.1, 100)",
    right:
      "CREATE TABLE t (id int PRIMARY KEY, f float8, g float4, n numeric); INSERT INTO t VALUES (1, 0.0, 'NaN', 1.0), (2, 0.1, 0.1, 1e2)",
    says: [],
  },
  {
    what: "rows that have exchanged their values differ",
    left: "CREATE TABLE t (id int PRIMARY KEY, x text, n int); INSERT INTO t VALUES (1, 'a', 7), (2, 'b', 8), (3, 'c', 9)",
    right:
      "CREATE TABLE t (id int PRIMARY KEY, x text, n int); INSERT INTO t VALUES (1, 'b', 7), (2, 'a', 9), (3, 'c', 8)",
    says: ["3 rows are not the same in the other database: x (2), n (2)."],
  },
  {
    what: "what PostgreSQL's own hashes take for the same differs: signs, upper halves, a power of ten, dimensions",
    left: `${ODD}; INSERT INTO t (id, a) VALUES (1, -1), (10, 0); INSERT INTO t (id, n, m) VALUES (2, -5.25, 0), (3, 1, 1), (4, 0, 0);
      INSERT INTO t (id, p) VALUES (5, '2000-01-01Z'); INSERT INTO t (id, i) VALUES (6, '-1 second');
      INSERT INTO t (id, j) VALUES (7, '{"a": [[1], -2]}'); INSERT INTO t (id, d) VALUES (8, '{1,2,3,4}'); INSERT INTO t (id, b) VALUES (9, false)`,
    right: `${ODD}; INSERT INTO t (id, a) VALUES (1, 4294967295), (10, NULL); INSERT INTO t (id, n, m) VALUES (2, 5.25, 0), (3, 10000, 10000), (4, 'NaN', 0);
      INSERT INTO t (id, p) VALUES (5, '2000-01-01 01:11:34.967297Z'); INSERT INTO t (id, i) VALUES (6, '01:11:33.967296');
      INSERT INTO t (id, j) VALUES (7, '{"a": [[1, 2]]}'); INSERT INTO t (id, d) VALUES (8, '{{1,2},{3,4}}'); INSERT INTO t (id) VALUES (9)`,
    says: ["10 rows are not the same in the other database: n (3), a (2), m (1), p (1), i (1), j (1), d (1), b (1)."],
  },
  {
    what: "json and jsonb, whole numbers of two sizes, text and varchar, timestamps and dates are compared as one",
    left: `CREATE TABLE t (id int PRIMARY KEY, j json, n int, s varchar(9), c char(5), d date, f float8);
      INSERT INTO t VALUES (1, '{"a": 1,  "b":2}', 7, 'x', 'y', '2026-01-01', 0.1)`,
    right: `CREATE TABLE t (id bigint PRIMARY KEY, j jsonb, n numeric, s text, c text, d timestamp, f numeric);
      INSERT INTO t VALUES (1, '{"b": 2, "a": 1}', 7.0, 'x', 'y', '2026-01-01', 0.10)`,
    says: [
      "Column id is integer here and bigint in the other database.",
      "Column j is json here and jsonb in the other database.",
      "Column n is integer here and numeric in the other database.",
      "Column s is character varying(9) here and text in the other database.",
      "Column c is character(5) here and text in the other database.",
      "Column d is date here and timestamp without time zone in the other database.",
      "Column f is double precision here and numeric in the other database.",
    ],
  },
  {
    what: "labels of an enum are compared, not the numbers the server has for them",
    left: "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id mood PRIMARY KEY, all_of mood[]); INSERT INTO t VALUES ('ok', '{sad,ok}')",
    right:
      "CREATE TYPE other AS ENUM ('x'); CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE TABLE t (id mood PRIMARY KEY, all_of mood[]); INSERT INTO t VALUES ('ok', '{ok,ok}')",
    says: ["1 row is not the same in the other database: all_of (1)."],
  },
  {
    what: "letters are compared as they are written, whatever the collation calls equal",
    left: `CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TABLE t (id text COLLATE ci PRIMARY KEY, x text COLLATE ci); INSERT INTO t VALUES ('k', 'Anna')`,
    right: `CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TABLE t (id text COLLATE ci PRIMARY KEY, x text COLLATE ci); INSERT INTO t VALUES ('k', 'anna')`,
    says: ["1 row is not the same in the other database: x (1)."],
  },
  {
    what: "a table without a key is a heap of rows, some of them several times",
    left: "CREATE TABLE t (x int, y text); INSERT INTO t VALUES (1, 'a'), (1, 'a'), (1, 'a'), (2, 'b'), (NULL, NULL)",
    right: "CREATE TABLE t (x int, y text); INSERT INTO t VALUES (1, 'a'), (NULL, NULL), (3, 'c')",
    says: ["3 rows are only here.", "1 row is only in the other database."],
  },
  {
    what: "keys of several columns, with NULL in one that was named",
    left: "CREATE TABLE t (a int, b text, x int); INSERT INTO t VALUES (1, 'a', 1), (1, NULL, 2), (NULL, 'a', 3)",
    right: "CREATE TABLE t (a int, b text, x int); INSERT INTO t VALUES (1, 'a', 1), (1, NULL, 5), (NULL, 'b', 3)",
    rest: { key: ["a", "b"] },
    says: [
      "1 row is not the same in the other database: x (1).",
      "1 row is only here.",
      "1 row is only in the other database.",
    ],
  },
  {
    what: "columns that stand for others, also by an expression",
    left: "CREATE TABLE t (id int PRIMARY KEY, total numeric, name text); INSERT INTO t VALUES (1, 1.50, 'a b'), (2, 3, 'c d')",
    right:
      "CREATE TABLE t (id int PRIMARY KEY, cents int, first text, last text); INSERT INTO t VALUES (1, 150, 'a', 'b'), (2, 301, 'c', 'd')",
    rest: { maps: ["@.t.total=cents / 100.0", "@.t.name=first || ' ' || last"] },
    says: ["1 row is not the same in the other database: total (1)."],
  },
  {
    what: "a column that one side alone has is told, and one that is left out is not",
    left: "CREATE TABLE t (id int PRIMARY KEY, a int, at timestamptz); INSERT INTO t VALUES (1, 1, now())",
    right: "CREATE TABLE t (id int PRIMARY KEY, b int, at timestamptz); INSERT INTO t VALUES (1, 1, 'epoch')",
    rest: { ignore: ["at"] },
    says: [
      "Column a is only here; it was not compared.",
      "Column b is only in the other database; it was not compared.",
    ],
  },
  {
    what: "a partitioned table beside a plain one, with generated columns and what is stored aside",
    left: `CREATE TABLE t (id int, g int GENERATED ALWAYS AS (id * 2) STORED, x text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
      CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE t_2 PARTITION OF t DEFAULT;
      INSERT INTO t (id, x) SELECT n, repeat(md5(n::text), 4000) FROM generate_series(1, 20) n`,
    right: `CREATE TABLE t (id int PRIMARY KEY, g int, x text);
      INSERT INTO t SELECT n, n * 2, repeat(md5(n::text), 4000) || CASE n WHEN 7 THEN '!' ELSE '' END FROM generate_series(1, 20) n`,
    says: ["1 row is not the same in the other database: x (1)."],
  },
  {
    what: "rows of tables that inherit are their own",
    left: "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE z () INHERITS (t); INSERT INTO t VALUES (1); INSERT INTO z VALUES (2)",
    right: "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)",
    rest: { only: ["@.t"] },
    says: [],
  },
  {
    what: "only rows before a cut-off",
    left: "CREATE TABLE t (id int PRIMARY KEY, at date); INSERT INTO t VALUES (1, '2026-01-01'), (2, '2026-01-02')",
    right: "CREATE TABLE t (id int PRIMARY KEY, at date); INSERT INTO t VALUES (1, '2026-01-01')",
    rest: { only: ["@.t"], where: "at < '2026-01-02' -- the day" },
    says: [],
  },
  {
    what: "empty tables are the same, and one that is empty differs from one that is not",
    left: "CREATE TABLE t (id int PRIMARY KEY)",
    right:
      "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(-9223372036, 5) LIMIT 0; INSERT INTO t VALUES (-2147483648), (2147483647)",
    says: ["2 rows are only in the other database."],
  },
  {
    what: "keys at both ends of what a whole number holds",
    left: "CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t VALUES (-9223372036854775808), (0), (9223372036854775807)",
    right: "CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t VALUES (-9223372036854775808), (9223372036854775807)",
    says: ["1 row is only here."],
  },
  {
    what: "odd names, and a table without columns",
    left: `CREATE TABLE t ("Ünusual ""id""" uuid PRIMARY KEY, "select" point); INSERT INTO t VALUES ('00000000-0000-0000-0000-000000000001', '(1,2)')`,
    right: `CREATE TABLE t ("Ünusual ""id""" uuid PRIMARY KEY, "select" point); INSERT INTO t VALUES ('00000000-0000-0000-0000-000000000001', '(1,3)')`,
    says: ["1 row is not the same in the other database: select (1)."],
  },
];

/** Makes both sides of all cases, each statement list in the case's own schema. */
async function plant(db: TestDatabase, side: "left" | "right"): Promise<void> {
  for (const [nth, one] of CASES.entries()) {
    await db.query(`CREATE SCHEMA s${nth}; SET search_path = s${nth}; ${one[side]}`);
  }
  await db.query("RESET search_path");
}

const inSchema = (rest: Rest, nth: number): Rest => JSON.parse(JSON.stringify(rest).replaceAll("@", `s${nth}`)) as Rest;

/** A database of another encoding: its texts have other bytes, so that both sides hash what they print. */
async function latinDatabase(beside: TestDatabase): Promise<TestDatabase> {
  const made = await testDatabase();
  await beside.query(`DROP DATABASE ${made.name}`);
  await beside.query(
    `CREATE DATABASE ${made.name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc`,
  );
  return made;
}

const CASES_OF = CASES.map((one, nth) => ({ ...one, nth }));

describe.each(["record", "text"] as const)("by the method %s", (method) => {
  let left: TestDatabase;
  let right: TestDatabase;
  let all: ComparisonReport;
  beforeAll(async () => {
    left = await testDatabase();
    right = await (method === "record" ? testDatabase() : latinDatabase(left));
    // What a database sets for its sessions changes nothing.
    await left.query(`ALTER DATABASE ${right.name} SET TimeZone = 'Asia/Kathmandu';
      ALTER DATABASE ${right.name} SET DateStyle = 'German'; ALTER DATABASE ${right.name} SET extra_float_digits = -3`);
    await plant(left, "left");
    await plant(right, "right");
    all = await compareDatabases({ databases: { left: left.url, right: right.url }, ...LIMITS });
  });
  afterAll(() => Promise.all([left.drop(), right.drop()]));

  test("each side tells what it hashes by", () => {
    expect(all).toMatchObject({ method, database: left.name, against: { database: right.name } });
  });

  test.each(CASES_OF.filter(({ rest }) => rest === undefined))("$what", ({ says, nth }) => {
    expect(told(all.results, `s${nth}.t`)).toEqual(says);
  });

  test.each(CASES_OF.filter(({ rest }) => rest !== undefined))("$what", async ({ rest = {}, says, nth }) => {
    const schemas = { include: [`s${nth}`] };
    const results = await compare(left.url, right.url, { schemas, jobs: 1, ...inSchema(rest, nth) });
    expect(told(results, `s${nth}.t`)).toEqual(says);
  });

  test("a finding shows the rows by their keys, with both values of what differs", () => {
    const result = all.results.find(({ check }) => check === "s1.t");
    expect(result?.findings.map(({ rows, sample }) => ({ rows, sample }))).toEqual([
      {
        rows: 2,
        sample: [
          { id: "1", x: { here: "a", there: "b" }, n: { here: "1", there: "7" } },
          { id: "2", x: { here: "", there: null } },
        ],
      },
      { rows: 1, sample: [{ id: "4", x: "d", n: "4" }] },
      {
        rows: 2,
        sample: [
          { id: "5", x: "e", n: "5" },
          { id: "6", x: "f", n: "6" },
        ],
      },
    ]);
    expect(result?.rows).toEqual({ left: 4, right: 5 });
  });
});
