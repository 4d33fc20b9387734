import type { Plan, Step } from "../../plan/plan.ts";
import type { AppliedMigration, RunState, UnfinishedRun } from "../../run/read-state.ts";

/**
 * Where a migration stands, as far as coming back from it goes:
 *
 * - `not begun`: nothing of it is in the database;
 * - `expanding`: what is new is being made, and others use nothing of it;
 * - `before cutover`: what is new is made, rows of it may be missing, and others still use the old;
 * - `cutting over`: something others use was switched over, and something is still to be done;
 * - `step unknown`: nothing tells whether a step outside of transactions took effect;
 * - `waiting for contract`: others use the new, and the old is kept;
 * - `contracting`: some of the old is removed;
 * - `contracted`: the old is gone;
 * - `in force`: done, and nothing of the old was kept;
 * - `taking back`: the way back has begun;
 * - `recorded`: in force, and not by a run of Lockkeeper.
 */
export type Moment =
  | "not begun"
  | "expanding"
  | "before cutover"
  | "cutting over"
  | "step unknown"
  | "waiting for contract"
  | "contracting"
  | "contracted"
  | "in force"
  | "taking back"
  | "recorded";

/** A run that is not finished, with its plan. */
export interface RunAtHand {
  readonly run: UnfinishedRun;
  readonly plan: Plan;
}

export interface Standing {
  readonly moment: Moment;
  /** Of the run that decides; null where none is unfinished. */
  readonly state: RunState | null;
}

/**
 * Pure.
 *
 * @param applied absent: it is not in force
 * @param runs the unfinished runs of the migration
 */
export function standingOf(applied: AppliedMigration | undefined, runs: readonly RunAtHand[]): Standing {
  const begun = (direction: Plan["direction"]): RunAtHand | undefined =>
    runs.findLast(({ run }) => run.direction === direction && run.done.length + run.started.length > 0);
  const back = begun("down");
  if (back !== undefined) return { moment: "taking back", state: back.run.state };
  if (applied === undefined) {
    const up = begun("up");
    const latest = up ?? runs.findLast(({ run }) => run.direction === "up");
    return { moment: up === undefined ? "not begun" : momentWithin(up), state: latest?.run.state ?? null };
  }
  if (applied.runId === null) return { moment: "recorded", state: null };
  const contract = begun("contract");
  if (contract !== undefined) return { moment: "contracting", state: contract.run.state };
  const tried = runs.findLast(({ run }) => run.direction === "contract")?.run.state ?? null;
  return applied.contract === "waiting"
    ? { moment: "waiting for contract", state: tried }
    : { moment: applied.contract === "done" ? "contracted" : "in force", state: null };
}

function momentWithin({ run, plan }: RunAtHand): Moment {
  if (run.error?.code === "step_unknown") return "step unknown";
  const isDone = (step: Step): boolean => run.done.includes(plan.steps.indexOf(step));
  const isBegun = (step: Step): boolean =>
    isDone(step) || run.started.some(({ ordinal }) => ordinal === plan.steps.indexOf(step));
  if (plan.steps.some((step) => isSwitch(step) && isBegun(step))) return "cutting over";
  return plan.steps.every((step) => step.phase !== "expand" || isDone(step)) ? "before cutover" : "expanding";
}

/** What changes something that others use. */
const isSwitch = ({ phase }: Step): boolean => phase === "cutover" || phase === "contract";

/** In a sentence. */
export const MOMENTS: Readonly<Record<Moment, string>> = {
  "not begun": "nothing of it is in the database",
  expanding: "it stopped while what is new is being made; others use nothing of it yet",
  "before cutover": "it stopped while rows are filled and proven; others still use the old",
  "cutting over": "something that others use was switched over, and it is not finished",
  "step unknown": "nothing tells whether a step took effect",
  "waiting for contract": "it is in force, and what it took away is kept until contract",
  contracting: "contract stopped half way: a part of what was kept is removed",
  contracted: "it is in force, and what it took away is removed",
  "in force": "it is in force, and it kept nothing",
  "taking back": "it is being taken back, and that is not finished",
  recorded: "it is in force, but not by a run of Lockkeeper",
};
