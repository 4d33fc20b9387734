import type { Catalog } from "../../catalog/catalog.ts";
import type { ErrorReport } from "../../errors/lockkeeper-error.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import type { Plan, PlannedStatement } from "../../plan/plan.ts";
import { connect, type Session } from "../../postgres/session.ts";
import { inspectHistory } from "../../run/compare-history.ts";
import { requireNotSquashed, type UndoTarget, undoTargets } from "../../run/down.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { readSight } from "../../run/plan-sight.ts";
import type { RunPolicy } from "../../run/policy.ts";
import { readPlan } from "../../run/queue-runs.ts";
import { type DatabaseState, type RunState, readState } from "../../run/read-state.ts";
import { Sight } from "../../run/sight.ts";
import type { Stop } from "../../run/stop.ts";
import { type PastRun, planUndo, readPastRun } from "../../run/undo-plan.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import type { PlanToEstimate } from "../estimate/estimate.ts";
import { Estimator } from "../estimator.ts";
import { type BackupPoint, newestBackup } from "./backup-point.ts";
import { type KeptReport, keptObjects } from "./kept-objects.ts";
import { type Moment, type RunAtHand, standingOf } from "./moment.ts";
import type { Way } from "./way.ts";
import { type MigrationFacts, waysOf } from "./ways.ts";
import { writtenSince } from "./written-since.ts";

export interface RestorePointOptions {
  readonly url: string;
  /** The files at hand; none is needed. */
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly stop: Stop;
  /** What came after this migration; absent: the newest, and whatever is not settled. */
  readonly to?: string;
}

/** Where one migration stands, and the ways to come back from it. */
export interface MigrationPoint {
  readonly id: string;
  readonly moment: Moment;
  /** Of the run that is not finished; null where there is none. */
  readonly state: RunState | null;
  readonly stepsDone: number | null;
  readonly steps: number | null;
  readonly error: ErrorReport | null;
  /** The one to be preferred first. */
  readonly ways: readonly Way[];
}

export interface RestorePoint {
  readonly database: string;
  /** By the database's clock, ISO 8601. */
  readonly at: string;
  /** Who has the lease; null where nobody is at work. */
  readonly runner: string | null;
  /** What failed before it left anything, and what can be taken back, the newest first. */
  readonly migrations: readonly MigrationPoint[];
  /** Migrations of which nothing was begun. */
  readonly pending: readonly string[];
  readonly backup: BackupPoint | null;
}

/** So many may be looked at when nobody says how far. */
const LOOKED_AT = 20;
/** What is settled: nobody asks about it unless it is named. */
const SETTLED: ReadonlySet<Moment> = new Set(["in force", "contracted", "recorded"]);

/**
 * Tells which ways back there are at this moment, what each brings and costs, and the commands. It plans the ways back
 * that `lockkeeper down` would take now. Reads only.
 *
 * @throws LockkeeperError `migration_unknown`, those of connecting, of reading the state and of reading the catalog
 */
export async function restorePoint(options: RestorePointOptions): Promise<RestorePoint> {
  return await namingFailures(async () => {
    await using session = await connect(options.url, { applicationName: "lockkeeper restore-point" });
    await loadParser();
    const state = await readState(session);
    const backup = await newestBackup(session);
    const all = undoTargets(options.to === undefined ? { steps: LOOKED_AT } : { to: options.to }, state);
    const begun = new Set(all.map(({ id }) => id));
    const look = new Look(session, options, state, backup);
    const found = await look.pointsOf(all);
    const last = options.to === undefined ? Math.max(1, lastUnsettled(found)) : found.length;
    const [clock] = await session.query<{ at: string }>("SELECT to_json(clock_timestamp()) #>> '{}' AS at");
    return {
      database: state.database,
      at: clock?.at ?? "",
      runner: state.lease?.alive === true ? state.lease.holder : null,
      migrations: [...(await look.failedAtOnce(begun)), ...found.slice(0, last)],
      pending: inspectHistory(options.migrations, state)
        .pending.map(({ id }) => id)
        .filter((id) => !begun.has(id)),
      backup,
    };
  });
}

/** How many there are up to the oldest that is not settled. */
const lastUnsettled = (points: readonly MigrationPoint[]): number =>
  points.findLastIndex(({ moment }) => !SETTLED.has(moment)) + 1;

/** Nothing of it is there, or its way back is known already. */
const NO_WAY_BACK: ReadonlySet<Moment> = new Set(["not begun", "taking back"]);
const NOTHING_KEPT: KeptReport = { there: [], gone: [] };

class Look {
  readonly #session: Session;
  readonly #state: DatabaseState;
  readonly #backup: BackupPoint | null;
  readonly #policy: RunPolicy;
  readonly #sight: Sight;
  readonly #seen: Catalog[] = [];
  /** Of those that were planned, the newest first. */
  readonly #planned: Plan[] = [];
  #newer: Way | undefined;
  readonly #files: ReadonlyMap<string, Migration>;

