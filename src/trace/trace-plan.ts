import { applyStatement } from "../catalog/state/apply-statement.ts";
import type { ConcurrentStep, DdlStep, Plan, PlannedStatement, Step, SweepStep } from "../plan/plan.ts";
import { forSession } from "../plan/settings.ts";
import { connect } from "../postgres/session.ts";
import { nameOf } from "./observe/compare.ts";
import { observeInside } from "./observe/observe-inside.ts";
import { observeOutside } from "./observe/observe-outside.ts";
import { type Failure, openWatched, settle, type Watched } from "./observe/watched.ts";
import type { TracedStatement, TracedStep } from "./trace-report.ts";
import { parsed, runLimited, type Trace, tablesOf, traceStatement, untraced } from "./trace-statement.ts";

/**
 * Runs the steps of a plan in a scratch database and looks at what each statement does. Steps after one that failed are
 * not run. Functions of TypeScript migrations are skipped: what they do is theirs to say.
 *
 * @throws LockkeeperError `interrupted`; the driver's error when a connection is lost
 */
export async function tracePlan({ steps }: Plan, trace: Trace): Promise<readonly TracedStep[]> {
  await using watched = await openWatched(trace.url);
  const traced: TracedStep[] = [];
  for (const step of steps) {
    const hasFailed = traced.some(({ outcome }) => outcome === "failed");
    traced.push(hasFailed ? notRun(step, traced.length) : await traceStep(step, traced.length, watched, trace));
  }
  return traced;
}

async function traceStep(step: Step, index: number, watched: Watched, trace: Trace): Promise<TracedStep> {
  switch (step.kind) {
    case "ddl":
    case "sweep":
      return await traceTransaction(step, index, watched, trace);
    case "concurrent":
      return await traceAlone(step, index, watched, trace);
    case "script":
      return stepOf(step, index, [], "skipped", "a script is not run in a trace");
  }
}

/** A sweep as the one statement that comes to the same end. */
async function traceTransaction(
  step: DdlStep | SweepStep,
  index: number,
  watched: Watched,
  trace: Trace,
): Promise<TracedStep> {
  const { worker } = watched;
  const { state, limit } = trace;
  const shown = new Map<string, string>();
  const traced: TracedStatement[] = [];
  await worker.query("BEGIN");
  applyStatement(state, parsed("BEGIN", "<plan>"));
  for (const setting of step.settings) {
    await worker.query(setting);
    applyStatement(state, parsed(setting, "<plan>"));
  }
  for (const statement of statementsOf(step)) {
    const hasFailed = traced.some(({ outcome }) => outcome === "failed");
    const observe = (run: () => Promise<Failure | undefined>) => observeInside(watched, run);
    traced.push(
      hasFailed ? untraced(statement, "not run") : await traceStatement(trace, worker, statement, { observe, shown }),
    );
  }
  if (traced.some(({ outcome }) => outcome === "failed")) {
    await worker.rollback();
    applyStatement(state, parsed("ROLLBACK", "<plan>"));
    return stepOf(step, index, traced, "failed");
  }
  const failure = await runLimited(worker, { sql: "COMMIT" }, limit);
  applyStatement(state, parsed(failure === undefined ? "COMMIT" : "ROLLBACK", "<plan>"));
  return failure === undefined
    ? stepOf(step, index, traced, "done")
    : stepOf(step, index, traced, "failed", `COMMIT failed: ${failure.message}`);
}

async function traceAlone(step: ConcurrentStep, index: number, watched: Watched, trace: Trace): Promise<TracedStep> {
  const { worker } = watched;
  const { state, url, limit } = trace;
  await using admin = await connect(limit.server, { applicationName: "lockkeeper trace" });
  for (const setting of step.settings.map(forSession)) {
    await worker.query(setting);
    applyStatement(state, parsed(setting, "<plan>"));
  }
  const statement = await traceStatement(trace, worker, step.statement, {
    observe(run, predicted) {
      const tables = tablesOf(predicted);
      return observeOutside(watched, run, { url, admin, apart: (table) => tables.has(nameOf(table)) });
    },
    shown: new Map(),
  });
  if (!worker.lost) {
    await worker.query("RESET ALL");
    await settle(worker);
  }
  applyStatement(state, parsed("RESET ALL", "<plan>"));
  return stepOf(step, index, [statement], statement.outcome);
}

const notRun = (step: Step, index: number): TracedStep =>
  stepOf(
    step,
    index,
    statementsOf(step).map((statement) => untraced(statement, "not run")),
    "not run",
  );

const statementsOf = (step: Step): readonly PlannedStatement[] =>
  step.kind === "script" ? [] : step.kind === "ddl" ? step.statements : [step.statement];

function stepOf(
  { phase, kind, title }: Step,
  index: number,
  statements: readonly TracedStatement[],
  outcome: TracedStep["outcome"],
  reason?: string,
): TracedStep {
  return { step: index + 1, phase, kind, title, outcome, ...(reason === undefined ? {} : { reason }), statements };
}
