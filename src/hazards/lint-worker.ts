import { parentPort, workerData } from "node:worker_threads";
import { loadParser } from "../sql/parse-statement.ts";
import type { LintUnit } from "./judge-file.ts";
import { type LintOptions, lintUnits } from "./lint-units.ts";

/** A share of the units, which are judged apart from each other. */
export interface LintShare {
  readonly units: readonly LintUnit[];
  readonly options: Omit<LintOptions, "state" | "apart">;
}

const { units, options }: LintShare = workerData;
await loadParser();
parentPort?.postMessage(lintUnits(units, options));
