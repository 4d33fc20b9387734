import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { loadParser } from "../sql/parse-statement.ts";
import type { FileReport } from "./finding.ts";
import type { LintUnit } from "./judge-file.ts";
import { lintUnits } from "./lint-units.ts";
import type { LintShare } from "./lint-worker.ts";

/** The worker beside this file, or in the built package beside the folder of its chunks (see scripts/build.ts). */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./lint-worker.ts" : "../lint-worker.js", import.meta.url);

/** Characters below which another thread takes longer to start than it saves. */
const WORTH_A_THREAD = 150_000;
const MOST_THREADS = 8;

/** Judges units that have nothing to do with each other, on several threads where there is enough to do. */
export async function lintApart(units: readonly LintUnit[], options: LintShare["options"]): Promise<FileReport[]> {
  if (units.length === 0) {
    return [];
  }
  const size = units.reduce((sum, { text }) => sum + text.length, 0);
  const threads = Math.max(1, Math.min(availableParallelism(), MOST_THREADS, Math.floor(size / WORTH_A_THREAD)));
  const share = Math.ceil(units.length / threads);
  const [mine = [], ...others] = Array.from({ length: threads }, (_, index) =>
    units.slice(index * share, (index + 1) * share),
  );
  // They are at work before this thread blocks itself with its own share.
  const theirs = others.filter((one) => one.length > 0).map((one) => inWorker({ units: one, options }));
  await loadParser();
  const reports = lintUnits(mine, options);
  return [reports, ...(await Promise.all(theirs))].flat();
}

async function inWorker(share: LintShare): Promise<readonly FileReport[]> {
  const worker = new Worker(WORKER, { workerData: share });
  const [reports] = await once(worker, "message");
  return reports;
}
