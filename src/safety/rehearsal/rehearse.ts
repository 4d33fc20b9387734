import { readCatalog } from "../../catalog/read-catalog.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { connect } from "../../postgres/session.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { readState } from "../../run/read-state.ts";
import { installState, STATE_VERSION } from "../../run/state/install-state.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import { recordEvidence } from "../evidence.ts";
import { adviseOn } from "./advise.ts";
import type { Copy } from "./copy/copy.ts";
import { estimateProduction, expectedIn, measurementsOf, rehearsedSteps } from "./estimates.ts";
import type { CopyRules } from "./masking/mask-rules.ts";
import { type PreparedCopy, prepareCopy } from "./masking/prepare-copy.ts";
import { type Foreseen, planFor } from "./plan-for.ts";
import { Rehearsal, type RehearsalWork, type Rehearsed, Stages } from "./rehearsal.ts";
import type { RehearsalFinding, RehearsalReport } from "./rehearsal-report.ts";
import { requireSameSchema, requireWithin } from "./require-copy.ts";

export interface RehearseOptions extends RehearsalWork {
  /** Makes the copy. */
  readonly open: () => Promise<Copy>;
  /** The database that the plan is for; undefined where the copy is all there is, and is planned on as if it were large. */
  readonly production?: string;
  readonly rules: CopyRules;
}

/**
 * Runs what `up` would run in a copy of the database: there, back, there again, and contract. Looks at each step, measures
 * it, and says what would go wrong. The database itself is read.
 *
 * @throws LockkeeperError `rehearsal_refused` where there is no copy to rehearse on; `interrupted`; those of making the
 *   copy. What the plan does wrong is in the report.
 */
export async function rehearse(options: RehearseOptions): Promise<RehearsalReport> {
  return await namingFailures(async () => {
    await loadParser();
    const stages = new Stages(options.onStage);
    const opened: { copy?: Copy } = {};
    await stages.do("copy", async () => {
      opened.copy = await options.open();
      return true;
    });
    await using copy = opened.copy as Copy;
    refuseWhenStopped(options);
    try {
      return await rehearseIn(copy, options, stages);
    } catch (error) {
      // A run that is interrupted speaks of going on, which nobody can in a copy that is dropped.
      refuseWhenStopped(options);
      throw error;
    }
  });
}

async function rehearseIn(copy: Copy, options: RehearseOptions, stages: Stages): Promise<RehearsalReport> {
  const at = new Date().toISOString();
  const { production } = options;
  const policy = production === undefined ? { ...options.policy, briefMs: 0 } : options.policy;
  const work = { ...options, policy };
  await using session = await connect(copy.url, { applicationName: "lockkeeper rehearsal" });
  const prepared: { done: PreparedCopy } = { done: { masked: [], sampled: [] } };
  const planned: { foreseen?: Foreseen; refused?: LockkeeperError } = {};
  await stages.do("prepare", async () => {
    prepared.done = await prepareCopy(session, await readCatalog(session.query), options.rules);
    return true;
  });
  await stages.do("plan", async () => {
    try {
      planned.foreseen = await planFor(production ?? copy.url, work);
      return true;
    } catch (error) {
      if (!(error instanceof LockkeeperError) || error.code !== "plan_refused") throw error;
      planned.refused = error;
      return false;
    }
  });
  const { foreseen, refused } = planned;
  const [server] = await session.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const report = {
    format: 1 as const,
    at,
    source: { kind: copy.kind, of: copy.of },
    serverVersion: server?.version ?? 0,
    ...prepared.done,
    filled: copy.filled ?? null,
    leftOut: copy.leftOut ?? [],
  };
  if (foreseen === undefined) {
    return {
      ...report,
      ...NOTHING_RAN,
      stages: stages.all,
      findings: refused === undefined ? [] : [refusal(refused)],
      notes: copy.notes,
    };
  }
  requireWithin(foreseen.plans, copy);
  if (production !== undefined) requireSameSchema(foreseen.catalog, await readCatalog(session.query), copy.of);
  const before = await readCatalog(session.query, { facts: true });
  const expected = await expectedIn(session, before, { plans: foreseen.plans, policy });
  const rehearsed = await Rehearsal.run({ copy, foreseen, work }, stages);
  refuseWhenStopped(options);
  return await told({ report, copy, foreseen, rehearsed }, { expected, before, options: work, stages });
}

async function told(
  of: {
    readonly report: Pick<
      RehearsalReport,
      "format" | "at" | "source" | "serverVersion" | "masked" | "sampled" | "filled" | "leftOut"
    >;
    readonly copy: Copy;
    readonly foreseen: Foreseen;
    readonly rehearsed: Rehearsed;
  },
  by: {
    readonly expected: Awaited<ReturnType<typeof expectedIn>>;
    readonly before: Foreseen["catalog"];
    readonly options: RehearseOptions;
    readonly stages: Stages;
  },
): Promise<RehearsalReport> {
  const { copy, foreseen, rehearsed } = of;
  const { expected, before, options, stages } = by;
  const { policy, production } = options;
  const steps = rehearsedSteps(rehearsed.steps, expected);
  const measurements = measurementsOf(steps, before);
  const notes = [
    ...copy.notes,
    ...(foreseen.plans.length === 0 ? ["Nothing is pending: there was nothing to rehearse."] : []),
    ...(of.report.sampled.length > 0 ? ["What fails for rows outside of the sample was not found."] : []),
    ...(options.load !== undefined && rehearsed.load === null
      ? ["The load was not replayed: the plan did not run again."]
      : []),
  ];
  return {
    ...of.report,
    held: rehearsed.findings.every(({ severity }) => severity !== "error"),
    binding: foreseen.binding,
    migrations: foreseen.plans.map(({ migration }) => migration),
    stages: stages.all,
    findings: rehearsed.findings,
    steps,
    measurements,
    checks: rehearsed.checks,
    differences: rehearsed.differences,
    load: rehearsed.load,
    production:
      production === undefined ? null : await estimateProduction(production, foreseen, { policy, measurements }),
    notes,
  };
}

const NOTHING_RAN = {
  held: false,
  binding: null,
  migrations: [],
  steps: [],
  measurements: { serverVersion: 0, settings: {}, steps: [] },
  checks: { before: [], after: [] },
  differences: { schema: [], data: [] },
  load: null,
  production: null,
} as const;

const refusal = (error: LockkeeperError): RehearsalFinding => ({
  stage: "plan",
  severity: "error",
  code: error.code,
  message: error.message,
  ...(error.at === undefined ? {} : { at: error.at }),
  action: adviseOn(error),
});

function refuseWhenStopped({ stop }: Pick<RehearseOptions, "stop">): void {
  if (!stop.requested) return;
  throw new LockkeeperError("interrupted", {
    message: "The rehearsal was interrupted.",
    notDone: "Nothing but the copy was touched; nothing was recorded.",
    action: "Run the command again.",
  });
}

/**
 * Stores a rehearsal where its gate looks for it: all that is ever written to the database that the plan is for.
 *
 * @returns the id of the evidence
 * @throws LockkeeperError those of `installState` and of connecting
 */
export async function recordRehearsal(url: string, report: RehearsalReport): Promise<number> {
  await using session = await connect(url, { applicationName: "lockkeeper rehearsal" });
  const { version } = await readState(session);
  if (version < STATE_VERSION) await installState(session);
  return await recordEvidence(session, {
    kind: "rehearsal",
    held: report.held,
    ...(report.binding === null ? {} : { boundTo: report.binding.digest }),
    report,
  });
}
