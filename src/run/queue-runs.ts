import type { Migration } from "../migrations/migration.ts";
import type { Plan } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { letStart } from "./let-start.ts";
import type { BegunRun } from "./prepare.ts";
import type { UnfinishedRun } from "./read-state.ts";
import type { RunTask } from "./runner.ts";

export interface NewRun {
  readonly plan: Plan;
  /** The run that this one takes back. */
  readonly undoes?: number;
  /** The run whose contract steps these are. */
  readonly completes?: number;
}

/** Stores plans before their first step; gives the runs' ids by migration. */
export async function queueRuns(session: Session, runs: readonly NewRun[]): Promise<ReadonlyMap<string, number>> {
  const rows = await session.query<{ id: string; migration: string }>(
    `INSERT INTO lockkeeper.run (migration_id, direction, state, plan, checksum, undoes, completes)
     SELECT r.plan ->> 'migration', r.plan ->> 'direction', 'queued', r.plan, r.plan ->> 'checksum', r.undoes, r.completes
     FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (plan jsonb, undoes bigint, completes bigint)) WITH ORDINALITY
       AS r(plan, undoes, completes, n)
     ORDER BY n RETURNING id, migration_id AS migration`,
    [JSON.stringify(runs)],
  );
  return new Map(rows.map(({ id, migration }) => [migration, Number(id)]));
}

/** Runs that never began and are planned anew. */
export async function supersedeRuns(session: Session, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) {
    await session.query(
      `UPDATE lockkeeper.run SET state = 'superseded', finished_at = clock_timestamp()
       WHERE id = ANY ($1) AND state IN ('queued', 'running', 'failed', 'aborted', 'paused')`,
      [ids],
    );
  }
}

/** Gives a run that stopped half way the plan of the edited file; what is known of the steps that were begun stays. */
export async function replan(
  session: Session,
  { id, plan, done, started }: Pick<RunTask, "id" | "plan" | "done" | "started">,
): Promise<void> {
  await session.query("UPDATE lockkeeper.run SET plan = $2, checksum = $3 WHERE id = $1", [
    id,
    JSON.stringify(plan),
    plan.checksum,
  ]);
  const begun = [...done, ...started.map(({ ordinal }) => ordinal)];
  await session.query("DELETE FROM lockkeeper.step WHERE run_id = $1 AND ordinal <> ALL ($2)", [id, begun]);
  await session.query("DELETE FROM lockkeeper.undo_sql WHERE run_id = $1 AND step <> ALL ($2)", [id, begun]);
}

/** Of these migrations the runs that go on as they were let start (see `letStart`). */
export async function readBegunRuns(
  session: Session,
  migrations: readonly Migration[],
  unfinished: readonly UnfinishedRun[],
): Promise<ReadonlyMap<string, BegunRun>> {
  const begun = new Map<string, BegunRun>();
  // The newest of a migration's runs counts.
  const queue = migrations.map((file) => ({
    file,
    run: unfinished.findLast(({ direction, migration }) => direction === "up" && migration === file.id),
  }));
  const free = letStart(queue);
  for (const { run } of queue) {
    if (run === undefined || !free.has(run.id)) continue;
    const plan = await readPlan(session, run.id);
    if (plan !== undefined) {
      begun.set(run.migration, { run, plan });
    }
  }
  return begun;
}

export async function readPlan(session: Session, id: number): Promise<Plan | undefined> {
  const [row] = await session.query<{ plan: Plan }>("SELECT plan FROM lockkeeper.run WHERE id = $1", [id]);
  return row?.plan;
}
