import type { Catalog } from "../../catalog/catalog.ts";
import { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keepingSettings } from "../../plan/keep-settings.ts";
import type { Plan, PlannedStatement, Step } from "../../plan/plan.ts";
import { forSession } from "../../plan/settings.ts";
import type { RunPolicy } from "../../run/policy.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import { applyText } from "./apply-text.ts";
import { type Calibration, UNCALIBRATED } from "./calibration.ts";
import { type Cost, cost, together, type Worked } from "./cost.ts";
import type { Amounts, StepName, StepWork } from "./measured-step.ts";
import { STEP_LOG, STEP_RATES } from "./rates.ts";
import type { ServerProfile } from "./server-profile.ts";
import { statementCost } from "./statement-cost.ts";
import { rowWorkCost } from "./sweep-cost.ts";
import { writesRows, writtenRowsCost } from "./written-rows.ts";

/** A plan, and how far its run has come. */
export interface PlanToEstimate {
  readonly plan: Plan;
  /** Ordinals (from 0) of steps that are done. */
  readonly done?: readonly number[];
}

export interface EstimateOptions {
  /** Of the database before the first plan, with its facts. */
  readonly catalog: Catalog;
  readonly server: ServerProfile;
  /** By which the plans run. */
  readonly policy: Pick<RunPolicy, "sweep" | "buildWorkers" | "role">;
  readonly calibration?: Calibration;
}

