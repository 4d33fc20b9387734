import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { SWEEP_BEGAN } from "../online/bulk/bind-moments.ts";
import type { SweepSpec } from "../online/sweep-spec.ts";
import type { SweepStep } from "../plan/plan.ts";
import { BEGIN } from "../postgres/transaction.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { runSweep } from "../sweep/run-sweep.ts";
import type { SweepHost } from "../sweep/sweep-host.ts";
import { attemptStep, stepOf, stopIfRequested } from "./attempt.ts";
import type { AttemptOutcome } from "./attempt-outcome.ts";
import { beginStep, captures, finishStep } from "./execute-ddl.ts";
import { workName } from "./lease.ts";
import { placeInStatement } from "./place-in-statement.ts";
import { type RunContext, type StepRef, transactionSettings } from "./run-context.ts";

/**
 * A sweep: announced in the journal with the moment at which it began, done in batches that each commit with their
 * cursor, and then recorded as done. One that was announced goes on where its cursors stand.
 *
 * @throws LockkeeperError those of `attemptStep` and of `runSweep`
 */
export async function executeSweep(
  context: RunContext,
  ref: StepRef,
  step: SweepStep,
  last: boolean,
): Promise<AttemptOutcome> {
  const batch = batchOf(context, step);
  const placeOf = () => placeInStatement(step.statement);
  let began = "";
  const announced = await attemptStep(context, ref, step.title, placeOf, async () => {
    began = await announce(context, ref, step);
  });
  // Found done: an earlier attempt had recorded it, and only the answer was lost.
  if (announced.recovered) return announced;
  const result = await atItsPlace(step, () =>
    runSweep(bound(step.sweep, began), { ...hostOf(context, ref, step), ...batch }),
  );
  const outcome = await attemptStep(context, ref, step.title, placeOf, async (facts) => {
    await transaction(context, ref, [finishStep(context, ref, step.kind, step.title, last, { ...facts, ...result })]);
  });
  return { ...outcome, attempts: announced.attempts + outcome.attempts - 1 };
}

/** @returns when the sweep began, as SQL reads it; an announcement that is there already keeps its own */
async function announce(context: RunContext, ref: StepRef, step: SweepStep): Promise<string> {
  const values = [quoteLiteral(step.kind), quoteLiteral(step.title), "jsonb_build_object('began', now())"];
  const place = `${ref.run}, ${ref.ordinal}`;
  const captured = ref.startedProbe === undefined ? captures(ref, 0, step.statement).map(({ sql }) => sql) : [];
  // What the sweep builds on must not be lost under it: its own commits do not wait for those before them.
  const rows = await transaction(context, { ...ref, deferFlush: false }, [
    ...step.settings,
    ...captured,
    `SELECT lockkeeper.start_step(${context.token}, ${place}, ${values.join(", ")})`,
    `SELECT probe ->> 'began' FROM lockkeeper.step WHERE (run_id, ordinal) = (${place})`,
  ]);
  const began = rows.at(-2)?.[0]?.[0];
  if (typeof began !== "string") {
    throw new LockkeeperError("internal", { message: `Nobody wrote down when ${step.title} began.` });
  }
  return began;
}

/** `now()` is one moment for all batches, also of those after a crash. */
function bound(sweep: SweepSpec, began: string): SweepSpec {
  const moment = `(${quoteLiteral(began)}::pg_catalog.timestamptz)`;
  return JSON.parse(
    JSON.stringify(sweep, (_, value: unknown) =>
      typeof value === "string" ? value.replaceAll(SWEEP_BEGAN, moment) : value,
    ),
  ) as SweepSpec;
}

/** By this our own triggers know a sweep of ours, and leave its rows alone. */
const NO_SWEEP_OF_OURS = "SET LOCAL lockkeeper.sweep = 'off'";

function hostOf(context: RunContext, ref: StepRef, { title, settings, sweep }: SweepStep): SweepHost {
  const { token, stop, emit, side } = context;
  return {
    token,
    run: ref.run,
    step: ref.ordinal,
    settings: transactionSettings(context, ref),
    authored: sweep.isAuthors === true ? [...settings, NO_SWEEP_OF_OURS] : settings,
    policy: () => context.sweepPolicy(),
    open: () => context.open(),
    stopIfRequested: () => stopIfRequested(context),
    soon: stop.soon,
    now: stop.now,
    whilePaused: () => context.whilePaused(ref),
    blockers: () => side.blockers(workName(token)),
    emit: (event) => emit({ ...event, ...stepOf(ref, title) }),
  };
}

/** @throws LockkeeperError `migration_module_invalid` where the file with the function is not at hand */
function batchOf({ batches }: RunContext, { title, at, sweep: { action } }: SweepStep): Pick<SweepHost, "batch"> {
  if (action.kind !== "callback") return {};
  const batch = batches[action.batch];
  if (batch === undefined) {
    throw new LockkeeperError("migration_module_invalid", {
      message: `${at.file}: the function of ${title} is not there.`,
      at,
      action: "It needs its file: run this command from a release that has it.",
      notDone: "The step was not run; what batches before it have done stands.",
    });
  }
  return { batch: async (rows, signal) => await batch(rows, { signal }) };
}

/** The engine knows the table; where the statement stands is known here. */
async function atItsPlace<T>({ statement }: SweepStep, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LockkeeperError) || error.at?.file !== undefined || STOPS.has(error.code)) throw error;
    const { code, message, notDone, action, data, cause } = error;
    throw new LockkeeperError(code, {
      message,
      at: placeInStatement(statement),
      action,
      ...(notDone === undefined ? {} : { notDone }),
      ...(data === undefined ? {} : { data }),
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** These have nothing to do with the statement. */
const STOPS: ReadonlySet<string> = new Set(["interrupted", "run_aborted", "lease_lost", "internal"]);

async function transaction(
  context: RunContext,
  ref: StepRef,
  statements: readonly string[],
): Promise<readonly (readonly (readonly (string | null)[])[])[]> {
  const session = await context.work.session();
  try {
    const sent = [BEGIN, beginStep(context, ref), ...statements, "COMMIT"];
    const { rows } = await session.batch(sent.map((sql) => ({ sql, wantRows: sql.startsWith("SELECT probe") })));
    return rows;
  } catch (error) {
    await session.rollback();
    throw error;
  }
}
