import { count } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Plan } from "../plan/plan.ts";
import { connect, type Session } from "../postgres/session.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { type Connection, workConnection } from "./connection.ts";
import { contractPlan } from "./contract-plan.ts";
import { namingFailures } from "./name-failure.ts";
import { hasProgress } from "./prepare.ts";
import { queueRuns, readPlan, supersedeRuns } from "./queue-runs.ts";
import { type AppliedMigration, type DatabaseState, readState } from "./read-state.ts";
import { requireWritable } from "./require-writable.ts";
import { resumeRuns } from "./resume.ts";
import { type Runner, withRunner } from "./runner.ts";
import type { OperationOptions } from "./under-lease.ts";
import { untilKept } from "./up.ts";

export interface ContractOptions extends Omit<OperationOptions, "actor"> {
  /** The files at hand; none is needed. */
  readonly migrations: readonly Migration[];
  /** The migrations whose leftovers go; all that wait when undefined. */
  readonly ids?: readonly string[];
  /** Asked once the plans are known and before anything is changed; throwing ends the call. */
  readonly confirm?: (plans: readonly Plan[]) => Promise<void>;
}

export interface ContractResult {
  /** Migrations of which nothing is left standing since this call, oldest first. */
  readonly contracted: readonly string[];
  /** Those that still wait. */
  readonly waiting: readonly string[];
}

type Waiting = AppliedMigration & { readonly runId: number };

/**
 * Removes what migrations left standing for those who still used it: tables and columns in quarantine, views with old
 * names. It is a run like any other, oldest migration first. With nothing to do it changes nothing.
 *
 * @throws LockkeeperError `migration_unknown` for one that is not in force, and those of a run
 */
export async function contract(options: ContractOptions): Promise<ContractResult> {
  return await namingFailures(() => contractWaiting(options));
}

/**
 * What would run for each migration that waits, oldest first. Changes nothing.
 *
 * @throws LockkeeperError those of connecting, `state_newer`, `server_unsupported`, `permission_denied`
 */
export async function plannedContracts(url: string): Promise<readonly Plan[]> {
  await using session = await connect(url);
  const state = await readState(session);
  return await plansOf(session, waitingIn(state), state.floor);
}

async function contractWaiting(options: ContractOptions): Promise<ContractResult> {
  await using work = workConnection(options);
  const session = await work.session();
  const state = await readState(session);
  const chosen = choose(options, state);
  if (chosen.length === 0) {
    return { contracted: [], waiting: waitingIn(state).map(({ id }) => id) };
  }
  requireWritable(state);
  // What the statements remove is told by their parse trees.
  await loadParser();
  await options.confirm?.(await plansOf(session, chosen, state.floor));
  const contracted: string[] = [];
  await withRunner(
    { ...options, details: { command: "contract", migrations: chosen.map(({ id }) => id) } },
    work,
    async () => choose(options, await readState(await work.session())).length === 0,
    (runner) => untilKept(runner, () => contractAll(options, work, runner, contracted)),
  );
  const after = await readState(await work.session());
  return { contracted, waiting: waitingIn(after).map(({ id }) => id) };
}

async function contractAll(
  options: ContractOptions,
  work: Connection,
  runner: Runner,
  contracted: string[],
): Promise<void> {
  const before = await readState(await work.session());
  const ids = choose(options, before).map(({ id }) => id);
  const begun = before.unfinished.filter(
    ({ direction, migration }) => direction === "contract" && ids.includes(migration),
  );
  const halfDone = begun.filter(hasProgress);
  contracted.push(...(await resumeRuns(work, runner, halfDone, options)));
  const stale = begun.filter((run) => !hasProgress(run)).map(({ id }) => id);
  const left = choose(options, await readState(await work.session()));
  for (const [index, waiting] of left.entries()) {
    const session = await work.session();
    // Planned one after the other: what an earlier one removed may be what a later one would have.
    const { floor } = await readState(session);
    const [plan] = await plansOf(session, [waiting], floor);
    if (plan === undefined) {
      throw new LockkeeperError("run_not_found", { message: `Run ${waiting.runId} is gone.` });
    }
    let id = 0;
    await runner.journal(async (journal) => {
      await supersedeRuns(journal, stale);
      id = (await queueRuns(journal, [{ plan, completes: waiting.runId }])).get(plan.migration) ?? 0;
    });
    await runner.execute({ id, plan, done: [], started: [], scripts: {} }, index < left.length - 1);
    contracted.push(plan.migration);
  }
}

/** @throws LockkeeperError `migration_unknown`, `run_parked` for one that is being taken back */
function choose({ ids }: ContractOptions, state: DatabaseState): readonly Waiting[] {
  const stranger = ids?.find((id) => !state.applied.some((entry) => entry.id === id));
  if (stranger !== undefined) {
    throw new LockkeeperError("migration_unknown", {
      message: `${stranger} is not in force in this database.`,
      notDone: "Nothing was changed.",
    });
  }
  const chosen = waitingIn(state).filter(({ id }) => ids === undefined || ids.includes(id));
  const undoing = state.unfinished.find(
    (run) => run.direction === "down" && hasProgress(run) && chosen.some(({ id }) => id === run.migration),
  );
  if (undoing !== undefined) {
    throw new LockkeeperError("run_parked", {
      message: `Run ${undoing.id} takes ${undoing.migration} back, and stopped after ${count(undoing.done.length, "step")}.`,
      notDone: "Nothing was changed.",
      action: "`lockkeeper down` (or `lockkeeper resume`) goes on with taking it back.",
      data: { run: undoing.id, migration: undoing.migration, state: undoing.state },
    });
  }
  return chosen;
}

const waitingIn = ({ applied }: DatabaseState): readonly Waiting[] =>
  applied.flatMap((entry) =>
    entry.contract === "waiting" && entry.runId !== null ? [{ ...entry, runId: entry.runId }] : [],
  );

async function plansOf(session: Session, chosen: readonly Waiting[], floor: string | null): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  for (const { runId } of chosen) {
    const up = await readPlan(session, runId);
    if (up !== undefined) plans.push(await contractPlan(session, up, floor));
  }
  return plans;
}
