import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { MigrationScript } from "../migrations/migration-module.ts";
import type { AuthoredStep, ConcurrentStep, DdlStep, Plan, PlannedStatement, Step } from "../plan/plan.ts";
import type { UnfinishedRun } from "./read-state.ts";
import type { RunTask } from "./runner.ts";

/** What the files say today of a migration whose run stopped half way. */
export interface CurrentText {
  readonly plan: Plan;
  readonly scripts: Readonly<Record<string, MigrationScript>>;
  /** The file a person mends. */
  readonly file: string;
}

/** How a run goes on. */
export interface Continuation {
  readonly task: RunTask;
  /** The run goes on under another plan than the stored one, which the journal must hold before the first step. */
  readonly isReplanned: boolean;
}

/**
 * A run that stopped half way goes on under its stored plan, or under that of the edited file where the part that was
 * applied is the same; one rule for both directions. Pure.
 *
 * @throws LockkeeperError `run_changed` naming the step
 */
export function continueRun(run: UnfinishedRun, stored: Plan | undefined, current: CurrentText): Continuation {
  const isReplanned = stored !== undefined && isEdited(stored, current.plan);
  if (isReplanned) {
    requireSamePast(run, stored, current);
  }
  return {
    task: {
      id: run.id,
      plan: isReplanned ? withPast(current.plan, stored, run) : (stored ?? current.plan),
      done: run.done,
      started: isReplanned && run.state === "failed" ? [] : run.started,
      scripts: current.scripts,
    },
    isReplanned,
  };
}

/** Steps that were begun stay as they are stored: the journal may know more of them (the name that an index got). */
function withPast(current: Plan, stored: Plan, run: UnfinishedRun): Plan {
  const past = pastSteps(run);
  const steps = current.steps.map((step, at) => (past.includes(at) ? (stored.steps[at] ?? step) : step));
  return { ...current, steps };
}

/** A step that was only announced counts unless the run failed in good order: then its leftover was mended. */
function pastSteps(run: UnfinishedRun): number[] {
  return [...run.done, ...(run.state === "failed" ? [] : run.started.map((step) => step.ordinal))];
}

/** By what the author wrote and not by the steps: a newer Lockkeeper may make other steps of the same text. */
function isEdited(stored: Plan, current: Plan): boolean {
  return (
    stored.checksum !== current.checksum || authoredText(stored.authoredUndo) !== authoredText(current.authoredUndo)
  );
}

const authoredText = (pieces: readonly AuthoredStep[] = []): string =>
  JSON.stringify(pieces.map((piece) => (piece.kind === "sql" ? { sql: piece.text } : { script: piece.script })));

/** What was applied must be the same. */
function requireSamePast(run: UnfinishedRun, stored: Plan, { plan, file }: CurrentText): void {
  for (const ordinal of pastSteps(run)) {
    const before = stored.steps[ordinal];
    const after = plan.steps[ordinal];
    if (before === undefined || after === undefined || stepContent(before) !== stepContent(after)) {
      throw new LockkeeperError("run_changed", {
        message: `${file} was edited, and its step ${ordinal + 1} (${before?.title}) is already applied by run ${run.id}.`,
        at: { file, ...(after === undefined ? {} : { line: after.at.line, column: after.at.column }) },
        ...(run.direction === "down" ? { action: putBack(file, before) } : {}),
        notDone: "Nothing was run.",
        data: { run: run.id, step: ordinal + 1 },
      });
    }
  }
}

/** A way back cannot itself be taken back, and nobody may have seen the text of one that was derived. */
function putBack(file: string, applied: Step | undefined): string {
  const sql = applied === undefined || applied.kind === "script" ? [] : statementsOf(applied).map((one) => one.sql);
  const [first] = sql;
  return `Put what was applied back in its place in ${file}, as it was${first === undefined ? "." : ":"}${sql.map((one) => `\n  ${one};`).join("")}`;
}

const statementsOf = (step: DdlStep | ConcurrentStep): readonly PlannedStatement[] =>
  step.kind === "ddl" ? step.statements : [step.statement];

function stepContent(step: Step): string {
  switch (step.kind) {
    case "ddl":
      return JSON.stringify([step.settings, step.statements.map(({ sql, copyData }) => [sql, copyData])]);
    case "concurrent":
      return JSON.stringify([step.settings, writtenSql(step)]);
    case "script":
      return JSON.stringify([step.settings, step.script]);
  }
}

const writtenSql = ({ probe, statement }: ConcurrentStep): string =>
  probe.kind === "create-index" && probe.unnamed !== undefined ? probe.unnamed.sql : statement.sql;
