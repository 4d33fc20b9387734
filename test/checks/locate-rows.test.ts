import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { type Comparison, locateRows, type Sizes } from "../../src/checks/compare/locate-rows.ts";
import { matchRows } from "../../src/checks/compare/match-rows.ts";
import { pairTables } from "../../src/checks/compare/pair-tables.ts";
import { READING_SETTINGS } from "../../src/checks/compare/reading-settings.ts";
import type { TablePair } from "../../src/checks/compare/table-pair.ts";
import { connect, type Session } from "../../src/postgres/session.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

/** So small that a few rows go through all passes. */
const SIZES: Sizes = { rowsASegment: 4, segmentsAtFirst: 4, segments: 32, rowsAtLast: 2, sent: 3 };
const TRIALS = 40;

/** Columns of the key, and SQL that makes them of a number. */
const KEYS = {
  whole: { columns: "a int NOT NULL", key: "a", make: "n" },
  sparse: {
    columns: "a bigint NOT NULL",
    key: "a",
    make: "CASE WHEN n % 3 = 0 THEN n ELSE n::bigint * 1000000007 - 5 END",
  },
  several: { columns: "a int NOT NULL, b text NOT NULL", key: "a, b", make: "n % 3, chr(64 + n) || 'é'" },
  text: {
    columns: "a text NOT NULL",
    key: "a",
    make: "CASE WHEN n % 2 = 0 THEN upper(md5(n::text)) ELSE md5(n::text) END",
  },
  uuid: { columns: "a uuid NOT NULL", key: "a", make: "md5(n::text)::uuid" },
  none: { columns: "a int", key: "", make: "n % 5" },
} as const;
type Kind = keyof typeof KEYS;
const KINDS = Object.keys(KEYS) as Kind[];

let db: TestDatabase;
let session: Session;
const pairs = new Map<Kind, TablePair>();

beforeAll(async () => {
  db = await testDatabase();
  for (const kind of KINDS) {
    const { columns, key } = KEYS[kind];
    for (const side of ["l", "r"]) {
      const constraint = key === "" ? "" : `, PRIMARY KEY (${key})`;
      await db.query(
        `CREATE TABLE ${kind}_${side} (${columns}, x text, y numeric, z float8[]${constraint}); INSERT INTO ${kind}_${side} SELECT ${KEYS[kind].make} FROM generate_series(1, 20) n; ANALYZE ${kind}_${side}`,
      );
    }
  }
  session = await connect(db.url);
  const catalog = await readCatalog(session.query);
  const maps = KINDS.map((kind) => `${kind}_l=${kind}_r`);
  const paired = pairTables(
    { left: catalog, right: catalog },
    { left: () => 20, right: () => 20 },
    { only: KINDS.map((kind) => `${kind}_l`), maps },
  );
  for (const [nth, kind] of KINDS.entries()) {
    const pair = paired.pairs[nth];
    if (pair !== undefined) pairs.set(kind, pair);
  }
  for (const sql of READING_SETTINGS) await session.query(sql.replace("SET LOCAL", "SET"));
});
afterAll(async () => {
  await session?.end();
  await db.drop();
});

/** Fills both tables of a kind with rows that are mostly the same. */
const fill = (kind: Kind, rows: number, changes: number, seed: number): string => {
  const { make } = KEYS[kind];
  const [l, r] = [`public.${kind}_l`, `public.${kind}_r`];
  const value =
    "CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'v' || n END, n / 10.0, ARRAY[n, NULL, 'NaN']::float8[]";
  return `SELECT setseed(${seed}); TRUNCATE ${l}, ${r};
    INSERT INTO ${l} SELECT ${make}, ${value} FROM generate_series(1, ${rows}) n;
    INSERT INTO ${r} SELECT * FROM ${l};
    DELETE FROM ${l} WHERE random() < ${changes}; DELETE FROM ${r} WHERE random() < ${changes};
    UPDATE ${l} SET x = NULL WHERE random() < ${changes}; UPDATE ${r} SET x = '' WHERE random() < ${changes};
    UPDATE ${l} SET y = y + 0.00 WHERE random() < 0.5; UPDATE ${r} SET y = NULL WHERE random() < ${changes} / 2;
    UPDATE ${r} SET z = array_remove(z, NULL) WHERE random() < ${changes} / 2`;
};

