import type { Effect } from "../effects/effect.ts";
import { strongerLock } from "../effects/lock-mode.ts";
import { bytesInWords, rowsInWords, secondsInWords } from "../effects/numbers-in-words.ts";
import { relationInWords } from "../hazards/words.ts";
import type { Plan, PlannedStatement, Step } from "../plan/plan.ts";

/** The hardest that one relation is locked in a plan. */
export interface PlannedLock {
  /** As people know it. */
  readonly relation: string;
  readonly lock: Effect["lock"];
  readonly blocks: Effect["blocks"];
  /** From 1. */
  readonly step: number;
  /** How long the transaction works that holds it, in seconds; undefined when the size is not known. */
  readonly seconds: number | undefined;
}

export const statementsOf = (step: Step): readonly PlannedStatement[] =>
  step.kind === "script" ? [] : step.kind === "ddl" ? step.statements : [step.statement];

/** What others may use already, and is locked for itself: indexes go with their tables. */
const isOthers = ({ isNew, kind, on }: Effect): boolean =>
  !isNew && on === undefined && kind !== "index" && kind !== "sequence";

/**
 * The strongest lock on each relation that others may use, in the order in which they are met; undefined without a catalog.
 *
 * @param done ordinals (from 0) of steps that take none any more
 */
export function strongestLocks(plan: Plan, done: readonly number[] = []): readonly PlannedLock[] | undefined {
  const statements = plan.steps.flatMap(statementsOf);
  if (statements.length > 0 && statements.every(({ effects }) => effects === undefined)) {
    return undefined;
  }
  const strongest = new Map<string, PlannedLock>();
  for (const [index, step] of plan.steps.entries()) {
    const effects = (done.includes(index) ? [] : statementsOf(step)).flatMap((statement) => statement.effects ?? []);
    const seconds = sum(effects.map((effect) => effect.seconds));
    for (const { relation, lock, blocks } of effects.filter(isOthers)) {
      const name = relationInWords(relation);
      const known = strongest.get(name);
      const isStronger = known === undefined || (lock !== known.lock && strongerLock(lock, known.lock) === lock);
      const isLonger =
        lock === known?.lock && (seconds ?? Number.POSITIVE_INFINITY) > (known.seconds ?? Number.POSITIVE_INFINITY);
      if (isStronger || isLonger) {
        strongest.set(name, { relation: name, lock, blocks, step: index + 1, seconds });
      }
    }
  }
  return [...strongest.values()];
}

const sum = (all: readonly (number | undefined)[]): number | undefined =>
  all.reduce((total, one) => (total === undefined || one === undefined ? undefined : total + one), 0);

export function blocksInWords({ reads, writes, ddl }: Effect["blocks"]): string {
  if (reads && writes) return "reads and writes";
  if (writes) return "writes";
  if (reads) return "reads";
  return ddl ? "other changes of it" : "nothing";
}

export const timeInWords = (seconds: number | undefined): string =>
  seconds === undefined ? "unknown" : seconds === 0 ? "a moment" : secondsInWords(seconds);

/** `index build of orders, about 4 minutes (14 GB, 62 M rows)`, for each relation that a statement works on. */
export function workLines({ effects = [] }: PlannedStatement): string[] {
  return effects.filter(({ works }) => works.length > 0).map(workLine);
}

function workLine({ relation, works, seconds, bytes, rows, isNew }: Effect): string {
  const what = `${works.map((work) => work.replace("-", " ")).join(", ")} of ${relationInWords(relation)}`;
  if (isNew) {
    return `${what}, which is new`;
  }
  const size = [
    ...(bytes === undefined ? [] : [bytesInWords(bytes)]),
    ...(rows === undefined ? [] : [rowsInWords(rows)]),
  ];
  return seconds === undefined
    ? `${what}, of unknown size`
    : `${what}, ${secondsInWords(seconds)}${size.length === 0 ? "" : ` (${size.join(", ")})`}`;
}
