import type { Catalog } from "../../catalog/catalog.ts";
import type { Plan } from "../../plan/plan.ts";
import { connect, type Session } from "../../postgres/session.ts";
import type { RunPolicy } from "../../run/policy.ts";
import { type Calibration, calibrationOf } from "../estimate/calibration.ts";
import { estimatePlans, type PlanEstimate, totalOf } from "../estimate/estimate.ts";
import type { MeasuredStep, Measurements } from "../estimate/measured-step.ts";
import { readProfile } from "../estimate/read-profile.ts";
import { statementsOf } from "../planned-locks.ts";
import type { Foreseen } from "./plan-for.ts";
import type { RanStep } from "./rehearsal.ts";
import type { RehearsalReport, RehearsedStep } from "./rehearsal-report.ts";

/**
 * What is expected of plans where they are about to run.
 *
 * @param catalog of the session's database, with its facts
 */
export async function expectedIn(
  session: Session,
  catalog: Catalog,
  {
    plans,
    policy,
    calibration,
  }: { readonly plans: readonly Plan[]; readonly policy: RunPolicy; readonly calibration?: Calibration },
): Promise<readonly PlanEstimate[]> {
  return await estimatePlans(
    plans.map((plan) => ({ plan })),
    {
      catalog,
      server: await readProfile(session, plans),
      policy,
      ...(calibration === undefined ? {} : { calibration }),
    },
  );
}

/** The steps that ran, beside what was expected of them; of ways back nobody expected anything. */
export function rehearsedSteps(ran: readonly RanStep[], expected: readonly PlanEstimate[]): readonly RehearsedStep[] {
  const known = new Map(
    expected.flatMap(({ steps }) => steps.map((step) => [`${step.migration} ${step.step}`, step] as const)),
  );
  return ran.map(({ pass, migration, direction, ordinal, step, measured, rows, outcome, relations }) => {
    const beside = direction === "up" ? known.get(`${migration} ${ordinal + 1}`) : undefined;
    return {
      migration,
      direction,
      pass,
      step: ordinal + 1,
      title: step.title,
      kind: step.kind,
      phase: step.phase,
      sql: statementsOf(step).map(({ sql }) => sql),
      works: beside?.works ?? [],
      expected: beside?.expected ?? {},
      measured,
      rows,
      attempts: outcome.attempts,
      lockWaitMs: outcome.lockWaitMs,
      relations,
    };
  });
}

/** Of the first run: nothing was in its way, and nothing had been there before. */
export function measurementsOf(steps: readonly RehearsedStep[], { facts }: Catalog): Measurements {
  const first = steps.filter(({ pass }) => pass === "run");
  return {
    serverVersion: facts.server.version,
    settings: facts.server.settings,
    steps: first.map(
      ({ migration, step, title, kind, phase, works, expected, measured }): MeasuredStep => ({
        ...{ migration, step, title, kind, phase },
        ...{ works, expected, measured },
      }),
    ),
  };
}

/** What the plans are expected to take in the database that they are for, by what was measured in the copy. */
export async function estimateProduction(
  url: string,
  { plans, catalog }: Foreseen,
  { policy, measurements }: { readonly policy: RunPolicy; readonly measurements: Measurements },
): Promise<NonNullable<RehearsalReport["production"]>> {
  await using session = await connect(url, { applicationName: "lockkeeper rehearsal" });
  const calibration = calibrationOf([{ of: "this rehearsal", measurements }]);
  const estimates = await expectedIn(session, catalog, { plans, policy, calibration });
  const steps = estimates.flatMap((one) => one.steps);
  return { steps, total: totalOf(steps.map(({ estimate }) => estimate)) };
}
