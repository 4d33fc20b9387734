import { count } from "../errors/count.ts";
import { dataRemovals } from "../plan/data-removals.ts";
import type { Plan, PlannedStatement, Step, UndoItem } from "../plan/plan.ts";
import { indent } from "./format.ts";
import type { Paint } from "./paint.ts";

export interface ShownPlan {
  readonly file: string;
  readonly plan: Plan;
}

/** Steps, phases, kinds, SQL and the way back of each plan. */
export function planText(plans: readonly ShownPlan[], paint: Paint): string {
  return plans.map((shown) => onePlan(shown, paint)).join("\n");
}

function onePlan({ file, plan }: ShownPlan, paint: Paint): string {
  const removals = dataRemovals(plan);
  const authored = plan.authoredUndo?.map((piece) => piece.file);
  return [
    `${paint("bold", plan.migration)}  ${paint("dim", `${file}, ${count(plan.steps.length, "step")}`)}`,
    ...plan.steps.flatMap((step, index) => stepLines(step, index + 1, authored !== undefined, paint)),
    ...(authored === undefined ? [] : [`  ${paint("dim", "way back:")} ${[...new Set(authored)].join(", ")}`]),
    ...removals.map(({ removes }) => `  ${paint("yellow", "removes:")}  ${removes}`),
    "",
  ].join("\n");
}

function stepLines(step: Step, number: number, isUndoAuthored: boolean, paint: Paint): string[] {
  const head = `  ${number}  ${paint("cyan", step.phase)}  ${step.kind}`;
  if (step.kind === "script") {
    return [`${head}  ${step.title}`, ...(isUndoAuthored ? [] : undoLines(step.undo, paint))];
  }
  const statements = step.kind === "ddl" ? step.statements : [step.statement];
  return [
    head,
    ...step.settings.map((setting) => indent(setting, "     ")),
    ...statements.flatMap((statement) => [
      ...statementLines(statement),
      ...(isUndoAuthored ? [] : undoLines(statement.undo, paint)),
    ]),
  ];
}

function statementLines({ sql, copyData }: PlannedStatement): string[] {
  const rows = copyData === undefined ? [] : [`     (${count(copyData.split("\n").length - 1, "row")} of data)`];
  return [indent(`${sql};`, "     "), ...rows];
}

function undoLines(undo: readonly UndoItem[], paint: Paint): string[] {
  return undo.map((item) => {
    if ("sql" in item) {
      return `       ${paint("dim", "undo:")} ${indent(item.sql, "             ").trimStart()}`;
    }
    if ("around" in item) {
      return `       ${paint("dim", "undo:")} ${item.around.join("<schema>")}`;
    }
    return "capture" in item
      ? `       ${paint("dim", "undo:")} ${paint("dim", "read from the catalog just before the statement runs")}`
      : `       ${paint("yellow", "no undo:")} ${item.refused}`;
  });
}
