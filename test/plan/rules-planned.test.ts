import { beforeAll, describe, expect, test } from "vitest";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { judgeFile } from "../../src/hazards/judge-file.ts";
import { DEFAULT_LINT_POLICY } from "../../src/hazards/policy.ts";
import type { Example } from "../../src/hazards/rule.ts";
import { RULES } from "../../src/hazards/rules.ts";
import { compileSteps } from "../../src/plan/compile-plan.ts";
import type { Step } from "../../src/plan/plan.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { stateAfter } from "../hazards/lint.ts";

/** PostgreSQL refuses these, whatever the plan, and nothing is changed. */
const FAIL_ANYWAY: ReadonlySet<string> = new Set(["alter-column-type-dependent-view"]);

/** The rules whose bad examples hold a lock through work, or what follows from it. */
const BLOCKING = RULES.filter(({ group, id }) => group === "blocking work" && !FAIL_ANYWAY.has(id));

const examples = BLOCKING.flatMap((rule) =>
  rule.bad
    .filter(({ wrapping }) => wrapping !== "tool")
    .map((example) => ({
      id: rule.id,
      sql: example.sql,
      example: { major: Math.min(rule.until ?? 18, 18), ...example },
    })),
);

const version = ({ major = 18, minor = 4 }: Example): number => major * 10_000 + minor;

function planned(example: Example): readonly Step[] | string {
  try {
    return compileSteps([{ kind: "sql", text: example.sql, file: "m.sql", firstLine: 1 }], {
      phase: "expand",
      each: false,
      online: { state: stateAfter(example.setup ?? "", version(example)), policy: { briefSeconds: 0 } },
    });
  } catch (error) {
    if (error instanceof LockkeeperError) return error.code;
    throw error;
  }
}

/** What lint says of each step of a plan, which our own runner runs. */
function findings(example: Example, steps: readonly Step[]): string[] {
  const state = stateAfter(example.setup ?? "", version(example));
  return steps.flatMap((step) => {
    if (step.kind === "script") return [];
    const text = (step.kind === "ddl" ? step.statements : [step.statement]).map(({ sql }) => `${sql};\n`).join("");
    return judgeFile({ file: "step.sql", text, wrapping: "own" }, state, DEFAULT_LINT_POLICY)
      .findings.filter(({ severity, rule }) => severity === "error" && BLOCKING.some(({ id }) => id === rule))
      .map(({ rule }) => `${rule}: ${text.trim()}`);
  });
}

beforeAll(loadParser);

describe("what a rule warns of", () => {
  test("is looked at in many examples", () => {
    expect(examples.length).toBeGreaterThan(45);
  });

  test.each(examples)("$id: the plan of this lints clean, or there is none: $sql", ({ example }) => {
    const plan = planned(example);
    if (typeof plan === "string") {
      expect(["plan_refused", "sql_transaction_control", "setting_unknown"]).toContain(plan);
      return;
    }
    expect(findings(example, plan)).toEqual([]);
  });

  test("has a plan, but for those that no form is known of", () => {
    const refused = examples.filter(({ example }) => typeof planned(example) === "string").map(({ id }) => id);
    expect([...new Set(refused)].toSorted()).toMatchInlineSnapshot(`
      [
        "add-column-not-null-no-default",
        "add-exclusion-constraint",
        "alter-domain-add-constraint",
        "alter-domain-set-not-null",
        "alter-type-attribute-cascade",
        "refresh-matview-non-concurrent",
      ]
    `);
  });
});
