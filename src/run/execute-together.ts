import type { DdlStep, Plan } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { ddlBatch, type Sent } from "./execute-ddl.ts";
import type { RunContext, StepRef } from "./run-context.ts";

/** A run whose only step may be sent together with others. */
export interface QuietRun {
  readonly ref: StepRef;
  readonly step: DdlStep;
}

/** The only step of a plan, when it touches nothing that others use. */
export function quietStep({ steps }: Plan): DdlStep | undefined {
  const [only, another] = steps;
  return only?.kind === "ddl" && only.isQuiet === true && another === undefined ? only : undefined;
}

/**
 * Sends several runs of one quiet step each in one message: a transaction for each, committed one after the other, each
 * with its own journal row and its own look at the lease. The server stops at the first that fails, whose transaction
 * is rolled back; whoever runs it again by itself finds out why.
 *
 * @returns by run, ms that it took; only those that are done for certain
 */
export async function executeTogether(
  context: RunContext,
  runs: readonly QuietRun[],
): Promise<ReadonlyMap<number, number>> {
  const ends = new Map<number, number>();
  const sent: Sent[] = [];
  for (const { ref, step } of runs) {
    sent.push(...ddlBatch(context, ref, step, true, { attempts: 1, lockWaitMs: 0 }));
    // Its last statement but the COMMIT is the journal's, and says how long it took.
    ends.set(ref.run, sent.length - 2);
  }
  const asking = new Set(ends.values());
  const session = await context.work.session();
  try {
    const { rows } = await session.batch(
      sent.map((statement, index) => (asking.has(index) ? { ...statement, wantRows: true } : statement)),
    );
    return new Map([...ends].map(([run, end]) => [run, Number(rows[end]?.[0]?.[0])]));
  } catch {
    await session.rollback();
    // Without a connection nobody knows; each run by itself will find out from the journal.
    return session.lost ? new Map() : await doneRuns(session, [...ends.keys()]);
  }
}

async function doneRuns(session: Session, runs: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await session.query<{ run: string; ms: number }>(
    `SELECT run_id AS run, (extract(epoch FROM finished_at - started_at) * 1000)::double precision AS ms
     FROM lockkeeper.step WHERE run_id = ANY ($1) AND state = 'done'`,
    [runs],
  );
  return new Map(rows.map(({ run, ms }) => [Number(run), ms]));
}
