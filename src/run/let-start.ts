import type { Migration } from "../migrations/migration.ts";
import { hasProgress } from "./prepare.ts";
import type { RunState, UnfinishedRun } from "./read-state.ts";

/** It waits for its turn, or for a person. What failed or was aborted before it left anything has to start anew. */
const WAITING: ReadonlySet<RunState> = new Set<RunState>(["queued", "running", "interrupted", "paused"]);

/**
 * The one rule of what needs no leave to start, for whoever continues runs: what has begun, and what was queued with it,
 * as far as each is what it was then. Behind the first that is not (it was edited, failed before it left anything, or is
 * new), the plans stand on something else than what they were made for, and are made anew.
 *
 * @param queue in the order in which they would run; `file` is absent where the files at hand have none, which changes nothing
 * @returns ids of runs
 */
export function letStart(
  queue: readonly {
    readonly run: UnfinishedRun | undefined;
    readonly file: Pick<Migration, "checksum"> | undefined;
  }[],
): ReadonlySet<number> {
  const found = new Set<number>();
  let isAsQueued = true;
  for (const { run, file } of queue) {
    const isSame = run !== undefined && (file === undefined || file.checksum === run.checksum);
    const isWaiting = isAsQueued && isSame && WAITING.has(run.state);
    if (run !== undefined && (isWaiting || hasProgress(run))) found.add(run.id);
    isAsQueued = isAsQueued && isSame && found.has(run.id);
  }
  return found;
}
