import type { LockMode } from "../../src/effects/lock-mode.ts";
import type { Step } from "../../src/plan/plan.ts";
import type { Session } from "../../src/postgres/session.ts";
import { locksOf } from "../../src/trace/observe/observation.ts";
import { type Seen, type Snapshot, snapshot } from "../../src/trace/observe/snapshot.ts";
import { observedWork } from "../../src/trace/observe/works.ts";

/** These let nobody write; the last one lets nobody read either. */
const STOP_WRITES: readonly LockMode[] = ["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"];

/**
 * Runs one step, and tells what it was seen to do to tables that were there before the plan under a lock that stops
 * others: scans, rewrites, builds of indexes, all within the same transaction. What cannot run in a transaction lets
 * everybody through by itself (the proofs of the effects have that).
 *
 * @param known the relations that were there before the plan
 * @param notices those of the session, at DEBUG1
 */
export async function runWatched(
  step: Step,
  session: Session,
  watcher: Session,
  known: Snapshot,
  notices: string[],
): Promise<readonly string[]> {
  if (step.kind === "script") return [];
  if (step.kind === "concurrent") {
    for (const setting of step.settings) await session.query(setting.replace(/^SET LOCAL/, "SET"));
    await session.query(step.statement.sql);
    await session.query("RESET search_path; RESET TimeZone");
    return [];
  }
  // A sweep comes to the same end as its one statement.
  const statements = step.kind === "sweep" ? [step.statement] : step.statements;
  await session.query("BEGIN");
  for (const setting of step.settings) await session.query(setting);
  const before = await snapshot(session, "own");
  notices.length = 0;
  for (const { sql } of statements) await session.query(sql);
  const said = [...notices];
  const locks = await locksOf(watcher, session.backend ?? 0);
  const after = await snapshot(session, "own");
  await session.query("COMMIT");
  const ran = statements.map(({ sql }) => sql).join("; ");
  return [...before.values()]
    .filter(({ oid, kind }) => known.has(oid) && (kind === "r" || kind === "m"))
    .filter((table) => isStopped(table, locks, before))
    .flatMap((table) => {
      const { works, read } = observedWork(table, { before, after, notices: said }, locks.has(table.oid));
      const all = [...works, ...(read ? ["scan"] : [])];
      return all.length === 0 ? [] : [`${ran}: ${all.join(", ")} of ${table.name} while others wait`];
    });
}

/** Whether others wait for the table, or for one of its indexes, which every reader opens. */
function isStopped(table: Seen, locks: ReadonlyMap<number, ReadonlySet<LockMode>>, before: Snapshot): boolean {
  const own = [...(locks.get(table.oid) ?? [])];
  const isStoppedItself = own.some((mode) =>
    table.kind === "m" ? "ACCESS EXCLUSIVE" === mode : STOP_WRITES.includes(mode),
  );
  const indexes = [...before.values()].filter(({ on }) => on === table.oid);
  return isStoppedItself || indexes.some(({ oid }) => locks.get(oid)?.has("ACCESS EXCLUSIVE") === true);
}
