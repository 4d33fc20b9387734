import { beforeAll, describe, expect, test } from "vitest";
import { authoredUnits } from "../../src/plan/authored-units.ts";
import { compileSteps } from "../../src/plan/compile-plan.ts";
import type { Step } from "../../src/plan/plan.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { stateAfter } from "../hazards/lint.ts";

beforeAll(loadParser);

const compiled = (text: string, options: { readonly from?: number; readonly each?: boolean } = {}): readonly Step[] =>
  compileSteps([{ kind: "sql", text, file: "m.sql", firstLine: 1 }], { phase: "expand", each: false, ...options });

const told = (steps: readonly Step[]) =>
  steps.map((step) => ({
    settings: step.settings,
    runs:
      step.kind === "script" ? [] : (step.kind === "ddl" ? step.statements : [step.statement]).map(({ sql }) => sql),
  }));

const INDEX = "CREATE INDEX CONCURRENTLY i ON t (a)";

describe("what a file sets", () => {
  test.each(["SET lock_timeout = '2s'", "SET SESSION lock_timeout = '2s'", "SET LOCAL lock_timeout = '2s'"])(
    "is no step of its own: %s",
    (set) => {
      expect(told(compiled(`${set};\n${INDEX};\nRESET lock_timeout;`))).toEqual([
        { settings: ["SET LOCAL lock_timeout = '2s'"], runs: [INDEX] },
      ]);
      expect(compiled(`${set};`)).toEqual([]);
    },
  );

  test("is no step of its own where every statement is one", () => {
    expect(told(compiled("SET a.b = 1;\nCREATE TABLE one ();\nCREATE TABLE two ();", { each: true }))).toEqual([
      { settings: ["SET LOCAL a.b = 1"], runs: ["CREATE TABLE one ()"] },
      { settings: ["SET LOCAL a.b = 1"], runs: ["CREATE TABLE two ()"] },
    ]);
  });

  test("is repeated in the steps that follow, LOCAL or not", () => {
    const text = `SET LOCAL a.b = 1;\nCREATE TABLE one ();\nset\nlocal a.c = 2;\n${INDEX};`;
    expect(told(compiled(text))).toEqual([
      { settings: [], runs: ["SET LOCAL a.b = 1", "CREATE TABLE one ()", "SET LOCAL a.c = 2"] },
      { settings: ["SET LOCAL a.b = 1", "SET LOCAL a.c = 2"], runs: [INDEX] },
    ]);
  });

  test("LOCAL between BEGIN and COMMIT holds in every step that is made of them, and no longer", () => {
    const text =
      "BEGIN;\nSET LOCAL search_path = s;\nSET a.b = 1;\nALTER TABLE t ALTER a SET NOT NULL;\nCOMMIT;\nDROP TABLE u;";
    const steps = compileSteps([{ kind: "sql", text, file: "m.sql", firstLine: 1 }], {
      phase: "expand",
      each: false,
      online: { state: stateAfter("CREATE SCHEMA s; CREATE TABLE s.t (a int);", 180_004), policy: { briefSeconds: 0 } },
    });
    expect(steps.length).toBeGreaterThan(2);
    const both = ["SET LOCAL search_path = s", "SET LOCAL a.b = 1"];
    expect(steps.slice(1, -1).map(({ settings }) => settings)).toEqual(steps.slice(1, -1).map(() => both));
    expect(told(steps).at(-1)).toEqual({ settings: ["SET LOCAL a.b = 1"], runs: ["DROP TABLE u"] });
  });

  test("is known of each statement that stands behind it, however many steps there are", () => {
    const text = `SET a.b = 1;\nCREATE TABLE one ();\nSET a.c = 2;\nCREATE TABLE two ();\nSELECT set_config('a.d', '3', false);\nSELECT 1;`;
    const units = authoredUnits(compiled(text)).map(({ sql, settings }) => [sql.slice(0, 16), settings]);
    expect(units.map(([, settings]) => settings)).toEqual([
      '["SET LOCAL a.b = 1"]',
      ...Array(3).fill('["SET LOCAL a.b = 1","SET LOCAL a.c = 2"]'),
    ]);
    const each = authoredUnits(compiled(text, { each: true })).map(({ sql, settings }) => [sql.slice(0, 16), settings]);
    expect(each).toEqual(units);
  });

  test("is not counted among what was done, and still holds for the rest", () => {
    const text = `SET a.b = 1;\nCREATE TABLE one ();\nSET a.c = 2;\nCREATE TABLE two ();`;
    expect(told(compiled(text, { from: 1 }))).toEqual([
      { settings: ["SET LOCAL a.b = 1", "SET LOCAL a.c = 2"], runs: ["CREATE TABLE two ()"] },
    ]);
    expect(compiled(text, { from: 2 })).toEqual([]);
  });
});
