import { describe, expect, test } from "vitest";
import { loadFindings } from "../../../src/safety/rehearsal/findings.ts";
import type { ScriptReport } from "../../../src/safety/rehearsal/load/load-report.ts";
import { parseLoad, statementsOfCall } from "../../../src/safety/rehearsal/load/parse-load.ts";
import { latenciesOf } from "../../../src/safety/rehearsal/load/replay-load.ts";

describe("a script of the load", () => {
  test("says its name, its rate and its variables, and casts are none", () => {
    const script = parseLoad(
      "-- name: find an order\n-- rate: 2.5/s\n\\set id random(3, 3)\n\\set most 7\nSELECT total::numeric FROM orders WHERE id = :id LIMIT :most;\nSELECT ':no', :unknown;",
      "load/find.sql",
    );
    expect(script).toMatchObject({ name: "find an order", rate: 2.5 });
    expect(statementsOfCall(script)).toEqual([
      "SELECT total::numeric FROM orders WHERE id = 3 LIMIT 7",
      "SELECT ':no', :unknown",
    ]);
  });

  test("takes its name from its file, and numbers within their bounds", () => {
    const script = parseLoad("\\set n random(-2, 2)\nSELECT :n", "load/any.sql");
    expect(script).toMatchObject({ name: "any", rate: 10 });
    expect(statementsOfCall(script, () => 0)).toEqual(["SELECT -2"]);
    expect(statementsOfCall(script, () => 0.999)).toEqual(["SELECT 2"]);
  });

  test.each([
    ["-- nothing", "There is no statement"],
    ["\\setshell x y\nSELECT 1", "a.sql:1"],
    ["SELECT 1;\n\\set x random(2, 1)", "a.sql:2"],
    ["-- rate: 0\nSELECT 1", "a.sql:1"],
    ["-- rate: often\nSELECT 1", "a.sql:1"],
  ])("that is none is refused at its line: %j", (text, message) => {
    expect(() => parseLoad(text, "a.sql")).toThrow(message);
  });
});

const latencies = (...ms: number[]) => latenciesOf(ms.map((one) => ({ ms: one })));

const report = (more: Partial<ScriptReport>): ScriptReport => ({
  name: "find",
  rate: 10,
  before: latencies(1, 2, 3),
  during: latencies(1, 2, 4),
  longestAt: null,
  errors: [],
  ownErrors: [],
  timeline: [],
  ...more,
});

describe("what the load felt", () => {
  test("is told by its percentiles and its longest call", () => {
    expect(latencies(...Array.from({ length: 100 }, (_, nth) => nth + 1))).toEqual({
      calls: 100,
      p50Ms: 51,
      p95Ms: 96,
      longestMs: 100,
    });
    expect(latencies()).toEqual({ calls: 0, p50Ms: 0, p95Ms: 0, longestMs: 0 });
  });

  test("is a finding when a call was held up, or failed as it had not before", () => {
    expect(loadFindings("run again", { scripts: [report({})] })).toEqual([]);
    const at = { migration: "0001_a", step: 2, title: "LOCK TABLE orders" };
    const findings = loadFindings("run again", {
      scripts: [
        report({ during: latencies(1, 2_500), longestAt: at }),
        report({ errors: [{ sqlState: "42703", message: "column x does not exist", count: 3, at }] }),
      ],
    });
    expect(findings.map(({ code, severity, step }) => ({ code, severity, step }))).toEqual([
      { code: "load-stalled", severity: "warning", step: at },
      { code: "load-failed", severity: "error", step: at },
    ]);
    expect(findings[1]?.message).toContain("failed 3 times");
  });
});
