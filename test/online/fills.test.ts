import { beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { readDirectives } from "../../src/migrations/directives.ts";
import { authoredUnits } from "../../src/plan/authored-units.ts";
import { compileSteps } from "../../src/plan/compile-plan.ts";
import type { Step } from "../../src/plan/plan.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const GIVEN = `CREATE TABLE orders (id int PRIMARY KEY, total numeric, note varchar(9));
  INSERT INTO orders SELECT g, g FROM generate_series(1, 100) g;
  CREATE TABLE empty (id int); ANALYZE;`;

async function catalogOf(db: TestDatabase): Promise<CatalogState> {
  await using session = await connect(db.url);
  return CatalogState.of(await readCatalog(session.query, { facts: true }), { user: "postgres" });
}

let state: CatalogState;
beforeAll(async () => {
  await loadParser();
  await using db = await testDatabase();
  await db.query(GIVEN);
  state = await catalogOf(db);
});

const planned = (text: string, briefSeconds = 0, found = state): readonly Step[] =>
  compileSteps([{ kind: "sql", text, file: "m.sql", firstLine: 1 }], {
    phase: "expand",
    each: false,
    online: { state: found.clone(), policy: { briefSeconds } },
    using: readDirectives(text, "m.sql").using,
  });

const statementsOf = (step: Step) =>
  step.kind === "script" ? [] : step.kind === "ddl" ? step.statements : [step.statement];
/** Each statement with its phase, without those that are rolled back. */
const told = (steps: readonly Step[]): readonly string[] =>
  steps.flatMap((step) =>
    statementsOf(step)
      .filter(({ isTrial }) => isTrial !== true)
      .map(({ sql }) => `${step.kind === "sweep" ? "sweep" : step.phase}: ${sql}`),
  );

describe("what is made of a column whose values differ from row to row", () => {
  test("is the column with its default, then one sweep that leaves values that are there", () => {
    const steps = planned("ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid()");
    expect(steps.map((step) => (step.kind === "sweep" ? step.sweep : step.kind))).toEqual([
      "ddl",
      {
        table: { schema: "public", name: "orders" },
        action: { kind: "update", set: "token = gen_random_uuid()" },
        where: "token IS NULL",
        left: "token IS NULL",
        othersMayLeave: true,
        visits: "again",
        triggers: "skip",
      },
    ]);
  });

  test("visits each row once where nobody can tell afterwards which were visited", () => {
    const steps = planned("ALTER TABLE orders ADD COLUMN luck int DEFAULT CASE WHEN random() < 0.5 THEN 1 END");
    const [sweep] = steps.flatMap((step) => (step.kind === "sweep" ? [step.sweep] : []));
    expect(sweep).toMatchObject({ where: "luck IS NULL", visits: "once" });
    expect(sweep).not.toHaveProperty("left");
  });

  test("of an identity column is a sequence that everybody may use, until the column's own takes its place", () => {
    expect(told(planned("ALTER TABLE orders ADD COLUMN nr int GENERATED ALWAYS AS IDENTITY (START 5)"))).toEqual([
      "expand: CREATE SEQUENCE public.lockkeeper_orders_nr_seq AS integer START WITH 5 INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 CACHE 1 NO CYCLE",
      "expand: GRANT USAGE ON SEQUENCE public.lockkeeper_orders_nr_seq TO PUBLIC",
      "expand: ALTER TABLE orders ADD COLUMN nr int, ALTER COLUMN nr SET DEFAULT nextval('public.lockkeeper_orders_nr_seq'::regclass)",
      "expand: ALTER SEQUENCE public.lockkeeper_orders_nr_seq OWNED BY public.orders.nr",
      "sweep: UPDATE public.orders SET nr = nextval('public.lockkeeper_orders_nr_seq'::regclass) WHERE nr IS NULL",
      ...notNull("nr"),
      "cutover: ALTER TABLE orders ALTER COLUMN nr DROP DEFAULT, ALTER COLUMN nr ADD GENERATED ALWAYS AS IDENTITY (START 5)",
      "cutover: SELECT pg_catalog.setval('public.orders_nr_seq', last_value, is_called) FROM public.lockkeeper_orders_nr_seq",
      "cutover: DROP SEQUENCE public.lockkeeper_orders_nr_seq",
    ]);
  });

  test("of several columns is one sweep", () => {
    const sweeps = planned(
      "ALTER TABLE orders ADD COLUMN a uuid DEFAULT gen_random_uuid(), ADD COLUMN b varchar(9) DEFAULT left(random()::text, 9), ADD COLUMN c text GENERATED ALWAYS AS (total::text) STORED",
    ).flatMap((step) => (step.kind === "sweep" ? [step.sweep] : []));
    expect(sweeps.map(({ action, where }) => [action, where])).toEqual([
      [
        {
          kind: "update",
          set: `a = COALESCE(a, CAST(gen_random_uuid() AS uuid)), b = COALESCE(b, CAST(left(random()::text, 9) AS pg_catalog."varchar")), c = CAST((total::text) AS text)`,
        },
        "(a IS NULL) OR (b IS NULL) OR (c IS DISTINCT FROM CAST((total::text) AS text))",
      ],
    ]);
  });

  test("of several statements that follow each other is one sweep as well", () => {
    const text = `-- lockkeeper: using need = id
ALTER TABLE orders ADD COLUMN a uuid DEFAULT gen_random_uuid();
ALTER TABLE orders ADD COLUMN need int NOT NULL;
ALTER TABLE orders ADD COLUMN c int DEFAULT 5;
ALTER TABLE orders ADD COLUMN d serial;
ALTER TABLE orders ADD COLUMN e text GENERATED ALWAYS AS (upper(a::text)) STORED, ADD COLUMN f bigserial;`;
    const steps = planned(text).filter(({ phase }) => phase !== "contract");
    const sweeps = steps.flatMap((step) => (step.kind === "sweep" ? [step.sweep.where] : []));
    expect(sweeps).toEqual([
      "(a IS NULL) OR (need IS NULL)",
      "(d IS NULL) OR (e IS DISTINCT FROM CAST((upper(a::text)) AS text)) OR (f IS NULL)",
    ]);
    expect(authoredUnits(steps).map(({ sql, at }) => [at.line, sql])).toEqual(
      text
        .split(";")
        .map((sql, index) => [index + 2, sql.trim().replace(/^--.*\n/, "")])
        .slice(0, 5),
    );
  });

  test("says that a stored generated column becomes one that a trigger keeps", () => {
    const steps = planned("ALTER TABLE orders ADD COLUMN twice numeric GENERATED ALWAYS AS (total * 2) STORED");
    const notes = steps.flatMap(statementsOf).flatMap((one) => one.notes ?? []);
    expect(notes[0]).toMatch(/^twice of public\.orders becomes an ordinary column, and a trigger keeps it/);
  });

  test("takes indexes and constraints behind the sweep", () => {
    const steps = told(
      planned("ALTER TABLE orders ADD COLUMN nr int UNIQUE DEFAULT random() * 9 CHECK (nr > 0) REFERENCES orders"),
    );
    const sweep = steps.findIndex((sql) => sql.startsWith("sweep"));
    expect(steps.findIndex((sql) => /UNIQUE INDEX|CHECK|FOREIGN KEY/.test(sql))).toBeGreaterThan(sweep);
    expect(sweep).toBe(1);
  });

  test("is what is written, where the table is empty, new or small", () => {
    for (const [sql, briefSeconds] of [
      ["ALTER TABLE empty ADD COLUMN nr serial", 0],
      ["ALTER TABLE orders ADD COLUMN nr serial", 0.05],
      ["ALTER TABLE empty ADD COLUMN need int NOT NULL", 0],
      ["ALTER TABLE orders ADD COLUMN at timestamptz NOT NULL DEFAULT now()", 0],
    ] as const) {
      expect(told(planned(sql, briefSeconds))).toEqual([`expand: ${sql}`]);
    }
    expect(told(planned("CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN nr bigserial"))).toHaveLength(2);
  });

  test("with `using` is filled in a small table too, whose rows the statement would not stand", () => {
    const text = "-- lockkeeper: using need = id * 2\nALTER TABLE orders ADD COLUMN need int NOT NULL";
    expect(told(planned(text, 0.05)).filter((sql) => sql.startsWith("sweep"))).toEqual([
      "sweep: UPDATE public.orders SET need = id * 2 WHERE need IS NULL",
    ]);
    expect(told(planned(text.replaceAll("orders", "empty"), 0.05))).toEqual([
      "expand: ALTER TABLE empty ADD COLUMN need int NOT NULL",
    ]);
  });
});

describe("the trial of `using`", () => {
  const first = (text: string): readonly (string | undefined)[] =>
    planned(text).map((step) => statementsOf(step).find(({ isTrial }) => isTrial !== true)?.sql ?? "(trial)");

  test("comes before everything else, behind the settings under which it is read", () => {
    const text = `-- lockkeeper: using need = id * 2
CREATE TABLE one (); SET search_path = public, pg_temp; CREATE TABLE two (); ALTER TABLE orders ADD COLUMN need int NOT NULL;`;
    expect(first(text).slice(0, 3)).toEqual(["CREATE TABLE one ()", "(trial)", "CREATE TABLE two ()"]);
    expect(first(text.replace("SET search_path = public, pg_temp;", ""))[0]).toBe("(trial)");
  });

  test("waits for the column that it reads", () => {
    const text = `-- lockkeeper: using need = fresh
CREATE TABLE one (); ALTER TABLE orders ADD COLUMN fresh int DEFAULT 1; ALTER TABLE orders ADD COLUMN need int NOT NULL;`;
    expect(first(text).slice(0, 2)).toEqual(["CREATE TABLE one ()", "(trial)"]);
  });
});

test("while an identity column is filled, those go on inserting who have no rights but on the table", async () => {
  await using db = await testDatabase();
  await db.query(`${GIVEN} GRANT INSERT, SELECT ON orders TO pg_monitor; GRANT USAGE ON SCHEMA public TO pg_monitor;`);
  const steps = planned("ALTER TABLE orders ADD COLUMN nr int GENERATED ALWAYS AS IDENTITY", 0, await catalogOf(db));
  const insert = (id: number) =>
    db.query(`SET ROLE pg_monitor; INSERT INTO orders (id) VALUES (${id}); RESET ROLE`).then(() => undefined);
  for (const [index, step] of steps.entries()) {
    for (const { sql } of statementsOf(step)) await db.query(sql);
    await insert(1000 + index);
  }
  expect(steps.length).toBeGreaterThan(3);
  expect(await db.query("SELECT count(*)::int AS n, max(nr) AS last FROM orders")).toEqual([
    { n: 100 + steps.length, last: 100 + steps.length },
  ]);
});

/** As the run's server proves it. */
function notNull(column: string): readonly string[] {
  return state.major >= 18
    ? [
        `migrate: ALTER TABLE orders ADD CONSTRAINT orders_${column}_not_null NOT NULL ${column} NOT VALID`,
        `migrate: ALTER TABLE orders VALIDATE CONSTRAINT orders_${column}_not_null`,
      ]
    : [
        `migrate: ALTER TABLE orders ADD CONSTRAINT lockkeeper_${column}_not_null CHECK (${column} IS NOT NULL) NOT VALID`,
        `migrate: ALTER TABLE orders VALIDATE CONSTRAINT lockkeeper_${column}_not_null`,
        `cutover: ALTER TABLE orders ALTER COLUMN ${column} SET NOT NULL`,
        `cutover: ALTER TABLE orders DROP CONSTRAINT lockkeeper_${column}_not_null`,
      ];
}
