import type { ErrorReport } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Direction } from "../plan/plan.ts";
import { connect } from "../postgres/session.ts";
import { type CompareOptions, type HistoryInspection, inspectHistory } from "./compare-history.ts";
import { hasProgress } from "./prepare.ts";
import {
  type AppliedMigration,
  type DatabaseState,
  type LeaseState,
  type RunState,
  readState,
  type UnfinishedRun,
} from "./read-state.ts";
import { readSweeps, type SweepStanding } from "./read-sweeps.ts";

export interface StatusOptions extends CompareOptions {
  readonly url: string;
  readonly migrations: readonly Migration[];
}

/**
 * `applied`: in force, and the file (if its absence is not on record) agrees. `pending`: not in force. `edited`: in
 * force, but the file changed since. `missing-file`: in force, but the file is gone while newer ones are there.
 * `ahead`: in force and unknown to this program, because a newer release was here. `partial`: a run stopped half way.
 */
export type MigrationState = "applied" | "pending" | "edited" | "missing-file" | "ahead" | "partial";

export interface MigrationStatus {
  readonly id: string;
  readonly file: string | null;
  readonly state: MigrationState;
  readonly appliedAt: string | null;
  readonly durationMs: number | null;
  readonly origin: AppliedMigration["origin"] | null;
  readonly adoptedFrom: string | null;
  /** Whether what it left standing for those who still use it waits for `lockkeeper contract`; null where there is none. */
  readonly contract: AppliedMigration["contract"];
  /** Its run, while that is not finished. */
  readonly run: RunProgress | null;
}

export interface RunProgress {
  readonly id: number;
  readonly direction: Direction;
  readonly state: RunState;
  readonly stepsDone: number;
  readonly steps: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface StatusReport {
  readonly database: string;
  /** As in `server_version_num`. */
  readonly serverVersion: number;
  readonly readOnly: boolean;
  /** Version of the state schema; null where Lockkeeper has never run. */
  readonly stateVersion: number | null;
  /** Oldest migration whose applications the database still serves. */
  readonly floor: string | null;
  readonly lease: LeaseState | null;
  /** Sweeps that have begun and are not done. */
  readonly sweeps: readonly SweepStanding[];
  /** In the order of the files; those without a file where they were applied. */
  readonly migrations: readonly MigrationStatus[];
  readonly counts: Readonly<Record<MigrationState, number>>;
  /** What stands against the next `up`, the gravest first. */
  readonly problems: readonly ErrorReport[];
}

/**
 * Where every migration stands. Reads in one round trip, in two where a step has begun, and changes nothing; disagreements between files and history
 * are reported, not thrown.
 *
 * @throws LockkeeperError those of connecting, `state_newer`, `server_unsupported`, `permission_denied`
 */
export async function status(options: StatusOptions): Promise<StatusReport> {
  await using session = await connect(options.url);
  const state = await readState(session);
  const hasBegun = state.unfinished.some(({ started }) => started.length > 0);
  return reportStatus(options.migrations, state, hasBegun ? await readSweeps(session) : [], options);
}

/** The report on what was read; pure. */
function reportStatus(
  migrations: readonly Migration[],
  state: DatabaseState,
  sweeps: readonly SweepStanding[],
  options: CompareOptions,
): StatusReport {
  const inspection = inspectHistory(migrations, state, options);
  const rows = statusRows(migrations, state, inspection);
  const counts = { applied: 0, pending: 0, edited: 0, "missing-file": 0, ahead: 0, partial: 0 };
  for (const row of rows) {
    counts[row.state]++;
  }
  return {
    database: state.database,
    serverVersion: state.serverVersion,
    readOnly: state.readOnly,
    stateVersion: state.installed ? state.version : null,
    floor: state.floor,
    lease: state.lease,
    sweeps,
    migrations: rows,
    counts,
    problems: inspection.problems.map((problem) => problem.toJSON()),
  };
}

function statusRows(
  migrations: readonly Migration[],
  state: DatabaseState,
  inspection: HistoryInspection,
): MigrationStatus[] {
  const applied = new Map(state.applied.map((entry) => [entry.id, entry]));
  const runs = new Map(state.unfinished.map((run) => [run.migration, run]));
  const states = new Map<string, MigrationState>([
    ...inspection.pending.map(({ id }) => [id, "pending"] as const),
    ...inspection.edited.map((id) => [id, "edited"] as const),
    ...inspection.missing.map((id) => [id, "missing-file"] as const),
    ...inspection.ahead.map((id) => [id, "ahead"] as const),
  ]);
  const files = new Map(migrations.map(({ id, file }) => [id, file]));
  return idsInOrder(migrations, state).map((id): MigrationStatus => {
    const entry = applied.get(id);
    const run = runs.get(id);
    return {
      id,
      file: files.get(id) ?? null,
      state:
        run !== undefined && run.direction !== "contract" && hasProgress(run)
          ? "partial"
          : (states.get(id) ?? "applied"),
      appliedAt: entry?.appliedAt ?? null,
      durationMs: entry?.durationMs ?? null,
      origin: entry?.origin ?? null,
      adoptedFrom: entry?.adoptedFrom ?? null,
      contract: entry?.contract ?? null,
      run: run === undefined ? null : progressOf(run),
    };
  });
}

/** Applied ones without a file stand behind the one that was applied before them, half-done ones without one at the
 * end. What was tried and left nothing behind is not in the database, so without a file it is nowhere. */
function idsInOrder(migrations: readonly Migration[], state: DatabaseState): string[] {
  const files = new Set(migrations.map(({ id }) => id));
  const followers = new Map<string | undefined, string[]>();
  let before: string | undefined;
  for (const { id } of state.applied) {
    if (files.has(id)) {
      before = id;
    } else {
      followers.set(before, [...(followers.get(before) ?? []), id]);
    }
  }
  const ids = [
    ...(followers.get(undefined) ?? []),
    ...migrations.flatMap(({ id }) => [id, ...(followers.get(id) ?? [])]),
  ];
  const listed = new Set(ids);
  const halfDone = state.unfinished.filter(hasProgress).map(({ migration }) => migration);
  return [...ids, ...halfDone.filter((id) => !listed.has(id))];
}

function progressOf({ id, direction, state, done, steps, error }: UnfinishedRun): RunProgress {
  return {
    id,
    direction,
    state,
    stepsDone: done.length,
    steps,
    error: error === null ? null : { code: error.code, message: error.message },
  };
}