/** The same by a join. */
async function oracle(kind: Kind): Promise<Record<"onlyLeft" | "onlyRight" | "differing", number>> {
  const [l, r] = [`public.${kind}_l`, `public.${kind}_r`];
  const { key } = KEYS[kind];
  const [row] = await db.query<Record<"onlyLeft" | "onlyRight" | "differing", number>>(
    key === ""
      ? `SELECT (SELECT count(*) FROM (TABLE ${l} EXCEPT ALL TABLE ${r}) d)::int AS "onlyLeft",
           (SELECT count(*) FROM (TABLE ${r} EXCEPT ALL TABLE ${l}) d)::int AS "onlyRight", 0 AS differing`
      : `SELECT count(*) FILTER (WHERE r.a IS NULL)::int AS "onlyLeft", count(*) FILTER (WHERE l.a IS NULL)::int AS "onlyRight",
           count(*) FILTER (WHERE l.a IS NOT NULL AND r.a IS NOT NULL AND (l.x, l.y, l.z) IS DISTINCT FROM (r.x, r.y, r.z))::int AS differing
         FROM ${l} AS l FULL JOIN ${r} AS r USING (${key})`,
  );
  if (row === undefined) throw new Error("the oracle is silent");
  return row;
}

const sum = (rows: ReadonlyMap<string, number>): number => [...rows.values()].reduce((all, one) => all + one, 0);

test.each(KINDS)("rows that differ are found like a join finds them, whatever they are known by: %s", async (kind) => {
  const pair = pairs.get(kind);
  if (pair === undefined) throw new Error(`no pair of ${kind}`);
  expect(pair.rangeBy?.name).toBe(kind === "whole" || kind === "sparse" || kind === "several" ? "a" : undefined);
  for (let trial = 0; trial < TRIALS; trial++) {
    const changes = [0, 0.02, 0.1, 0.9][trial % 4] ?? 0;
    await db.query(fill(kind, trial * 2, changes, trial / TRIALS));
    const method = trial % 3 === 0 ? "text" : "record";
    const comparison: Comparison = { sessions: { left: session, right: session }, method };
    const found = await locateRows(pair, comparison, 1_000, SIZES);
    const { onlyLeft, onlyRight, differing } = found;
    const counts = { onlyLeft: sum(onlyLeft), onlyRight: sum(onlyRight), differing: sum(differing) };
    expect({ trial, ...counts }).toEqual({ trial, ...(await oracle(kind)) });
    expect(found.isComplete).toBe(true);
  }
});

test("of more rows than are looked for, some are found, and it is told that there are more", async () => {
  const pair = pairs.get("whole");
  if (pair === undefined) throw new Error("no pair");
  await db.query(fill("whole", 400, 0, 0));
  await db.query("UPDATE public.whole_r SET x = 'other'");
  const found = await locateRows(pair, { sessions: { left: session, right: session }, method: "record" }, 5, SIZES);
  expect(found.isComplete).toBe(false);
  expect(found.differing.size).toBeGreaterThanOrEqual(5);
  expect(found.rows).toEqual({ left: 400, right: 400 });
});

test("the rows are hashed and added up by several processes where the server has them", async () => {
  const pair = pairs.get("whole");
  if (pair === undefined) throw new Error("no pair");
  await db.query(`${fill("whole", 2_000, 0, 0)}; ANALYZE public.whole_l`);
  const asked: string[] = [];
  const heard: Session = {
    ...session,
    batch: (statements) => {
      asked.push(...statements.map(({ sql }) => sql));
      return session.batch(statements);
    },
  };
  await locateRows(pair, { sessions: { left: heard, right: heard }, method: "record" }, 5, SIZES);
  await db.query("SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET search_path = pg_catalog");
  const plan = await db.query<{ "QUERY PLAN": string }>(`EXPLAIN (COSTS off) ${asked[0]}`);
  await db.query("RESET ALL");
  expect(plan.map((line) => line["QUERY PLAN"]).join("\n")).toMatch(
    /Gather[\s\S]*Partial HashAggregate[\s\S]*Parallel Seq Scan/,
  );
});

test("rows that are known by the same are matched one by one", () => {
  const row = (identity: string, hash: string, rows = 1): { identity: string; hash: string; rows: number } => ({
    identity,
    hash,
    rows,
  });
  const { onlyLeft, onlyRight, differing } = matchRows(
    [row("a", "1", 3), row("a", "2"), row("b", "1"), row("c", "1", 2)],
    [row("a", "1", 1), row("a", "3"), row("b", "1"), row("c", "2", 3)],
  );
  expect([...onlyLeft]).toEqual([["a", 2]]);
  expect([...onlyRight]).toEqual([["c", 1]]);
  expect([...differing]).toEqual([
    ["a", 1],
    ["c", 2],
  ]);
});
