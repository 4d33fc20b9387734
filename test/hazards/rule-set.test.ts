import { beforeAll, expect, test } from "vitest";
import { applyStatement } from "../../src/catalog/state/apply-statement.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { effectsOf } from "../../src/effects/effects-of.ts";
import { type FileContext, type Part, StatementContext } from "../../src/hazards/context.ts";
import { cutParts } from "../../src/hazards/parts.ts";
import { DEFAULT_LINT_POLICY } from "../../src/hazards/policy.ts";
import { rulesFor } from "../../src/hazards/rule-set.ts";
import { RULES } from "../../src/hazards/rules.ts";
import { TransactionShape } from "../../src/hazards/transaction-shape.ts";
import { loadParser, parseStatement } from "../../src/sql/parse-statement.ts";
import { splitSql } from "../../src/sql/split-sql.ts";

beforeAll(loadParser);

/** Every statement of every rule's examples in its parts, with what was there before. */
function* partsOfExamples(): Iterable<Part> {
  for (const { setup = "", sql } of RULES.flatMap(({ bad, good }) => [...bad, ...good])) {
    const state = CatalogState.unknown(180_000);
    const transaction = new TransactionShape("none");
    const file: FileContext = {
      file: "example.sql",
      wrapping: "none",
      isOurs: false,
      policy: DEFAULT_LINT_POLICY,
      state,
      transaction,
      past: [],
      given: new Set(),
      said: new Set(),
    };
    for (const source of splitSql(`${setup}\n${sql}`).statements) {
      const statement = parseStatement(source, "example.sql");
      const effects = effectsOf(statement, state);
      yield* new StatementContext(file, { source, statement, effects }, undefined, [], 0).parts;
      applyStatement(state, statement);
    }
  }
}

test("a rule has nothing to say about parts that it is not asked about", () => {
  const everything = {
    ...DEFAULT_LINT_POLICY,
    severities: Object.fromEntries(RULES.map(({ id }) => [id, "info" as const])),
  };
  const rules = rulesFor(18, everything);
  const offenders: string[] = [];
  for (const part of partsOfExamples()) {
    const asked = rules.ofPart(part);
    for (const { id, check, on } of rules.all) {
      const isPassedOver = on !== undefined && !asked.some((rule) => rule.id === id);
      if (isPassedOver && [...(check?.(part) ?? [])].length > 0) {
        offenders.push(`${id}: ${part.text}`);
      }
    }
  }
  expect(offenders).toEqual([]);
});

test("rules are asked about the subcommands of ALTER TABLE that they name, and about the statement whatever it does", () => {
  const [add] = splitSql("ALTER TABLE t ADD COLUMN a int").statements.map((one) => parseStatement(one, "t.sql"));
  if (add === undefined) throw new Error("not parsed");
  const [part] = cutParts(add, "ALTER TABLE t ADD COLUMN a int");
  const rules = rulesFor(18, DEFAULT_LINT_POLICY);
  const ids = part === undefined ? [] : rules.ofPart(part).map(({ id }) => id);
  expect(ids).toContain("add-column-volatile-default");
  expect(ids).toContain("statement-will-fail");
  expect(ids).not.toContain("drop-column");
  expect(rules.ofStatement("AlterTableStmt").map(({ id }) => id)).toContain("combine-alter-tables");
});

test("rules that are off by themselves are asked only when the policy names them", () => {
  const ids = (severities: Readonly<Record<string, "info">>): readonly string[] =>
    rulesFor(18, { ...DEFAULT_LINT_POLICY, severities }).all.map(({ id }) => id);
  expect(ids({})).not.toContain("naming-convention");
  expect(ids({ "naming-convention": "info" })).toContain("naming-convention");
});
