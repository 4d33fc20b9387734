import { beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { compileSteps } from "../../src/plan/compile-plan.ts";
import type { PlannedStatement, Step } from "../../src/plan/plan.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { testDatabase } from "../support/database.ts";

const GIVEN = `CREATE TABLE orders (id int, total numeric, note text);
  INSERT INTO orders SELECT g, g, g FROM generate_series(1, 1000) g;
  CREATE TABLE day (at date) PARTITION BY RANGE (at);
  CREATE TABLE day_1 PARTITION OF day FOR VALUES FROM ('2026-01-01') TO ('2026-01-02');
  CREATE TABLE day_2 PARTITION OF day FOR VALUES FROM ('2026-01-02') TO ('2026-01-03');
  CREATE TABLE day_3 PARTITION OF day FOR VALUES FROM ('2026-01-03') TO ('2026-01-04');
  INSERT INTO day SELECT date '2026-01-01' + g % 3 FROM generate_series(1, 999) g; ANALYZE;`;

let state: CatalogState;
beforeAll(async () => {
  await loadParser();
  await using db = await testDatabase();
  await db.query(GIVEN);
  await using session = await connect(db.url);
  state = CatalogState.of(await readCatalog(session.query, { facts: true }), { user: "postgres" });
});

const planned = (text: string, briefSeconds: number): readonly Step[] =>
  compileSteps([{ kind: "sql", text, file: "m.sql", firstLine: 1 }], {
    phase: "expand",
    each: false,
    online: { state: state.clone(), policy: { briefSeconds } },
  });

const statementsOf = (step: Step): readonly PlannedStatement[] =>
  step.kind === "script" ? [] : step.kind === "ddl" ? step.statements : [step.statement];

const told = (steps: readonly Step[]): readonly (readonly string[])[] =>
  steps.map((step) => statementsOf(step).map(({ sql }) => sql));

/** What the statements work, each, as long as everything is brief. */
const secondsOf = (text: string): readonly number[] =>
  planned(text, 1_000)
    .flatMap(statementsOf)
    .map(({ effects = [] }) => effects.reduce((sum, { seconds = 0 }) => sum + seconds, 0));

const NOT_NULL = "ALTER TABLE orders ALTER COLUMN total SET NOT NULL";
const CHECK = "ALTER TABLE orders ADD CHECK (total > 0)";
const UNIQUE = "ALTER TABLE orders ADD UNIQUE (id)";
const all = (...statements: readonly string[]): string => statements.join(";\n");

describe("statements that are brief one by one", () => {
  test("share a transaction while all of them together are", () => {
    const text = all(NOT_NULL, CHECK, UNIQUE);
    const seconds = secondsOf(text);
    expect(seconds.every((one) => one > 0)).toBe(true);
    const sum = seconds.reduce((one, other) => one + other);
    expect(told(planned(text, sum))).toEqual([[NOT_NULL, CHECK, UNIQUE]]);
    expect(told(planned(text, Math.max(...seconds)))).toEqual([[NOT_NULL, CHECK], [UNIQUE]]);
  });

  test("count only where a lock is held meanwhile that keeps others out", () => {
    const [build = 0] = secondsOf(UNIQUE);
    const validate = "ALTER TABLE orders VALIDATE CONSTRAINT positive";
    const text = all("ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID", validate, UNIQUE);
    expect(told(planned(text, build))).toEqual([
      ["ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID", validate],
      [UNIQUE],
    ]);
    const weak = all("BEGIN", "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID", "COMMIT");
    expect(told(planned(all(weak, validate, UNIQUE), build)).slice(1)).toEqual([[validate, UNIQUE]]);
  });

  test("stay in the transaction that their author opened", () => {
    const text = all("BEGIN", NOT_NULL, CHECK, UNIQUE, "COMMIT");
    expect(told(planned(text, Math.max(...secondsOf(all(NOT_NULL, CHECK, UNIQUE)))))).toEqual([
      [NOT_NULL, CHECK, UNIQUE],
    ]);
  });

  test("share one statement only while all of them together are brief", () => {
    const written =
      "ALTER TABLE orders ALTER COLUMN total SET NOT NULL, ADD CHECK (total > 0), ADD UNIQUE (id), ALTER COLUMN note SET STATISTICS 5";
    const most = Math.max(...secondsOf(all(NOT_NULL, CHECK, UNIQUE)));
    expect(told(planned(written, 1_000))).toEqual([[written]]);
    const steps = planned(written, most);
    expect(steps.length).toBeGreaterThan(1);
    for (const step of steps) {
      const seconds = statementsOf(step).flatMap(({ effects = [] }) => effects.map(({ seconds = 0 }) => seconds));
      expect(seconds.reduce((one, other) => one + other, 0)).toBeLessThanOrEqual(most);
    }
  });

  test("may be the same statement on each of many partitions", () => {
    const text = "ALTER TABLE day ADD CONSTRAINT early CHECK (at > '2025-01-01')";
    const [together = 0] = secondsOf(text);
    expect(told(planned(text, together))).toEqual([[text]]);
    expect(told(planned(text, together / 2))).toEqual([
      [`${text} NOT VALID`],
      ["ALTER TABLE day VALIDATE CONSTRAINT early"],
    ]);
  });
});
