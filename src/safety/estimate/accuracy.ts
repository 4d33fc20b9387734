import type { PlannedStatement, Step } from "../../plan/plan.ts";
import { databaseError } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import { readEvidence } from "../evidence.ts";
import { median } from "./calibration.ts";
import type { Amounts, Measurements, StepName, StepWork } from "./measured-step.ts";
import { type PredictedStep, readPredictions } from "./prediction.ts";

/** One step that ran: what had been expected of it, and what it took. */
export interface ComparedStep extends StepName {
  readonly source: "run" | "rehearsal";
  /** Number of the run, or of the rehearsal's evidence. */
  readonly number: number;
  /** ISO 8601. */
  readonly at: string;
  readonly works: readonly StepWork[];
  /** As it was said before the step ran; null where nobody had said anything. */
  readonly predicted: Amounts | null;
  /** `estimate`: by what `lockkeeper estimate` or a rehearsal says; `planner`: the seconds of the stored plan, which count work on rows alone. */
  readonly by: "estimate" | "planner" | null;
  /** By the model alone, where that is on record. */
  readonly model?: Amounts;
  /** Without seconds where the step was interrupted: nobody knows how long it worked. */
  readonly actual: Amounts;
  readonly wasInterrupted: boolean;
}

export interface Accuracy {
  /** Those of the newest run or rehearsal first; each of them from its first step on. */
  readonly steps: readonly ComparedStep[];
  /** The middle of actual over predicted, of the steps that have both; null where there is none. */
  readonly medians: { readonly [K in keyof Required<Amounts>]: number | null };
  /** Steps without a prediction. */
  readonly unpredicted: number;
}

export interface AccuracyOptions {
  /** Of runs, and of rehearsals: how many at most. */
  readonly limit: number;
  readonly migration?: string;
  readonly kinds?: readonly ComparedStep["source"][];
}

/** What was predicted beside what came; empty where Lockkeeper has never run. */
export async function readAccuracy(
  session: Session,
  { limit, migration, kinds = ["run", "rehearsal"] }: AccuracyOptions,
): Promise<Accuracy> {
  const runs = kinds.includes("run") ? await runsOf(session, limit, migration) : [];
  const rehearsed = kinds.includes("rehearsal") ? await rehearsalsOf(session, limit) : [];
  const began = new Map<string, number>();
  for (const { source, number, at } of [...runs, ...rehearsed]) {
    const key = `${source} ${number}`;
    began.set(key, Math.min(began.get(key) ?? Number.POSITIVE_INFINITY, new Date(at).getTime()));
  }
  const beganAt = ({ source, number }: ComparedStep): number => began.get(`${source} ${number}`) ?? 0;
  // Sorting is stable: steps that belong together stay in their order.
  const steps = [...runs, ...rehearsed]
    .filter((step) => migration === undefined || step.migration === migration)
    .toSorted((one, other) => beganAt(other) - beganAt(one) || other.number - one.number);
  return {
    steps,
    medians: {
      seconds: medianOf(steps, "seconds", SHORTEST_SECONDS),
      walBytes: medianOf(steps, "walBytes", FEWEST_BYTES),
      tempBytes: medianOf(steps, "tempBytes", FEWEST_BYTES),
      diskGrowthBytes: medianOf(steps, "diskGrowthBytes", FEWEST_BYTES),
      diskPeakBytes: medianOf(steps, "diskPeakBytes", FEWEST_BYTES),
    },
    unpredicted: steps.filter(({ predicted }) => predicted === null).length,
  };
}

/** What is less on both sides says nothing of how good the model is. */
const SHORTEST_SECONDS = 0.02;
const FEWEST_BYTES = 1024 * 1024;

/** Actual over predicted; undefined where one is missing, or both are too small to tell. */
function ratioOf({ predicted, actual }: ComparedStep, key: keyof Amounts, least: number): number | undefined {
  const [expected, seen] = [predicted?.[key], actual[key]];
  if (expected === undefined || seen === undefined || expected <= 0 || seen <= 0) return undefined;
  return Math.max(expected, seen) < least ? undefined : seen / expected;
}

const medianOf = (steps: readonly ComparedStep[], key: keyof Amounts, least: number): number | null =>
  median(steps.flatMap((step) => ratioOf(step, key, least) ?? [])) ?? null;

