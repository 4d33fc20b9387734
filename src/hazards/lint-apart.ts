import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FileReport } from "./finding.ts";
import type { LintUnit } from "./judge-file.ts";
import type { Judged, LintShare } from "./lint-share.ts";
import { withoutTurbofan } from "./without-turbofan.ts";

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
  const share: LintShare = { units, options, taken: new Int32Array(new SharedArrayBuffer(4)) };
  // They are at work before this thread blocks itself.
  const theirs = Array.from({ length: threads - 1 }, () => inWorker(share));
  const [{ lintShare }, { loadParser }] = await Promise.all([
    import("./lint-share.ts"),
    import("../sql/parse-statement.ts"),
  ]);
  await loadParser();
  const mine = withoutTurbofan(() => lintShare(share));
  const reports: FileReport[] = [];
  for (const { first, reports: found } of [mine, ...(await Promise.all(theirs))].flat()) {
    for (const [index, report] of found.entries()) {
      reports[first + index] = report;
    }
  }
  return reports;
}

async function inWorker(share: LintShare): Promise<readonly Judged[]> {
  const worker = new Worker(WORKER, { workerData: share });
  const [judged] = await once(worker, "message");
  return judged;
}
