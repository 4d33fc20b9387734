import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { ConcurrentStep, Plan } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";

/** A plan and the steps of it that are done. */
interface ToRun {
  readonly plan: Plan;
  readonly done?: readonly number[];
}

/**
 * Statements outside of transactions find what they need set in their session, which is not ours behind a pooler. Asked
 * before the first step of a call.
 *
 * @throws LockkeeperError `pooler_unsuitable`
 */
export async function requireOwnSession(session: Session, runs: readonly ToRun[]): Promise<void> {
  const steps = runs.flatMap(({ plan, done = [] }) =>
    plan.steps.flatMap((step, ordinal) => (step.kind === "concurrent" && !done.includes(ordinal) ? [step] : [])),
  );
  if (steps.length === 0 || !(await session.isPooled())) return;
  const timeouts = await timeoutsOf(session);
  for (const step of steps) {
    const reason = obstacleTo(step, timeouts);
    if (reason !== undefined) {
      throw new LockkeeperError("pooler_unsuitable", { message: reason, at: step.at, notDone: "Nothing was run." });
    }
  }
}

/** Limits that the server sets by itself, in words; null for none. */
async function timeoutsOf(session: Session): Promise<string | null> {
  const [row] = await session.query<{ timeouts: string | null }>(
    `SELECT string_agg(name || ' = ' || setting || ' ms', ', ') AS timeouts FROM pg_settings
     WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout') AND setting <> '0'`,
  );
  return row?.timeouts ?? null;
}

function obstacleTo({ probe, settings, title }: ConcurrentStep, timeouts: string | null): string | undefined {
  const missing = timeouts ?? settings[0];
  if (missing !== undefined) {
    return `Behind a connection pooler ${title} cannot have its own session settings (${missing}).`;
  }
  return probe.kind === "none"
    ? `Behind a connection pooler ${title} outside of a transaction would leave what it sets to the next client.`
    : undefined;
}
