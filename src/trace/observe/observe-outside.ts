import { setTimeout } from "node:timers/promises";
import type { LockMode } from "../../effects/lock-mode.ts";
import type { Session } from "../../postgres/session.ts";
import { startBlockers } from "./blockers.ts";
import { addLock, locksOf, type Observation, type Probed, probe } from "./observation.ts";
import { type Seen, snapshot } from "./snapshot.ts";
import type { Failure, Watched } from "./watched.ts";

/** An observation of a statement that committed on its own. */
export interface OutsideObservation extends Observation {
  /** False: the role may not do all that it takes; locks that were held for a moment went unseen, and so did reading. */
  readonly isComplete: boolean;
  /** How long it was held up for being looked at, ms. */
  readonly heldUpMs: number;
}

/** Where a statement outside a transaction is looked at. */
export interface OutsideOptions {
  /** Of the database. */
  readonly url: string;
  /** In another database of the server: the statement may lock the catalogs of its own. */
  readonly admin: Session;
  /** Tables that the statement is held up at one by one; at the others it is held up at once. Default: all. */
  readonly apart?: (table: Seen) => boolean;
}

/**
 * Looks at a statement that PostgreSQL refuses inside a transaction.
 *
 * It commits on its own and lets go of its locks, so other sessions hold it up wherever it can be. For each table one has a
 * lock that even SHARE UPDATE EXCLUSIVE waits for, one has written and one has read the table, and with it holds weak
 * locks on its indexes; one has an old snapshot; and some keep catalogs
 * from being written to, again and again. Each time
 * the statement waits, its locks (those it waits for too) are noted, the tables are probed, and whoever holds it up lets
 * go.
 *
 * @param run runs it; says why it failed
 */
export async function observeOutside(
  { worker, watcher, notices, isUncounted }: Watched,
  run: () => Promise<Failure | undefined>,
  { url, admin, apart = () => true }: OutsideOptions,
): Promise<OutsideObservation> {
  // What the worker read before is not this statement's.
  await worker.query(FLUSH_COUNTS);
  const before = await snapshot(watcher, "all");
  notices.length = 0;
  const { blockers, isComplete } = await startBlockers(url, admin, before, apart);
  let heldUpMs = 0;
  try {
    const locks = new Map<number, Set<LockMode>>();
    const blocked = new Map<number, Probed>();
    const running = { ended: false };
    const outcome = run().finally(() => {
      running.ended = true;
    });
    // Should the watching fail, that is what is to be told.
    outcome.catch(() => {});
    const pid = worker.backend ?? 0;
    let probedWith = "";
    while (!running.ended) {
      const waitsFor = await blockersOf(admin, pid);
      const held = await locksOf(admin, pid);
      for (const [oid, modes] of held) {
        for (const mode of modes) addLock(locks, oid, mode);
      }
      if (waitsFor.length === 0) {
        await setTimeout(1);
        continue;
      }
      const since = performance.now();
      const key = JSON.stringify([...held].map(([oid, modes]) => [oid, [...modes].sort()]).sort());
      if (key !== probedWith) addProbed(blocked, await probe(watcher, before));
      probedWith = key;
      for (const blocker of blockers) {
        if (waitsFor.includes(blocker.backend)) await blocker.letGo();
      }
      heldUpMs += performance.now() - since;
    }
    const failed = await outcome;
    const none = new Map();
    if (!worker.lost) await worker.query(FLUSH_COUNTS);
    const after = await snapshot(watcher, "all");
    return {
      ...{ before, after, locks, locksBefore: none, blocked, blockedBefore: none, notices: [...notices] },
      isComplete: isComplete && isUncounted,
      heldUpMs,
      ...(failed === undefined ? {} : { failed }),
    };
  } finally {
    await Promise.all(blockers.map((blocker) => blocker.end()));
  }
}

/** Since PostgreSQL 15. */
const FLUSH_COUNTS = `
DO $$ BEGIN
  IF to_regproc('pg_stat_force_next_flush') IS NOT NULL THEN PERFORM pg_stat_force_next_flush(); END IF;
END $$`;

function addProbed(blocked: Map<number, Probed>, now: ReadonlyMap<number, Probed>): void {
  for (const [oid, { reads, writes }] of now) {
    const until = blocked.get(oid);
    blocked.set(oid, { reads: reads || until?.reads === true, writes: writes || until?.writes === true });
  }
}

const blockersOf = async (watcher: Session, pid: number): Promise<readonly number[]> =>
  (await watcher.query<{ pid: number }>("SELECT unnest(pg_blocking_pids($1)) AS pid", [pid])).map((row) => row.pid);
