import { count } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Plan } from "../plan/plan.ts";
import { connect, type Session } from "../postgres/session.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { recordDecision } from "./audit.ts";
import { againWhenLost, type Connection, workConnection } from "./connection.ts";
import { contractObstacles, contractRefused } from "./contract-conditions.ts";
import { contractPlan } from "./contract-plan.ts";
import { catalogNow, type Guard, recordWaivers, type Waiver } from "./guard.ts";
import { namingFailures } from "./name-failure.ts";
import type { ContractPolicy } from "./policy.ts";
import { hasProgress } from "./prepare.ts";
import { queueRuns, readPlan, supersedeRuns } from "./queue-runs.ts";
import { type AppliedMigration, type DatabaseState, readState, type UnfinishedRun } from "./read-state.ts";
import { requireWritable } from "./require-writable.ts";
import { resumeRuns } from "./resume.ts";
import { type Runner, withRunner } from "./runner.ts";
import type { StepWatch } from "./step-watch.ts";
import type { OperationOptions } from "./under-lease.ts";
import { untilKept } from "./up.ts";

export interface ContractOptions extends OperationOptions {
  /** The files at hand; none is needed. */
  readonly migrations: readonly Migration[];
  /** The migrations whose leftovers go; all that wait and are old enough when undefined. */
  readonly ids?: readonly string[];
  /** Why it goes although a condition of the policy does not hold; kept in the audit. */
  readonly override?: string;
  /** Asked once the plans are known and before anything is changed; throwing ends the call. */
  readonly confirm?: (plans: readonly Plan[]) => Promise<void>;
  readonly guard?: Guard | undefined;
  /** Stands around each step. */
  readonly watch?: StepWatch;
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
 * @throws LockkeeperError `migration_unknown` for one that is not in force, `contract_refused` where a condition of the
 *   policy does not hold, and those of a run
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

async function contractWaiting(asked: ContractOptions): Promise<ContractResult> {
  await using work = workConnection(asked);
  const session = await work.session();
  const state = await readState(session);
  if (asked.override !== undefined) await tellOverridden(session, asked, state);
  const ids = await mayGo(session, asked, state);
  const options = { ...asked, ids };
  const chosen = choose(options, state);
  if (chosen.length === 0) {
    return { contracted: [], waiting: waitingIn(state).map(({ id }) => id) };
  }
  requireWritable(state);
  // What the statements remove is told by their parse trees.
  await loadParser();
  await options.confirm?.(await plansOf(session, chosen, state.floor));
  await clear(options, session, state);
  const contracted: string[] = [];
  let cleared: readonly Waiver[] | undefined;
  const clearOnce = async (now: DatabaseState): Promise<readonly Waiver[]> => {
    cleared ??= await clear(options, await work.session(), now);
    return cleared;
  };
  await withRunner(
    { ...options, details: { command: "contract", migrations: chosen.map(({ id }) => id) } },
    work,
    async () => choose(options, await readState(await work.session())).length === 0,
    (runner) => untilKept(runner, () => contractAll(options, work, runner, contracted, clearOnce)),
  );
  const after = await againWhenLost(options.stop, async () => readState(await work.session()));
  return { contracted, waiting: waitingIn(after).map(({ id }) => id) };
}

/** Of what has begun, the decision was made. */
async function clear(options: ContractOptions, session: Session, state: DatabaseState): Promise<readonly Waiver[]> {
  if (options.guard === undefined) return [];
  const begun = begunIn(state).filter(hasProgress);
  const fresh = choose(options, state).filter(({ id }) => !begun.some(({ migration }) => migration === id));
  const plans = await plansOf(session, fresh, state.floor);
  return await options.guard.clear({
    direction: "contract",
    plans,
    begun: begun.map(({ migration }) => migration),
    catalog: () => catalogNow(session, options.policy, options.stop),
  });
}

/**
 * Those whose leftovers may go now. What is too young for everything to go is left for later; what was named, and what
 * somebody still uses, is refused. Where a run has begun, the decision was made.
 */
async function mayGo(session: Session, options: ContractOptions, state: DatabaseState): Promise<readonly string[]> {
  const chosen = choose(options, state).map(({ id }) => id);
  const begun = begunIn(state)
    .filter(hasProgress)
    .map(({ migration }) => migration);
  const undecided = chosen.filter((id) => !begun.includes(id));
  if (options.override !== undefined || undecided.length === 0) return chosen;
  const obstacles = await contractObstacles(session, undecided, options.policy.contract);
  const young = obstacles.filter(({ kind }) => kind === "young").map(({ migration }) => migration);
  const left = options.ids === undefined ? young : [];
  const against = obstacles.filter(({ migration }) => !left.includes(migration));
  if (against.length > 0) throw contractRefused(against);
  return chosen.filter((id) => !left.includes(id));
}

/** Somebody said that it goes all the same: what stood against it is told, and keeps nothing. */
async function tellOverridden(session: Session, options: ContractOptions, state: DatabaseState): Promise<void> {
  const ids = choose(options, state).map(({ id }) => id);
  const tell = (message: string): void => options.emit({ type: "notice", message });
  try {
    for (const { migration, reason } of await contractObstacles(session, ids, options.policy.contract)) {
      tell(`${migration}: what it left standing goes all the same: ${reason}`);
    }
  } catch (error) {
    if (!(error instanceof LockkeeperError && error.code === "contract_refused")) throw error;
    tell(`What migrations left standing goes all the same: ${error.message}`);
  }
}

const begunIn = ({ unfinished }: DatabaseState): readonly UnfinishedRun[] =>
  unfinished.filter(({ direction }) => direction === "contract");

/** How long a migration must have been in force for `auto`, where nobody says otherwise: 7 days. */
const AUTO_AFTER_MS = 604_800_000;

/**
 * Removes what may go by now, where the policy wants that to happen by itself. What stands against it is told and stays
 * for the next time: nobody's start depends on it.
 *
 * @throws LockkeeperError `interrupted`, `run_aborted`, `lease_lost`
 */
export async function contractDue(options: Omit<ContractOptions, "ids" | "confirm">): Promise<readonly string[]> {
  const { emit } = options;
  const policy = { ...options.policy.contract, afterMs: options.policy.contract.afterMs ?? AUTO_AFTER_MS };
  const tell = (id: string, reason: string): void =>
    emit({ type: "notice", message: `${id}: what it left standing stays for now: ${reason}` });
  try {
    const due = await readDue(options.url, policy, tell);
    return due.length === 0 ? [] : (await contract({ ...options, ids: due })).contracted;
  } catch (error) {
    if (!(error instanceof LockkeeperError) || STOPS.has(error.code)) throw error;
    emit({ type: "notice", message: `What migrations left standing stays for now: ${error.message}` });
    return [];
  }
}

const STOPS: ReadonlySet<string> = new Set(["interrupted", "run_aborted", "lease_lost"]);

async function readDue(
  url: string,
  policy: ContractPolicy,
  tell: (id: string, reason: string) => void,
): Promise<readonly string[]> {
  await using session = await connect(url);
  const waiting = waitingIn(await readState(session)).map(({ id }) => id);
  const obstacles = waiting.length === 0 ? [] : await contractObstacles(session, waiting, policy);
  for (const { migration, kind, reason } of obstacles) {
    if (kind === "used") tell(migration, reason);
  }
  return waiting.filter((id) => !obstacles.some(({ migration }) => migration === id));
}

async function contractAll(
  options: ContractOptions,
  work: Connection,
  runner: Runner,
  contracted: string[],
  clearOnce: (state: DatabaseState) => Promise<readonly Waiver[]>,
): Promise<void> {
  const before = await readState(await work.session());
  // The wait for the lease may have been long.
  const ids = await mayGo(await work.session(), options, before);
  const waivers = await clearOnce(before);
  const begun = begunIn(before).filter(({ migration }) => ids.includes(migration));
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
      await recordOverride(journal, options, waiting.id);
      await supersedeRuns(journal, stale);
      id = (await queueRuns(journal, [{ plan, completes: waiting.runId }])).get(plan.migration) ?? 0;
      await recordWaivers(journal, waivers, [id]);
    });
    await runner.execute({ id, plan, done: [], started: [], scripts: {} }, index < left.length - 1);
    contracted.push(plan.migration);
  }
}

async function recordOverride(session: Session, { override, actor }: ContractOptions, subject: string): Promise<void> {
  if (override === undefined) return;
  await recordDecision(session, { action: "contract", subject, reason: override, detail: { override: true }, actor });
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
