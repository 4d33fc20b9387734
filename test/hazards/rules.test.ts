import { beforeAll, describe, expect, test } from "vitest";
import { RULES } from "../../src/hazards/rules.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { lint } from "./lint.ts";

beforeAll(loadParser);

describe.each(RULES.map((rule) => ({ rule, id: rule.id })))("$id", ({ rule }) => {
  const on = rule.optIn === true ? { severities: { [rule.id]: rule.severity } } : {};
  const major = Math.min(rule.until ?? 18, Math.max(rule.since ?? 18, 18));

  test.each(rule.bad)("is found in: $sql", (example) => {
    const { findings, unchecked } = lint({ major, ...example }, on);
    expect(unchecked.filter(({ kind }) => kind !== "dynamic")).toEqual([]);
    const lines = findings.filter((finding) => finding.rule === rule.id).map(({ line }) => line);
    expect(lines).toContain(example.line ?? 1);
  });

  test.each(rule.good)("is not found in: $sql", (example) => {
    const { findings, unchecked } = lint({ major, ...example }, on);
    expect(unchecked.filter(({ kind }) => kind !== "dynamic")).toEqual([]);
    expect(findings.filter((finding) => finding.rule === rule.id)).toEqual([]);
  });
});
