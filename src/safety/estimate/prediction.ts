import type { Session } from "../../postgres/session.ts";
import { type Evidence, readEvidence, recordEvidence } from "../evidence.ts";
import type { PlanEstimate, StepEstimate } from "./estimate.ts";
import type { Amounts, StepName, StepWork } from "./measured-step.ts";

/** What was expected of a step, as it was said before it ran. */
export interface PredictedStep extends StepName {
  readonly works: readonly StepWork[];
  /** By the model alone. */
  readonly model: Amounts;
  readonly expected: Required<Amounts>;
  readonly calibratedBy: string | null;
}

/** The report of evidence of the kind `estimate`. */
export interface Prediction {
  readonly format: 1;
  /** Said by `up` itself of these runs, and of no others. */
  readonly runs?: readonly number[];
  readonly steps: readonly PredictedStep[];
}

function predictionOf(estimates: readonly PlanEstimate[]): Prediction {
  return { format: 1, steps: estimates.flatMap(({ steps }) => steps.map(predicted)) };
}

function predicted({ estimate, expected: model, unknown: _, ...of }: StepEstimate): PredictedStep {
  const { seconds, walBytes, tempBytes, diskGrowthBytes, diskPeakBytes } = estimate;
  return { ...of, model, expected: { seconds: seconds.likely, walBytes, tempBytes, diskGrowthBytes, diskPeakBytes } };
}

/**
 * Keeps what is expected, so that it can stand beside what came. The state schema has to be installed.
 *
 * @param runs numbers of the runs that it is said of; absent: of whatever comes
 */
export const recordPrediction = (
  session: Session,
  estimates: readonly PlanEstimate[],
  runs?: readonly number[],
): Promise<number> =>
  recordEvidence(session, {
    kind: "estimate",
    held: true,
    report: { ...predictionOf(estimates), ...(runs === undefined ? {} : { runs }) },
  });

/** A rehearsal as far as it says what the same would take in the database that it was for. */
interface Foretold {
  readonly production?: { readonly steps: readonly StepEstimate[] } | null;
}

/** What is on record of what was expected, by estimates that were kept and by rehearsals; the newest first. */
export async function readPredictions(
  session: Session,
): Promise<readonly Pick<Evidence<Prediction>, "at" | "report">[]> {
  const kept = await readEvidence<Prediction>(session, "estimate", 1_000);
  const rehearsals = await readEvidence<Foretold>(session, "rehearsal");
  const foretold = rehearsals.map(({ id, at, report }) => ({
    ...{ id, at },
    report: { format: 1 as const, steps: (report.production?.steps ?? []).map(predicted) },
  }));
  return [...kept, ...foretold].toSorted((one, other) => other.id - one.id);
}