  constructor(session: Session, options: RestorePointOptions, state: DatabaseState, backup: BackupPoint | null) {
    this.#session = session;
    this.#state = state;
    this.#backup = backup;
    this.#sight = new Sight(() =>
      readSight(session, options.policy, options.stop, { onCatalog: (catalog) => this.#seen.push(catalog) }),
    );
    this.#policy = options.policy;
    this.#files = new Map(options.migrations.map((migration) => [migration.id, migration]));
  }

  /** Planned one after the other: each way back begins with what the one before it leaves behind. */
  async pointsOf(targets: readonly UndoTarget[]): Promise<readonly MigrationPoint[]> {
    const points: MigrationPoint[] = [];
    let barrier: string | undefined;
    for (const [index, target] of targets.entries()) {
      const facts = await this.#factsOf(target, index + 1, barrier);
      if (facts.back !== undefined && "refused" in facts.back) barrier ??= target.id;
      const point = pointOf(facts);
      this.#newer = point.ways.find(({ kind, isOpen }) => kind === "down" && isOpen);
      points.push(point);
    }
    return points;
  }

  /** Runs up that failed and left nothing. */
  async failedAtOnce(begun: ReadonlySet<string>): Promise<readonly MigrationPoint[]> {
    const failed = this.#state.unfinished.filter(
      ({ migration, direction, error }) => direction === "up" && error !== null && !begun.has(migration),
    );
    const points: MigrationPoint[] = [];
    for (const { migration, checksum, id } of failed) {
      points.push(pointOf(await this.#factsOf({ id: migration, checksum, run: id }, 0, undefined)));
    }
    return points;
  }

  async #factsOf(target: UndoTarget, nth: number, barrier: string | undefined): Promise<MigrationFacts> {
    const { id } = target;
    const runs = await this.#runsOf(id);
    const applied = this.#state.applied.find((one) => one.id === id);
    const standing = standingOf(applied, runs);
    const run = runs.findLast(({ run: { direction } }) => direction === directionAt(standing.moment));
    const past = target.run === null ? undefined : await readPastRun(this.#session, target.run);
    return {
      id,
      ...standing,
      isAtWork: this.#state.lease?.alive === true,
      run,
      error: run?.run.error == null ? null : await this.#errorOf(run.run.id),
      nth,
      back: NO_WAY_BACK.has(standing.moment) ? undefined : await this.#backOf(target, past, barrier),
      runSeconds: run === undefined ? null : await this.#secondsOf([{ plan: run.plan, done: run.run.done }]),
      kept: past === undefined ? NOTHING_KEPT : await keptObjects(this.#session, past.plan),
      backup: this.#backup,
    };
  }

  /** Of the last of the plans, each on what those before it leave behind. */
  async #secondsOf(plans: readonly PlanToEstimate[]): Promise<number | null> {
    await this.#sight.look();
    const [catalog] = this.#seen;
    if (catalog === undefined) return null;
    const estimates = await new Estimator(this.#session, this.#policy, catalog).estimate(plans);
    return estimates.at(-1)?.total.seconds.likely ?? null;
  }

  async #runsOf(id: string): Promise<readonly RunAtHand[]> {
    const all: RunAtHand[] = [];
    for (const run of this.#state.unfinished.filter(({ migration }) => migration === id)) {
      const plan = await readPlan(this.#session, run.id);
      if (plan !== undefined) all.push({ run, plan });
    }
    return all;
  }

  /** With the advice that the runner gave. */
  async #errorOf(run: number): Promise<ErrorReport | null> {
    const [found] = await this.#session.query<{ error: ErrorReport | null }>(
      "SELECT error FROM lockkeeper.run WHERE id = $1",
      [run],
    );
    return found?.error ?? null;
  }

  async #backOf(
    target: UndoTarget,
    past: PastRun | undefined,
    barrier: string | undefined,
  ): Promise<MigrationFacts["back"]> {
    if (barrier !== undefined) {
      return { refused: `${barrier}, which came after it, cannot be taken back, and would have to be first.` };
    }
    const { id, checksum } = target;
    try {
      await requireNotSquashed(this.#session, [target], this.#files, this.#state);
      const subject = { id, checksum, past, file: this.#files.get(id) };
      const { plan } = await planUndo(subject, { sight: this.#sight, direct: false });
      const undoOf = (statement: PlannedStatement): readonly string[] =>
        past === undefined ? [] : undoTexts(statement, past);
      const authored = plan.authoredUndo === undefined ? undefined : plan;
      this.#planned.push(plan);
      return {
        plan,
        since: writtenSince(past?.plan ?? plan, authored, undoOf),
        seconds: await this.#secondsOf(this.#planned.map((one) => ({ plan: one }))),
        newer: this.#newer,
      };
    } catch (error) {
      if (error instanceof LockkeeperError && NO_WAY.has(error.code)) {
        return { refused: `${error.message}\n${error.action}` };
      }
      throw error;
    }
  }
}

const NO_WAY: ReadonlySet<string> = new Set([
  "undo_unavailable",
  "plan_refused",
  "migration_unwritten",
  "run_changed",
  "sql_syntax",
]);

const directionAt = (moment: Moment): Plan["direction"] =>
  moment === "taking back" ? "down" : moment === "contracting" || moment === "waiting for contract" ? "contract" : "up";

/** The statements that take it back, as far as the run that ran it knows them; none where it did not run. */
function undoTexts(statement: PlannedStatement, { plan, done, captured }: PastRun): readonly string[] {
  const ordinal = plan.steps.findIndex((step) =>
    step.kind === "ddl" ? step.statements.includes(statement) : step.kind !== "script" && step.statement === statement,
  );
  if (!done.includes(ordinal)) return [];
  const step = plan.steps[ordinal];
  const place = step?.kind === "ddl" ? step.statements.indexOf(statement) : 0;
  return statement.undo.flatMap((item, index) =>
    "sql" in item ? [item.sql] : (captured.get(`${ordinal}/${place}/${index}`) ?? []),
  );
}

function pointOf(facts: MigrationFacts): MigrationPoint {
  const { id, moment, state, run, error } = facts;
  return {
    id,
    moment,
    state,
    stepsDone: run?.run.done.length ?? null,
    steps: run?.run.steps ?? null,
    error,
    ways: waysOf(facts),
  };
}
