import type { Catalog } from "../catalog/catalog.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Direction, Plan, Step } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { recordDecision } from "./audit.ts";
import type { EmitEvent } from "./events.ts";
import type { RunPolicy } from "./policy.ts";
import type { Stop } from "./stop.ts";

/** What is about to run. */
export interface Flight {
  readonly direction: Direction;
  /** In the order in which they would run; none of them was let start before. */
  readonly plans: readonly Plan[];
  /** Migrations whose runs were let start before, and go on. */
  readonly begun: readonly string[];
  /** Of the database before the first of them, with its facts. */
  readonly catalog: () => Promise<Catalog>;
}

/** A condition that did not hold, and why the run may start all the same. */
export interface Waiver {
  readonly gate: string;
  readonly because: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface StepToGuard {
  readonly plan: Plan;
  readonly step: Step;
  readonly stop: Stop;
  readonly emit: EmitEvent;
}

/** Lets runs start, or does not; by what, the runner does not ask. */
export interface Guard {
  /**
   * Asked once the plans are known and before anything is changed, and again under the lease; also where all that is left
   * to do has begun, with no plans. What it gives is recorded with the runs; throwing refuses all of them.
   */
  readonly clear: (flight: Flight) => Promise<readonly Waiver[]>;
  /**
   * Asked before a step begins, also of runs that are continued. It may wait. What it gives is recorded with the run;
   * throwing ends it, and it can be resumed.
   */
  readonly beforeStep?: (step: StepToGuard) => Promise<Waiver | undefined>;
}

/** The catalog that plans begin with which needed none. */
export async function catalogNow(session: Session, policy: RunPolicy, stop: Stop): Promise<Catalog> {
  const { readSight } = await import("./plan-sight.ts");
  const catalogs: Catalog[] = [];
  await readSight(session, policy, stop, { onCatalog: (catalog) => catalogs.push(catalog) });
  const [catalog] = catalogs;
  if (catalog === undefined) throw new LockkeeperError("internal", { message: "The catalog was read and not given." });
  return catalog;
}

/** In the transaction that queues the runs, so that they stand or fall together. */
export async function recordWaivers(
  session: Session,
  waivers: readonly Waiver[],
  runs: readonly number[],
): Promise<void> {
  for (const { gate, because, detail } of waivers) {
    await recordDecision(session, { action: "override", subject: gate, reason: because, detail: { ...detail, runs } });
  }
}
