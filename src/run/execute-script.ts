import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { ScriptStep } from "../plan/plan.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import { BEGIN } from "../postgres/transaction.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { attemptStep, serverFacts, stopIfRequested } from "./attempt.ts";
import type { AttemptOutcome } from "./attempt-outcome.ts";
import { beginStep, finishStep } from "./execute-ddl.ts";
import { forgetSettings } from "./forget-settings.ts";
import type { RunContext, StepRef } from "./run-context.ts";
import { ScriptQueries } from "./script-queries.ts";

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
  await loadParser();
  return await attemptStep(
    context,
    ref,
    step.title,
    () => ({ file: step.at.file }),
    async (facts) => {
      const session = await context.work.session();
      const queries = new ScriptQueries(session, step.script, step.at.file);
      try {
        await session.batch([{ sql: BEGIN }, { sql: beginStep(context, ref) }]);
        await runScript(context, step, queries, script);
        await session.batch([
          { sql: `SELECT lockkeeper.assert_step(${ref.run}, ${ref.ordinal})` },
          { sql: finishStep(context, ref, step.kind, step.title, last, facts) },
          { sql: "COMMIT" },
          ...forgetSettings(session, context.token),
        ]);
      } catch (error) {
        await session.rollback();
        throw explainScript(step, queries, error);
      }
    },
  );
}

type Script = RunContext["scripts"][string];

/**
 * A script that does not heed its signal is left behind: it cannot be ended, but it no longer reaches the database.
 */
async function runScript(context: RunContext, step: ScriptStep, queries: ScriptQueries, script: Script): Promise<void> {
  const { now } = context.stop;
  try {
    const work = script({
      query: ((sql, params) => queries.query(sql, params)) as Parameters<Script>[0]["query"],
      log: (message) => context.emit({ type: "notice", message: `${step.script}: ${message}` }),
      signal: now,
    });
    await unlessAborted(work, now);
  } catch (error) {
    throw new ScriptError(error);
  } finally {
    queries.close();
  }
  if (now.aborted) {
    stopIfRequested(context);
  }
  queries.requireAnswered();
}

/** What the script's function threw, told apart from failures of the journal's own statements. */
class ScriptError extends Error {
  constructor(cause: unknown) {
    super("the script failed", { cause });
  }
}

const TRANSACTION_ENDED = "LK004";
const TRANSACTION_ABORTED = "25P02";

/** Failures of the server keep their kind, so that locks are tried again; everything else is the script's own. */
function explainScript(step: ScriptStep, queries: ScriptQueries, thrown: unknown): unknown {
  const sqlstate = databaseError(thrown)?.code;
  if (sqlstate === TRANSACTION_ENDED) {
    return new LockkeeperError("script_failed", {
      message: `${step.at.file}: the script ${step.script} ended the transaction of its step; what it did before that may be committed.`,
      at: { file: step.at.file },
      action: "See what the script left in the database, take the COMMIT or ROLLBACK out of it, and run it again.",
      notDone: "The step was not recorded as done.",
    });
  }
  // The script went on behind a query that failed, and the server refused everything after it.
  const wentOn = sqlstate === TRANSACTION_ABORTED && queries.failure !== undefined;
  const error = wentOn ? queries.failure : thrown instanceof ScriptError ? thrown.cause : thrown;
  if (
    error instanceof LockkeeperError ||
    failureKind(error) !== "statement" ||
    !(wentOn || thrown instanceof ScriptError)
  ) {
    return error;
  }
  return new LockkeeperError("script_failed", {
    message: `${step.script}: ${error instanceof Error ? error.message : String(error)}`,
    at: queries.placeOf(error),
    notDone: "The step was rolled back; steps before it stand.",
    data: serverFacts(databaseError(error)),
    cause: error,
  });
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
