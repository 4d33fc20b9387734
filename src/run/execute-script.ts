import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { ScriptStep } from "../plan/plan.ts";
import { failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { type AttemptOutcome, attemptStep, stopIfRequested } from "./attempt.ts";
import { beginStep, finishStep } from "./execute-ddl.ts";
import type { RunContext, StepRef } from "./run-context.ts";
import { BEGIN } from "./transaction.ts";

/** A function of the migration in one transaction with its journal row. It is run again after a lock timeout. */
export async function executeScript(
  context: RunContext,
  ref: StepRef,
  step: ScriptStep,
  last: boolean,
): Promise<AttemptOutcome> {
  const script = context.scripts[step.script];
  if (script === undefined) {
    throw new LockkeeperError("migration_module_invalid", {
      message: `${step.at.file}: the script ${step.script} is not there.`,
      at: step.at,
      action: "A script needs its file: run this command from a release that has it.",
      notDone: "The step was not run.",
    });
  }
  const placeOf = (): { at: ScriptStep["at"]; sql: string } => ({ at: step.at, sql: "" });
  return await attemptStep(context, ref, step.title, placeOf, async (facts) => {
    const session = await context.work.session();
    try {
      await session.batch([{ sql: BEGIN }, { sql: beginStep(context, ref) }]);
      await runScript(context, step, session, script);
      await session.batch([{ sql: finishStep(context, ref, step.kind, step.title, last, facts) }, { sql: "COMMIT" }]);
    } catch (error) {
      await session.rollback();
      throw error;
    }
  });
}

type Script = RunContext["scripts"][string];

/**
 * Failures of the server keep their kind, so that locks are tried again; everything else is the script's own. A script
 * that does not heed its signal is left behind: it cannot be ended, but it no longer reaches the database.
 */
async function runScript(context: RunContext, step: ScriptStep, session: Session, script: Script): Promise<void> {
  const { now } = context.stop;
  let isOver = false;
  const query = async (sql: string, params?: readonly unknown[]): Promise<object[]> => {
    if (isOver) {
      throw new Error("The step of this script is over; its query would be outside the transaction.");
    }
    return await session.query(sql, params);
  };
  try {
    const work = script({
      query: query as Parameters<Script>[0]["query"],
      log: (message) => context.emit({ type: "notice", message: `${step.script}: ${message}` }),
      signal: now,
    });
    await unlessAborted(work, now);
  } catch (error) {
    if (failureKind(error) !== "statement") {
      throw error;
    }
    throw new LockkeeperError("script_failed", {
      message: `${step.script}: ${error instanceof Error ? error.message : String(error)}`,
      at: step.at,
      notDone: "The step was rolled back; steps before it stand.",
      cause: error,
    });
  } finally {
    isOver = true;
  }
  if (now.aborted) {
    stopIfRequested(context);
  }
}

/** Resolves with the work or with the signal, whichever comes first. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let onAbort = (): void => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener("abort", onAbort);
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
