import type { DdlStep, Plan } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { BEGIN } from "../postgres/transaction.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { beginStep, type Sent, statementsOf } from "./execute-ddl.ts";
import type { RunContext, StepRef } from "./run-context.ts";

/** A run whose only step may share its transaction with others. */
export interface QuietRun {
  readonly ref: StepRef;
  readonly step: DdlStep;
}

/** The only step of a plan, when it touches nothing that others use and its end is the end of the run and nothing else. */
export function quietStep({ steps, direction, contract, raisesFloorTo }: Plan): DdlStep | undefined {
  const [only, another] = steps;
  const isPlain = direction === "up" && contract === undefined && raisesFloorTo === undefined && another === undefined;
  return isPlain && only?.kind === "ddl" && only.isQuiet === true ? only : undefined;
}

/** Whether what one of them sets is in force for the other as well: settings last until the end of the transaction. */
export const haveSameSettings = (one: DdlStep, other: DdlStep): boolean =>
  one.settings.length === other.settings.length && one.settings.every((sql, index) => sql === other.settings[index]);

/**
 * Does several runs of one quiet step each in one transaction, with a journal row for each. When one of them fails, all
 * are rolled back; whoever runs them again one by one finds out which, and why.
 *
 * @param runs with the same settings, in their order
 * @returns by run, ms that it took; only those that are done for certain
 */
export async function executeTogether(
  context: RunContext,
  runs: readonly QuietRun[],
): Promise<ReadonlyMap<number, number>> {
  const session = await context.work.session();
  const sent = together(context, runs);
  try {
    const { rows } = await session.batch(sent);
    const ms = rows[sent.length - 2]?.[0]?.[0]?.slice(1, -1).split(",") ?? [];
    return new Map(runs.map(({ ref }, index) => [ref.run, Number(ms[index])]));
  } catch {
    await session.rollback();
    // Without a connection nobody knows; each run by itself will find out from the journal.
    return session.lost ? new Map() : await doneRuns(session, runs);
  }
}

function together(context: RunContext, runs: readonly QuietRun[]): Sent[] {
  const [first] = runs;
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return [];
  const { deferFlush } = last.ref;
  const journaled = [
    String(context.token),
    `'{${runs.map(({ ref }) => ref.run).join(",")}}'`,
    `ARRAY[${runs.map(({ step }) => quoteLiteral(step.title)).join(",")}]`,
    quoteLiteral(JSON.stringify({ attempts: 1, lockWaitMs: 0, together: runs.length })),
  ];
  return [
    { sql: BEGIN },
    { sql: beginStep(context, { ...first.ref, deferFlush }) },
    ...first.step.settings.map((sql) => ({ sql })),
    ...runs.flatMap(({ ref, step }) => [...statementsOf(ref, step), { sql: "SELECT lockkeeper.mark_end()" }]),
    { sql: `SELECT lockkeeper.finish_together(${journaled.join(", ")})`, wantRows: true },
    { sql: "COMMIT" },
  ];
}

async function doneRuns(session: Session, runs: readonly QuietRun[]): Promise<ReadonlyMap<number, number>> {
  const rows = await session.query<{ run: string; ms: number }>(
    `SELECT run_id AS run, (extract(epoch FROM finished_at - started_at) * 1000)::double precision AS ms
     FROM lockkeeper.step WHERE run_id = ANY ($1) AND state = 'done'`,
    [runs.map(({ ref }) => ref.run)],
  );
  return new Map(rows.map(({ run, ms }) => [Number(run), ms]));
}
