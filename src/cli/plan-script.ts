import type { PlannedStatement, Step } from "../plan/plan.ts";
import { forSession } from "../plan/settings.ts";
import type { RunPolicy } from "../run/policy.ts";
import { withoutPasswords } from "../run/redact.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { sweepScript } from "./plan-sweep.ts";
import type { ShownPlan } from "./plan-text.ts";

/**
 * The plans as a script that psql can run; what only Lockkeeper can do stands in it as a comment.
 *
 * @param policy how long others may queue behind a lock the script waits for, and who owns what it creates
 */
export function planScript(
  plans: readonly ShownPlan[],
  { lockTimeoutMs, role }: Pick<RunPolicy, "lockTimeoutMs" | "role">,
): string {
  const timeout = `SET lock_timeout = ${lockTimeoutMs};`;
  const head = [
    "-- psql -X -f THIS_FILE; nothing of it is recorded in the history.",
    "-- A statement that does not get its lock in time ends the script, and its transaction is rolled back. Trying again",
    "-- is the operator's: from that transaction on, or from that statement where it stands outside of a transaction. An",
    "-- index that a failed CREATE INDEX CONCURRENTLY leaves is INVALID and must be dropped first.",
    "\\set ON_ERROR_STOP on",
    timeout,
    ...(role === undefined ? [] : [`SET ROLE ${quoteIdentifier(role)};`]),
    "",
  ];
  return [
    ...head,
    ...plans.flatMap(({ file, plan, asWritten, done = [] }) => [
      `-- ${plan.migration} (${file}${asWritten === undefined ? "" : `; as written: ${asWritten}`})`,
      ...plan.steps.flatMap((step, ordinal) =>
        done.includes(ordinal)
          ? [`-- Done already: ${step.title}`]
          : watchesMoves(step, plan.steps)
            ? [`-- Lockkeeper only: ${step.title}`]
            : stepSql(step, timeout),
      ),
      ...(plan.contract ?? []).flatMap((step) => [
        "-- Once nobody uses what went away:",
        ...stepSql(step, timeout).map((line) => line.replaceAll(/^/gm, "-- ")),
      ]),
      "",
    ]),
  ].join("\n");
}

/** Whether a step makes or drops what a sweep of Lockkeeper's own is told by; nothing else would answer its triggers. */
const watchesMoves = (step: Step, all: readonly Step[]): boolean =>
  step.kind === "ddl" &&
  all.some(
    (one) =>
      one.kind === "sweep" &&
      one.sweep.moved !== undefined &&
      step.statements.some(({ sql }) => sql.includes(quoteIdentifier(one.sweep.moved ?? ""))),
  );

function stepSql(step: Step, timeout: string): string[] {
  switch (step.kind) {
    case "ddl":
      return ["BEGIN;", ...step.settings.map(ended), ...step.statements.flatMap(statementSql), "COMMIT;"];
    case "concurrent": {
      // Outside a transaction SET LOCAL has no effect.
      const settings = step.settings.map((setting) => ended(forSession(setting)));
      // Its locks let readers and writers pass, and a build that runs into a timeout leaves an invalid index.
      const isPatient = step.probe.kind !== "repeatable";
      return [
        ...(isPatient ? ["SET lock_timeout = 0;"] : []),
        ...settings,
        ...statementSql(step.statement),
        ...(settings.length > 0 ? ["RESET ALL;"] : []),
        ...(isPatient || settings.length > 0 ? [timeout] : []),
      ];
    }
    case "sweep": {
      const { settings } = step;
      return [...sweepScript(step), ...(settings.length > 0 ? ["RESET ALL;", timeout] : [])];
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
  const shown = HOLDS_PASSWORDS.test(sql) ? withoutPasswords(sql) : sql;
  return [
    ...(shown === sql ? [] : ["-- Put the password in its place in this statement: it is not shown."]),
    ended(shown),
    ...(copyData === undefined ? [] : [`${copyData}\\.`]),
  ];
}

/** Elsewhere a script that is to be run is never changed. */
const HOLDS_PASSWORDS = /^\s*(?:CREATE|ALTER)\s+(?:ROLE|USER|GROUP|SERVER|SUBSCRIPTION|FOREIGN\s+DATA\s+WRAPPER)\b/i;
