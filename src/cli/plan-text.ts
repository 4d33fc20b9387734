import { count } from "../errors/count.ts";
import { dataRemovals } from "../plan/data-removals.ts";
import type { Plan, PlannedStatement, Step, UndoItem } from "../plan/plan.ts";
import { blocksInWords, statementsOf, strongestLocks, timeInWords, workLines } from "../safety/planned-locks.ts";
import { indent, oneLine, table } from "./format.ts";
import type { Paint } from "./paint.ts";
import { sweepLines } from "./plan-sweep.ts";

export interface ShownPlan {
  readonly file: string;
  readonly plan: Plan;
  /** Why the statements are shown as they are written, and not as they would run. */
  readonly asWritten?: string;
  /** The run that goes on under this plan, and the ordinals (from 0) of the steps that it has behind it. */
  readonly run?: number;
  readonly done?: readonly number[];
}

/** Steps, phases, kinds, SQL, work, locks and the way back of each plan. */
export function planText(plans: readonly ShownPlan[], paint: Paint): string {
  return plans.map((shown) => onePlan(shown, paint)).join("\n");
}

function onePlan({ file, plan, asWritten, run, done = [] }: ShownPlan, paint: Paint): string {
  const removals = dataRemovals(plan);
  const authored = plan.authoredUndo?.map((piece) => piece.file);
  return [
    `${paint("bold", plan.migration)}  ${paint("dim", `${file}, ${count(plan.steps.length, "step")}`)}`,
    ...(asWritten === undefined ? [] : [`  ${paint("yellow", "as written:")} ${asWritten}`]),
    ...(run === undefined
      ? []
      : [
          `  ${paint("yellow", "goes on:")} run ${run} has ${done.length} of ${count(plan.steps.length, "step")} behind it`,
        ]),
    ...plan.steps.flatMap((step, index) =>
      done.includes(index)
        ? [`  ${index + 1}  ${paint("dim", `done      ${step.title}`)}`]
        : stepLines(step, index + 1, authored !== undefined, paint),
    ),
    ...waitingLines(plan, paint),
    ...(authored === undefined ? [] : [`  ${paint("dim", "way back:")} ${[...new Set(authored)].join(", ")}`]),
    ...lockLines(plan, done, paint),
    ...removals.map(({ removes }) => `  ${paint("yellow", "removes:")}  ${removes}`),
    "",
  ].join("\n");
}

/** What is left to do once nobody uses what the migration takes away. */
function waitingLines({ migration, contract = [] }: Plan, paint: Paint): string[] {
  const statements = contract.flatMap((step) => (step.kind === "script" ? [] : statementsOf(step)));
  return contract.length === 0
    ? []
    : [
        `  ${paint("yellow", "waits:")} for \`lockkeeper contract ${migration}\``,
        ...statements.map(({ sql }) => indent(`${sql};`, "     ")),
      ];
}

function stepLines(step: Step, number: number, isUndoAuthored: boolean, paint: Paint): string[] {
  const head = `  ${number}  ${paint("cyan", step.phase)}  ${step.kind}`;
  if (step.kind === "script") {
    return [`${head}  ${step.title}`, ...(isUndoAuthored ? [] : undoLines(step.undo, paint))];
  }
  const statements = statementsOf(step);
  return [
    head,
    ...step.settings.map((setting) => indent(setting, "     ")),
    ...statements.flatMap((statement) => [
      ...statementLines(statement),
      ...formLines(statement, statements, paint),
      ...(step.kind === "sweep" ? sweepLines(step, paint) : []),
      ...(statement.notes ?? []).map((note) => `       ${paint("dim", "note:")} ${note}`),
      ...workLines(statement).map((work) => `       ${paint("dim", "work:")} ${work}`),
      ...(isUndoAuthored ? [] : undoLines(statement.undo, paint)),
    ]),
  ];
}

function statementLines({ sql, copyData }: PlannedStatement): string[] {
  const rows = copyData === undefined ? [] : [`     (${count(copyData.split("\n").length - 1, "row")} of data)`];
  return [indent(`${sql};`, "     "), ...rows];
}

/** What the author wrote, said once where it is taken apart. */
function formLines({ insteadOf, at }: PlannedStatement, all: readonly PlannedStatement[], paint: Paint): string[] {
  if (insteadOf === undefined) return [];
  const first = all.find(
    (one) => one.insteadOf === insteadOf && one.at.line === at.line && one.at.column === at.column,
  );
  return first?.at !== at || all.every(({ sql }) => sql === insteadOf)
    ? []
    : [`       ${paint("dim", "instead of:")} ${oneLine(insteadOf, FORM_WIDTH)}`];
}

const FORM_WIDTH = 100;

/** The strongest lock on each relation, what it keeps out, and for how long. */
function lockLines(plan: Plan, done: readonly number[], paint: Paint): string[] {
  const locks = strongestLocks(plan, done) ?? [];
  if (locks.length === 0) {
    return [];
  }
  const rows = locks.map(({ relation, lock, blocks, step, seconds }) => [
    relation,
    lock,
    String(step),
    blocksInWords(blocks),
    timeInWords(seconds),
  ]);
  return table(["relation", "strongest lock", "step", "blocks", "expected"], rows).map(
    (line, index) => `  ${index === 0 ? paint("dim", line) : line}`,
  );
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
