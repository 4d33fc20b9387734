import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { BackfillBatch } from "../migrations/backfill.ts";
import type { MigrationScript } from "../migrations/migration-module.ts";
import { type AuthoredUnit, authoredUnits, placeOfPiece } from "../plan/authored-units.ts";
import { parted } from "../plan/parted-steps.ts";
import type { AuthoredStep, Plan, PlannedStatement, Step } from "../plan/plan.ts";
import { summarize, titleOf } from "../plan/step-title.ts";
import type { UnfinishedRun } from "./read-state.ts";
import type { RunTask } from "./runner.ts";

/** What the files say today of a migration whose run stopped half way. */
export interface CurrentText {
  /** As it is written, every statement. */
  readonly plan: Plan;
  readonly scripts: Readonly<Record<string, MigrationScript>>;
  readonly batches?: Readonly<Record<string, BackfillBatch>>;
  /** The file a person mends. */
  readonly file: string;
  /**
   * Plans what follows the first `from` units (see `authoredUnits`) on the catalog that `before` leaves behind: steps
   * that are still to be run.
   */
  readonly compileRest: (from: number, before: readonly Step[]) => readonly Step[] | Promise<readonly Step[]>;
}

/** How a run goes on. */
export interface Continuation {
  readonly task: RunTask;
  /** The run goes on under another plan than the stored one, which the journal must hold before the first step. */
  readonly isReplanned: boolean;
}

/**
 * A run that stopped half way goes on under its stored plan. Where its file was edited, what was applied must stand
 * unchanged at the head of the new text; a statement of which a part was applied is finished as it was planned; and what
 * follows is planned anew. One rule for both directions.
 *
 * @throws LockkeeperError `run_changed` naming the step, and those of planning the rest
 */
export async function continueRun(
  run: UnfinishedRun,
  stored: Plan | undefined,
  current: CurrentText,
): Promise<Continuation> {
  const isReplanned = stored !== undefined && isEdited(stored, current.plan);
  return {
    task: {
      id: run.id,
      plan: isReplanned ? await mended(run, stored, current) : (stored ?? current.plan),
      done: run.done,
      started: isReplanned ? halfDone(run, stored) : run.started,
      scripts: current.scripts,
      ...(current.batches === undefined ? {} : { batches: current.batches }),
    },
    isReplanned,
  };
}

/**
 * Steps that were announced and not finished, and have left something. What a run that failed in good order left was
 * mended; but of a sweep, rows are done.
 */
const halfDone = ({ state, started }: UnfinishedRun, { steps }: Plan): UnfinishedRun["started"] =>
  state === "failed" ? started.filter(({ ordinal }) => steps[ordinal]?.kind === "sweep") : started;

/** Steps that were begun stay as they are stored: the journal may know more of them (the name that an index got). */
async function mended(run: UnfinishedRun, stored: Plan, current: CurrentText): Promise<Plan> {
  const begun = [...run.done, ...halfDone(run, stored).map(({ ordinal }) => ordinal)];
  const begunSteps = Math.max(-1, ...begun) + 1;
  const units = authoredUnits(stored.steps).filter(({ steps }) => steps.some((ordinal) => ordinal < begunSteps));
  requireSameHead(run, units, current);
  const open = units.filter(({ steps }) => steps.some((ordinal) => ordinal >= begunSteps));
  const remaining = stored.steps.flatMap((step, ordinal) =>
    ordinal >= begunSteps && open.some(({ steps }) => steps.includes(ordinal)) ? ownPart(step, stored, begunSteps) : [],
  );
  const head = stored.steps.slice(0, begunSteps);
  const unrun = head.filter((_, ordinal) => !run.done.includes(ordinal));
  const rest = await current.compileRest(units.length, [...unrun, ...remaining]);
  const isUp = current.plan.direction === "up";
  const { steps, contract = [] } = isUp ? parted(rest, current.plan.raisesFloorTo !== undefined) : { steps: rest };
  const waiting = [...waitingOf([...head, ...remaining], stored), ...contract];
  return {
    ...current.plan,
    steps: [...head, ...remaining, ...steps],
    ...(waiting.length === 0 ? {} : { contract: waiting }),
  };
}

/** What the steps that stay left standing, or will. */
function waitingOf(steps: readonly Step[], { contract = [] }: Plan): Step[] {
  const places = new Set(steps.flatMap(statementsOf).map(placeOfPiece));
  return contract.flatMap((step): Step[] => {
    const statements = statementsOf(step).filter((one) => one.leftover === undefined || places.has(placeOfPiece(one)));
    return step.kind === "ddl" && statements.some(({ leftover }) => leftover !== undefined)
      ? [{ ...step, statements, title: titleOf(statements) }]
      : [];
  });
}

/** Those that leave something: a trial says nothing of what was begun. */
const statementsOf = (step: Step): readonly PlannedStatement[] =>
  step.kind === "script"
    ? []
    : (step.kind === "ddl" ? step.statements : [step.statement]).filter(({ isTrial }) => isTrial !== true);

/** A step may also hold the first piece of the next statement, which is planned anew. */
function ownPart(step: Step, stored: Plan, begunSteps: number): Step[] {
  if (step.kind !== "ddl") {
    return [step];
  }
  const begunPlaces = new Set(stored.steps.slice(0, begunSteps).flatMap(statementsOf).map(placeOfPiece));
  const statements = step.statements.filter((one) => one.insteadOf !== undefined && begunPlaces.has(placeOfPiece(one)));
  return statements.length === 0 ? [] : [{ ...step, statements, title: titleOf(statements) }];
}

/** By what the author wrote and not by the steps: a newer Lockkeeper may make other steps of the same text. */
function isEdited(stored: Plan, current: Plan): boolean {
  return (
    stored.checksum !== current.checksum || authoredText(stored.authoredUndo) !== authoredText(current.authoredUndo)
  );
}

const authoredText = (pieces: readonly AuthoredStep[] = []): string =>
  JSON.stringify(pieces.map((piece) => (piece.kind === "sql" ? { sql: piece.text } : { script: piece.script })));

/** What was applied, wholly or in part, must be the same. */
function requireSameHead(run: UnfinishedRun, units: readonly AuthoredUnit[], { plan, file }: CurrentText): void {
  const now = authoredUnits(plan.steps);
  for (const [index, before] of units.entries()) {
    const after = now[index];
    if (after?.content !== before.content || after.settings !== before.settings) {
      const ordinal = before.steps[0] ?? 0;
      throw new LockkeeperError("run_changed", {
        message: `${file} was edited, and its step ${ordinal + 1} (${summarize(before.sql)}) is already applied by run ${run.id}${isWhole(run, before) ? "" : ", in part"}.`,
        at: { file, ...(after === undefined ? {} : { line: after.at.line, column: after.at.column }) },
        action: advice(run, file, units),
        notDone: "Nothing was run.",
        data: { run: run.id, step: ordinal + 1 },
      });
    }
  }
}

const isWhole = (run: UnfinishedRun, { steps }: AuthoredUnit): boolean =>
  steps.every((ordinal) => run.done.includes(ordinal));

/** Nobody may have seen the text of a way back that was derived, and it cannot itself be taken back. */
function advice({ direction }: UnfinishedRun, file: string, units: readonly AuthoredUnit[]): string {
  const head = units.map(({ sql }) => `\n  ${sql};`).join("");
  const putBack = `Put what was applied back at the head of ${file}, as it was, and what is new behind it:${head}`;
  return direction === "down"
    ? putBack
    : `${putBack}\nOr take the part back with \`lockkeeper down\`; \`lockkeeper up\` then runs the file as it is now.`;
}
