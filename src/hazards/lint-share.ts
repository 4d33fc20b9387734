import type { FileReport } from "./finding.ts";
import type { LintUnit } from "./judge-file.ts";
import { type LintOptions, lintUnits } from "./lint-units.ts";

/** Units, which are judged apart from each other, for all threads together. */
export interface LintShare {
  readonly units: readonly LintUnit[];
  readonly options: Omit<LintOptions, "state" | "apart">;
  /** How many of the units have been taken by some thread; shared memory. */
  readonly taken: Int32Array;
}

/** Reports of units that follow each other. */
export interface Judged {
  readonly first: number;
  readonly reports: readonly FileReport[];
}

/** Units that a thread takes at a time: few, so that the threads end together. */
const AT_A_TIME = 4;

/** Judges what no other thread has taken, until nothing is left. */
export function lintShare({ units, options, taken }: LintShare): readonly Judged[] {
  const judged: Judged[] = [];
  for (;;) {
    const first = Atomics.add(taken, 0, AT_A_TIME);
    if (first >= units.length) {
      return judged;
    }
    judged.push({ first, reports: lintUnits(units.slice(first, first + AT_A_TIME), options) });
  }
}
