import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CATALOGUE } from "../../src/errors/catalogue.ts";
import { sourceFiles } from "./source-files.ts";

const codes = Object.keys(CATALOGUE);

describe("the error catalogue", () => {
  test("every code is documented", () => {
    const documented = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
    const headings = [...documented.matchAll(/^## `([a-z_]+)`$/gm)].map(([, code]) => code);
    expect(headings.toSorted()).toEqual(codes.toSorted());
  });

  test("every code is thrown somewhere in src", () => {
    const thrown = new Set(sourceFiles("src").flatMap((file) => [...file.thrown]));
    expect(codes.filter((code) => !thrown.has(code))).toEqual([]);
  });

  test("every code is asked for by a test", () => {
    const tests = sourceFiles("test").filter(
      ({ path }) => path.endsWith(".test.ts") && !path.startsWith("test/house/"),
    );
    expect(codes.filter((code) => !tests.some(({ strings }) => strings.has(code)))).toEqual([]);
  });

  test("every code says what happened and what to do, in whole sentences", () => {
    for (const { summary, action } of Object.values(CATALOGUE)) {
      expect(summary).toMatch(/^[A-Z`].*\.$/);
      expect(action).not.toBe("");
    }
  });
});
