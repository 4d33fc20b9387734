import type { Catalog } from "../../catalog/catalog.ts";
import type { CheckSeverity } from "../../checks/check.ts";
import type { CheckResult } from "../../checks/run-checks.ts";
import { count } from "../../errors/count.ts";
import type { Plan } from "../../plan/plan.ts";
import { changesBetween } from "../../run/drift/drift-between.ts";
import { type ChangedObject, toldChanges } from "../../run/drift/told-changes.ts";
import type { DataDifference } from "./data-picture.ts";
import type { LoadReport } from "./load/load-report.ts";
import type { RanStep } from "./rehearsal.ts";
import type { RehearsalFinding, SeenRelation, StageName } from "./rehearsal-report.ts";

/** What differs between two schemas; columns in another order are the same. */
export const tellSchema = (from: Catalog, to: Catalog): readonly ChangedObject[] =>
  toldChanges(changesBetween(from, to), from, to);

const DOWN =
  "Mend the way back (the .down.sql file, or `undo`), or leave it out: then it is derived from the statements.";

export const schemaFindings = (
  stage: StageName,
  changes: readonly ChangedObject[],
  what: string,
): readonly RehearsalFinding[] =>
  changes.map(({ id, change, fields }) => {
    const told = fields.map(({ field }) => field).join(", ");
    return {
      stage,
      severity: "error",
      code: "schema-differs",
      message: `${id.replace(":", " ")} ${what}: ${change}${told === "" ? "" : ` (${told})`}.`,
      object: id,
      action: DOWN,
    };
  });

export const dataFindings = (differences: readonly DataDifference[]): readonly RehearsalFinding[] =>
  differences.map(({ table, rowsBefore, rowsAfter, columns, rows }) => {
    const which =
      columns.length === 0 ? "its rows are put together otherwise" : `other values in ${columns.join(", ")}`;
    const what =
      rowsAfter === null
        ? `the table with its ${count(rowsBefore, "row")} is gone`
        : rowsAfter === rowsBefore
          ? which
          : `${count(rowsBefore, "row")} before, ${rowsAfter} behind`;
    return {
      stage: "compare",
      severity: "error",
      code: "data-differs",
      message: `${table} holds something else behind the way back than it did at the start: ${what}.`,
      object: table,
      ...(rows.length === 0 ? {} : { rows }),
      action: DOWN,
    };
  });

/** What was locked harder, or written anew, than the plan says: whoever approved the plan did not know of it. */
export function lockFindings(steps: readonly RanStep[], plans: readonly Plan[]): readonly RehearsalFinding[] {
  const direct = new Set(plans.filter(({ mode }) => mode === "direct").map(({ migration }) => migration));
  return steps
    .filter(({ pass }) => pass === "run")
    .flatMap(({ migration, ordinal, step, relations }) =>
      relations.flatMap((one) => {
        const found = surpriseOf(one);
        return found === undefined
          ? []
          : [
              {
                stage: "run" as const,
                severity: found.stops && !direct.has(migration) ? ("error" as const) : ("warning" as const),
                code: found.code,
                message: found.message,
                step: { migration, step: ordinal + 1, title: step.title },
                at: step.at,
                object: one.relation,
                action:
                  "Write the statement so that the plan can see it (no dynamic SQL, no CASCADE), or run it in a window: `-- lockkeeper: mode direct`.",
              },
            ];
      }),
    );
}

function surpriseOf({ relation, lock, blocks, works }: SeenRelation) {
  if (lock?.differs === true && lock.observed !== "none") {
    const foreseen =
      lock.predicted === "none" ? "of which the plan says nothing" : `where the plan says ${lock.predicted}`;
    const felt = blocks === undefined || blocks === "nothing" ? "nobody" : blocks;
    return {
      code: "lock-unforeseen",
      message: `${relation} is locked ${lock.observed}, ${foreseen}; that stops ${felt}.`,
      stops: STOPPING.test(blocks ?? ""),
    };
  }
  return works?.differs === true
    ? {
        code: "work-unforeseen",
        message: `${relation}: ${works.observed}, of which the plan says nothing.`,
        stops: true,
      }
    : undefined;
}

const STOPPING = /reads|writes/;

const BAD: ReadonlySet<CheckSeverity> = new Set(["critical", "error"]);

/** Checks that fail behind the run and did not before. */
export function newCheckFindings(
  before: readonly CheckResult[],
  after: readonly CheckResult[],
): readonly RehearsalFinding[] {
  const keyOf = (check: string, object: string | undefined): string => `${check} ${object ?? ""}`;
  const known = new Set(before.flatMap(({ check, findings }) => findings.map(({ object }) => keyOf(check, object))));
  return after.flatMap(({ check, findings }) =>
    findings
      .filter(({ severity, object }) => BAD.has(severity) && !known.has(keyOf(check, object)))
      .map(({ message, object, sample, fix }) => ({
        stage: "checks after" as const,
        severity: "error" as const,
        code: check,
        message,
        ...(object === undefined ? {} : { object }),
        ...(sample === undefined ? {} : { rows: sample }),
        action: fix ?? "Mend the migration: the check held before it.",
      })),
  );
}

/** A call that took so long was felt, ms. */
const STALL_MS = 1_000;

export const loadFindings = (stage: StageName, { scripts }: LoadReport): readonly RehearsalFinding[] =>
  scripts.flatMap(({ name, before, during, longestAt, errors }): readonly RehearsalFinding[] => [
    ...errors.map(
      ({ sqlState, message, count: times, at }): RehearsalFinding => ({
        stage,
        severity: "error",
        code: "load-failed",
        sqlState,
        message: `${name} of the load failed ${times === 1 ? "once" : `${times} times`}, which it did not before: ${message}`,
        ...(at === null ? {} : { step: at }),
        action: "Deploy what no longer asks this first; or change the migration so that both shapes work.",
      }),
    ),
    ...(during.longestMs > Math.max(STALL_MS, 2 * before.longestMs)
      ? [
          {
            stage,
            severity: "warning" as const,
            code: "load-stalled",
            message: `${name} of the load was held up for ${Math.round(during.longestMs)} ms (${Math.round(before.longestMs)} ms before anything was changed).`,
            ...(longestAt === null ? {} : { step: longestAt }),
            action: "Look at the lock of that step; a shorter `lock.timeout` bounds how long others wait behind it.",
          },
        ]
      : []),
  ]);
