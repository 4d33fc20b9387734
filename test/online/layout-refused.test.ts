import { expect, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { changePrimaryKey } from "../../src/migrations/change-primary-key.ts";
import { partitionTable } from "../../src/migrations/partition-steps.ts";
import { type TypedStep, typedStepDefect } from "../../src/migrations/typed-step.ts";
import { compileSteps } from "../../src/plan/compile-plan.ts";
import { dataRemovals } from "../../src/plan/data-removals.ts";
import type { Step } from "../../src/plan/plan.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { testDatabase } from "../support/database.ts";

const TABLE = `CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b int, u int UNIQUE); INSERT INTO t VALUES (1, 'a', 1, 1);`;

const byHash = (
  table: string,
  keys: Readonly<Record<string, readonly string[]>> = { t_pkey: ["id", "a"], t_u_key: ["u", "a"] },
) => partitionTable({ table, by: "hash", columns: ["a"], partitions: 2, keys });

const REFUSED: readonly (readonly [given: string, step: (table: string) => TypedStep, reason: RegExp])[] = [
  ["", (t) => byHash(t, { t_pkey: ["id", "a"] }), /t_u_key keeps u unique.*only what includes a/],
  [
    "",
    (t) => byHash(t, { t_pkey: ["id", "a", "b"], t_u_key: ["u", "a"] }),
    /b may be null, and no column of a primary key may/,
  ],
  [
    "CREATE TABLE c (t_id int REFERENCES t);",
    byHash,
    /c_t_id_fkey of c refers to id, which PostgreSQL no longer keeps/,
  ],
  ["CREATE VIEW v AS SELECT id, a FROM t GROUP BY id;", byHash, /the view s\d+\.v groups by t_pkey/],
  ["ALTER TABLE t ADD UNIQUE (b, a) DEFERRABLE;", byHash, /t_b_a_key is deferrable/],
  ["ALTER TABLE t ADD CHECK (b > 0) NO INHERIT;", byHash, /t_b_check is NO INHERIT/],
  ["ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey;", byHash, /index for its replica identity/],
  ["CREATE PUBLICATION p FOR TABLE t;", byHash, /publication p would call the rows by the names of their partitions/],
  ["CREATE TABLE t_1_pkey ();", byHash, /there is a relation t_1_pkey already/],
  [
    `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
     CREATE TRIGGER g AFTER INSERT ON t REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION f();`,
    byHash,
    /trigger g fires for each row with a transition table/,
  ],
  ["", (table) => changePrimaryKey({ table, columns: ["id"] }), /id is its primary key already/],
  ["", (table) => changePrimaryKey({ table, columns: ["c"] }), /t has no column c/],
  ["", () => changePrimaryKey({ table: "s", columns: ["c"] }), /there is no table s/],
  [
    "ALTER TABLE t DROP CONSTRAINT t_pkey;",
    (table) => changePrimaryKey({ table, columns: ["u"] }),
    /t has no primary key/,
  ],
  [
    "CREATE TABLE c (t_id int REFERENCES t);",
    (table) => changePrimaryKey({ table, columns: ["u"], former: "dropped" }),
    /c_t_id_fkey of c relies on the key that is to be dropped/,
  ],
  [
    "CREATE VIEW v AS SELECT id, a FROM t GROUP BY id;",
    (table) => changePrimaryKey({ table, columns: ["u"] }),
    /the view s\d+\.v groups by t_pkey/,
  ],
  [
    "ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey;",
    (table) => changePrimaryKey({ table, columns: ["u"] }),
    /t_pkey is the replica identity of t/,
  ],
];

test("a layout that cannot be had for certain is refused, and one that can removes nothing", async () => {
  await using db = await testDatabase();
  for (const [at, [given]] of REFUSED.entries()) {
    await db.query(`CREATE SCHEMA s${at}; SET search_path = s${at}; ${TABLE} ${given}`);
  }
  await using session = await connect(db.url);
  const catalog = await readCatalog(session.query);
  await loadParser();
  const planOf = (step: (table: string) => TypedStep, schema: string): readonly Step[] => {
    const state = CatalogState.of(catalog, { user: "postgres" });
    const online = { state, policy: { briefSeconds: 0 }, now: new Date() };
    const authored = [{ kind: "typed", step: step(`${schema}.t`), file: "m.ts" }] as const;
    return compileSteps(authored, { phase: "expand", each: false, online });
  };
  for (const [at, [given, step, reason]] of REFUSED.entries()) {
    expect(() => planOf(step, `s${at}`), `${given} ${JSON.stringify(step("t"))}`).toThrow(reason);
  }
  // Where nothing stands against it, it removes nothing of the user's before `contract`.
  const steps = planOf(byHash, "s0").filter(({ phase }) => phase !== "contract");
  expect(steps.map(({ kind }) => kind)).toContain("sweep");
  const plan = { format: 1, migration: "m", direction: "up", checksum: "", steps } as const;
  expect(dataRemovals(plan)).toEqual([]);
});

test.each<[data: unknown, defect: RegExp]>([
  ["t", /is not an object/],
  [{ table: " ", columns: ["a"] }, /`table` is not the name of a table/],
  [{ table: "t", columns: [] }, /`columns` is not a list of columns/],
  [{ table: "t", columns: ["a", "a"] }, /`columns` is not a list of columns/],
  [{ table: "t", columns: ["a"], former: "kept" }, /`former` is neither/],
])("%j is no change of a primary key", (changePrimaryKey, defect) => {
  expect(typedStepDefect({ changePrimaryKey })?.defect).toMatch(defect);
});