export interface SecondsRange {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

/** What is expected of a step, or of several. Bytes. */
export interface Expectation {
  readonly seconds: SecondsRange;
  readonly walBytes: number;
  readonly tempBytes: number;
  readonly diskGrowthBytes: number;
  /** By how much the database is larger at most meanwhile, temporary files included. */
  readonly diskPeakBytes: number;
  readonly readBytes: number;
  /** Tables, indexes, temporary files and the log. */
  readonly writtenBytes: number;
  /** The log, once for each replica that is connected. */
  readonly replicaBytes: number;
  readonly archiveBytes: number;
}

export interface StepEstimate extends StepName {
  readonly works: readonly StepWork[];
  /** By the model alone. */
  readonly expected: Amounts;
  /** With what was measured before. */
  readonly estimate: Expectation;
  /** What it was calibrated with, in words; null: with nothing. */
  readonly calibratedBy: string | null;
  /** What the figures leave out, in words. */
  readonly unknown: readonly string[];
}

export interface PlanEstimate {
  readonly migration: string;
  readonly steps: readonly StepEstimate[];
  readonly total: Expectation;
}

/**
 * What plans are expected to take, each on what those before it leave behind. A pure function of the catalog, the server's
 * profile and the measurements, once the parser is loaded.
 */
export async function estimatePlans(
  plans: readonly PlanToEstimate[],
  options: EstimateOptions,
): Promise<readonly PlanEstimate[]> {
  await loadParser();
  const { catalog, policy, server } = options;
  const state = CatalogState.of(catalog, policy.role === undefined ? {} : { user: policy.role });
  const besideTraffic = { ...server, parallelBuilders: policy.buildWorkers };
  return plans.map(({ plan, done = [] }) => {
    const steps = plan.steps.flatMap((step, ordinal) => {
      if (done.includes(ordinal)) return [];
      const worked = stepCost(step, state, step.kind === "concurrent" ? besideTraffic : server);
      return [stepEstimate(nameOf(plan, ordinal, step), worked, options, step)];
    });
    return { migration: plan.migration, steps, total: totalOf(steps.map(({ estimate }) => estimate)) };
  });
}

const nameOf = ({ migration }: Plan, ordinal: number, { title, kind, phase }: Step): StepName => ({
  migration,
  step: ordinal + 1,
  title,
  kind,
  phase,
});

/** What one step comes to; the state is the one behind it afterwards. */
function stepCost(step: Step, state: CatalogState, server: ServerProfile): Worked {
  const fixed = cost({ seconds: STEP_RATES.secondsOfAStep });
  if (step.kind === "script") {
    return { cost: fixed, works: [], unknown: ["what the function of the migration does"] };
  }
  const statements = step.kind === "ddl" ? step.statements : [step.statement];
  const parts = keepingSettings(state, () => {
    for (const setting of step.settings) applyText(state, forSession(setting));
    return statements.filter(({ isTrial }) => isTrial !== true).map((one) => partCost(one, step, state, server));
  });
  const logged = cost({ walBytes: STEP_LOG.step + statements.length * STEP_LOG.statement });
  return {
    cost: together([fixed, logged, ...parts.map((one) => one.cost)]),
    works: parts.flatMap(({ works }) => works),
    unknown: [...new Set(parts.flatMap(({ unknown }) => unknown))],
  };
}

function partCost(statement: PlannedStatement, step: Step, state: CatalogState, server: ServerProfile): Worked {
  if (step.kind === "sweep") {
    const worked = rowWorkCost({ sweep: step.sweep, sql: statement.sql, inBatches: true }, state, server);
    return worked;
  }
  if (writesRows(statement)) return writtenRowsCost(statement, state, server);
  const worked = statementCost(statement, step.kind === "concurrent", state, server);
  return statement.effects === undefined
    ? { ...worked, unknown: [...worked.unknown, "what is there: it was planned without a catalog"] }
    : worked;
}

/** How far from the likely time the true one may be, while no machine was measured. */
const UNMEASURED = { low: 0.5, high: 2.5 };

function stepEstimate(name: StepName, worked: Worked, options: EstimateOptions, step: Step): StepEstimate {
  const { server, policy, calibration = UNCALIBRATED } = options;
  const { nice, workers } = policy.sweep;
  const paced = step.kind === "sweep" ? (worked.cost.seconds * (1 + nice)) / sharedBy(workers) : worked.cost.seconds;
  const own: Cost = { ...worked.cost, seconds: paced };
  const expected = amountsOf(own);
  const { amounts, by, spread } = calibration(name, worked.works, expected);
  const { seconds = paced, walBytes = 0, tempBytes = 0, diskGrowthBytes = 0, diskPeakBytes = 0 } = amounts;
  const { low, high } = spread ?? UNMEASURED;
  return {
    ...name,
    works: worked.works,
    expected,
    estimate: {
      seconds: { low: seconds * low, likely: seconds, high: seconds * high },
      walBytes,
      tempBytes,
      diskGrowthBytes,
      diskPeakBytes,
      readBytes: own.readBytes,
      writtenBytes: own.writtenBytes + tempBytes + walBytes,
      replicaBytes: walBytes * server.replicas,
      archiveBytes: server.archives ? walBytes : 0,
    },
    calibratedBy: by,
    unknown: worked.unknown,
  };
}

/** Two workers do not halve the time: they share the disk and the log (`bench/results/backfill.md`). */
const sharedBy = (workers: number): number => 1 + (workers - 1) * 0.6;

function amountsOf({ seconds, walBytes, tempBytes, growthBytes, besideBytes, spillBytes }: Cost): Required<Amounts> {
  return {
    seconds,
    walBytes: Math.round(walBytes),
    tempBytes: Math.round(tempBytes),
    diskGrowthBytes: Math.round(growthBytes),
    diskPeakBytes: Math.max(0, Math.round(growthBytes + besideBytes + spillBytes)),
  };
}

/** Steps one behind the other. What each has beside goes with it; what it leaves stays. */
export function totalOf(all: readonly Expectation[]): Expectation {
  const sum = (of: (one: Expectation) => number): number => all.reduce((total, one) => total + of(one), 0);
  let grown = 0;
  let peak = 0;
  for (const { diskGrowthBytes, diskPeakBytes } of all) {
    peak = Math.max(peak, grown + diskPeakBytes);
    grown += diskGrowthBytes;
  }
  return {
    seconds: {
      low: sum(({ seconds }) => seconds.low),
      likely: sum(({ seconds }) => seconds.likely),
      high: sum(({ seconds }) => seconds.high),
    },
    walBytes: sum(({ walBytes }) => walBytes),
    tempBytes: sum(({ tempBytes }) => tempBytes),
    diskGrowthBytes: grown,
    diskPeakBytes: peak,
    readBytes: sum(({ readBytes }) => readBytes),
    writtenBytes: sum(({ writtenBytes }) => writtenBytes),
    replicaBytes: sum(({ replicaBytes }) => replicaBytes),
    archiveBytes: sum(({ archiveBytes }) => archiveBytes),
  };
}