interface RanStep {
  readonly run: number;
  readonly migration: string;
  readonly ordinal: number;
  readonly at: string;
  readonly step: Step;
  /** Null where it was interrupted. */
  readonly seconds: number | null;
}

// A step that was begun by one runner and ended by another has stood still in between, and nobody knows for how long.
const RAN = `SELECT r.id::float8 AS run, r.migration_id AS migration, s.ordinal, to_json(s.started_at) #>> '{}' AS at,
  r.plan -> 'steps' -> s.ordinal AS step,
  CASE WHEN NOT coalesce(s.facts ? 'interrupted', false) THEN greatest(0, extract(epoch FROM s.finished_at - s.started_at)::float8
    - coalesce((s.facts ->> 'lockWaitMs')::float8, 0) / 1000 - coalesce(w.held_ms, 0) / 1000.0) END AS seconds
FROM (SELECT * FROM lockkeeper.run AS r WHERE r.direction IN ('up', 'contract') AND ($2::text IS NULL OR r.migration_id = $2)
  ORDER BY r.id DESC LIMIT $1) AS r
JOIN lockkeeper.step AS s ON s.run_id = r.id AND s.state = 'done'
LEFT JOIN lockkeeper.sweep AS w ON w.run_id = r.id AND w.step = s.ordinal
ORDER BY r.id DESC, s.ordinal`;

async function runsOf(session: Session, limit: number, migration?: string): Promise<readonly ComparedStep[]> {
  const predictions = await readPredictions(session);
  return (await ranSteps(session, limit, migration)).map(({ run, migration: of, ordinal, at, step, seconds }) => {
    const asked = predictions.filter(
      ({ report, at: said }) => report.runs === undefined && new Date(said) <= new Date(at),
    );
    // What somebody asked for and saw comes before what `up` said to itself, of what its run began with.
    const own = predictions.filter(({ report }) => report.runs?.includes(run) === true);
    const known = [...asked, ...own]
      .flatMap(({ report }) => report.steps)
      .find((one) => one.migration === of && one.step === ordinal + 1 && one.title === step.title);
    const { title, kind, phase } = step;
    return {
      ...{ migration: of, step: ordinal + 1, title, kind, phase },
      source: "run",
      number: run,
      at,
      ...foreseen(known, step),
      actual: seconds === null ? {} : { seconds },
      wasInterrupted: seconds === null,
    };
  });
}

async function ranSteps(session: Session, limit: number, migration?: string): Promise<readonly RanStep[]> {
  try {
    return await session.query<RanStep>(RAN, [limit, migration ?? null]);
  } catch (error) {
    const code = databaseError(error)?.code;
    if (code === "42P01" || code === "3F000") return [];
    throw error;
  }
}

function foreseen(
  known: PredictedStep | undefined,
  step: Step,
): Pick<ComparedStep, "predicted" | "by" | "works" | "model"> {
  if (known !== undefined) {
    return { predicted: known.expected, by: "estimate", works: known.works, model: known.model };
  }
  const seconds = plannedSeconds(step);
  return seconds === undefined || seconds === 0
    ? { predicted: null, by: null, works: [] }
    : { predicted: { seconds }, by: "planner", works: [] };
}

/** What the plan says that was stored before its first step. */
function plannedSeconds(step: Step): number | undefined {
  const statements: readonly PlannedStatement[] =
    step.kind === "script" ? [] : step.kind === "ddl" ? step.statements : [step.statement];
  const effects = statements.flatMap((one) => one.effects ?? []);
  return effects.reduce<number | undefined>(
    (sum, { seconds }) => (sum === undefined || seconds === undefined ? undefined : sum + seconds),
    0,
  );
}

async function rehearsalsOf(session: Session, limit: number): Promise<readonly ComparedStep[]> {
  const rehearsals = await readEvidence<{ readonly measurements?: Measurements }>(session, "rehearsal", limit);
  return rehearsals.flatMap(({ id, at, report }) =>
    (report.measurements?.steps ?? []).map(({ expected, measured, migration, step, title, kind, phase, works }) => ({
      ...{ migration, step, title, kind, phase, works },
      source: "rehearsal" as const,
      number: id,
      at,
      predicted: expected,
      by: "estimate" as const,
      model: expected,
      actual: measured,
      wasInterrupted: false,
    })),
  );
}
