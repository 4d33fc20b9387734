import type { PlannedStatement, Step } from "../plan/plan.ts";
import { forSession } from "../plan/settings.ts";
import type { ShownPlan } from "./plan-text.ts";

/** The plans as a script that psql can run; what only Lockkeeper can do stands in it as a comment. */
export function planScript(plans: readonly ShownPlan[]): string {
  const head = ["-- psql -X -f THIS_FILE; nothing of it is recorded in the history.", "\\set ON_ERROR_STOP on", ""];
  return [
    ...head,
    ...plans.flatMap(({ file, plan }) => [`-- ${plan.migration} (${file})`, ...plan.steps.flatMap(stepSql), ""]),
  ].join("\n");
}

function stepSql(step: Step): string[] {
  switch (step.kind) {
    case "ddl":
      return ["BEGIN;", ...step.settings.map(ended), ...step.statements.flatMap(statementSql), "COMMIT;"];
    case "concurrent": {
      // Outside a transaction SET LOCAL has no effect.
      const settings = step.settings.map((setting) => ended(forSession(setting)));
      return [...settings, ...statementSql(step.statement), ...(settings.length > 0 ? ["RESET ALL;"] : [])];
    }
    case "script":
      return [`-- ${step.title} runs in Lockkeeper only.`];
  }
}

/** A line of its own for the semicolon where the statement ends in a comment that would swallow it. */
function ended(sql: string): string {
  return /--[^\n]*$/.test(sql) ? `${sql}\n;` : `${sql};`;
}

function statementSql({ sql, copyData }: PlannedStatement): string[] {
  return copyData === undefined ? [ended(sql)] : [ended(sql), `${copyData}\\.`];
}
