import type { StepWork } from "./measured-step.ts";

/** What a piece of work comes to. Amounts add up; so a step's cost is the sum of its pieces'. */
export interface Cost {
  readonly readBytes: number;
  /** Into tables and indexes. */
  readonly writtenBytes: number;
  readonly walBytes: number;
  readonly tempBytes: number;
  /** By how much the database is larger behind it. */
  readonly growthBytes: number;
  /** What is there besides until its transaction ends: files that take the place of others. */
  readonly besideBytes: number;
  /** Temporary files at one time: they go when the sort that wrote them is over. */
  readonly spillBytes: number;
  /** How long it works, by the rates of the model. */
  readonly seconds: number;
}

export const NOTHING: Cost = {
  readBytes: 0,
  writtenBytes: 0,
  walBytes: 0,
  tempBytes: 0,
  growthBytes: 0,
  besideBytes: 0,
  spillBytes: 0,
  seconds: 0,
};

export const cost = (parts: Partial<Cost>): Cost => ({ ...NOTHING, ...parts });

/** One behind the other in one transaction: what the first leaves beside stays until the end. */
export const together = (costs: readonly Cost[]): Cost =>
  costs.reduce(
    (sum, one) => ({
      readBytes: sum.readBytes + one.readBytes,
      writtenBytes: sum.writtenBytes + one.writtenBytes,
      walBytes: sum.walBytes + one.walBytes,
      tempBytes: sum.tempBytes + one.tempBytes,
      growthBytes: sum.growthBytes + one.growthBytes,
      besideBytes: sum.besideBytes + one.besideBytes,
      spillBytes: Math.max(sum.spillBytes, one.spillBytes),
      seconds: sum.seconds + one.seconds,
    }),
    NOTHING,
  );

/** What one statement or sweep comes to, and what it does to which relation. */
export interface Worked {
  readonly cost: Cost;
  readonly works: readonly StepWork[];
  /** What the figures do not hold, in words. */
  readonly unknown: readonly string[];
}
