import type { Fault, TrialResult } from "./trial.ts";

/** One run of the harness, told to whoever reads the report. */
export interface LossRun {
  readonly seed: number;
  readonly major: number;
  readonly kind: string;
  readonly fault: Fault;
  readonly pooled: boolean;
}

/** What many runs came to. */
export interface LossReport {
  readonly runs: number;
  readonly runsByKind: Readonly<Record<string, number>>;
  readonly runsByMajor: Readonly<Record<string, number>>;
  /** Through a pooler in transaction mode. */
  readonly pooled: number;
  /** How often each befell a runner or its server. */
  readonly faults: Readonly<Record<string, number>>;
  /** Transactions that clients committed, and the rows these wrote. */
  readonly committed: number;
  readonly writes: number;
  readonly rowsCompared: number;
  readonly differences: number;
  readonly failed: readonly (LossRun & { readonly failures: readonly string[] })[];
  /** What went wrong in the harness itself. */
  readonly troubles: readonly string[];
}

type Counts = Record<string, number>;

const add = (counts: Counts, name: string, times = 1): void => {
  counts[name] = (counts[name] ?? 0) + times;
};

/** Adds up what runs came to. */
export class Tally {
  readonly troubles: string[] = [];
  readonly #kinds: Counts = {};
  readonly #majors: Counts = {};
  readonly #faults: Counts = {};
  readonly #failed: LossReport["failed"][number][] = [];
  #runs = 0;
  #pooled = 0;
  #committed = 0;
  #writes = 0;
  #rows = 0;

  add(run: LossRun, { committed, writes, rows, faults, failures }: TrialResult): void {
    this.#runs++;
    this.#pooled += run.pooled ? 1 : 0;
    add(this.#kinds, run.kind);
    add(this.#majors, String(run.major));
    if (faults > 0) add(this.#faults, run.fault, faults);
    this.#committed += committed;
    this.#writes += writes;
    this.#rows += rows;
    if (failures.length > 0) this.#failed.push({ ...run, failures });
  }

  report(): LossReport {
    return {
      runs: this.#runs,
      runsByKind: this.#kinds,
      runsByMajor: this.#majors,
      pooled: this.#pooled,
      faults: this.#faults,
      committed: this.#committed,
      writes: this.#writes,
      rowsCompared: this.#rows,
      differences: this.#failed.reduce((sum, { failures }) => sum + failures.length, 0),
      failed: this.#failed,
      troubles: this.troubles,
    };
  }
}
