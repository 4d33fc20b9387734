import { beforeAll, expect, test } from "vitest";
import { compileSteps } from "../../src/plan/compile-plan.ts";
import type { ParsedFiles } from "../../src/plan/parsed-file.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";

beforeAll(loadParser);

test("the trees of a text that was read are kept for its plan, and no longer", () => {
  const parsed: ParsedFiles = new Map();
  const compile = (readOnly: boolean) =>
    compileSteps([{ kind: "sql", text: "CREATE TABLE t ();", file: "m.sql", firstLine: 1 }], {
      phase: "expand",
      each: false,
      parsed,
      readOnly,
    });
  compile(true);
  expect(parsed.size).toBe(1);
  compile(false);
  expect(parsed.size).toBe(0);
  compile(false);
  expect(parsed.size).toBe(0);
});
