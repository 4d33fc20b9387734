import { locksOf, type Observation, probe } from "./observation.ts";
import { snapshot } from "./snapshot.ts";
import type { Failure, Watched } from "./watched.ts";

/**
 * Looks at one statement of the transaction that is open in the worker.
 *
 * @param run runs it; says why it failed
 */
export async function observeInside(
  { worker, watcher, notices }: Watched,
  run: () => Promise<Failure | undefined>,
): Promise<Observation> {
  const before = await snapshot(worker, "own");
  const pid = worker.backend ?? 0;
  const locksBefore = await locksOf(watcher, pid);
  const blockedBefore = locksBefore.size === 0 ? new Map() : await probe(watcher, before);
  notices.length = 0;
  const failed = await run();
  if (failed !== undefined) {
    const none = new Map();
    return {
      before,
      after: before,
      locks: none,
      locksBefore,
      blocked: none,
      blockedBefore,
      notices: [...notices],
      failed,
    };
  }
  const said = [...notices];
  const locks = await locksOf(watcher, pid);
  const after = await snapshot(worker, "own");
  const blocked = await probe(watcher, before);
  return { before, after, locks, locksBefore, blocked, blockedBefore, notices: said };
}
