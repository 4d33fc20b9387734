import type { Catalog } from "../catalog/catalog.ts";
import type { Session } from "../postgres/session.ts";
import type { RunPolicy } from "../run/policy.ts";
import { type Calibration, calibrationOf } from "./estimate/calibration.ts";
import { estimatePlans, type PlanEstimate, type PlanToEstimate } from "./estimate/estimate.ts";
import { readMeasured } from "./estimate/read-measured.ts";
import { readProfile } from "./estimate/read-profile.ts";

/** Estimates of plans on one database, by what was measured there. */
export class Estimator {
  readonly #session: Session;
  readonly #policy: RunPolicy;
  readonly #catalog: Catalog;
  #calibration: Calibration | undefined;

  /** @param catalog of the database as it is, with its facts */
  constructor(session: Session, policy: RunPolicy, catalog: Catalog) {
    this.#session = session;
    this.#policy = policy;
    this.#catalog = catalog;
  }

  /**
   * @param plans each on what those before it leave behind
   * @param times as if the database were so many times as large
   */
  async estimate(plans: readonly PlanToEstimate[], times = 1): Promise<readonly PlanEstimate[]> {
    this.#calibration ??= calibrationOf(await readMeasured(this.#session));
    const profile = await readProfile(
      this.#session,
      plans.map(({ plan }) => plan),
    );
    return await estimatePlans(plans, {
      catalog: timesAsLarge(this.#catalog, times),
      server: { ...profile, rowsOf: new Map([...profile.rowsOf].map(([sql, rows]) => [sql, rows * times])) },
      policy: this.#policy,
      calibration: this.#calibration,
    });
  }
}

function timesAsLarge(catalog: Catalog, times: number): Catalog {
  const { relations } = catalog.facts;
  if (times === 1 || relations === undefined) return catalog;
  const larger = relations.map((one) => ({
    ...one,
    rows: one.rows * times,
    deadRows: one.deadRows * times,
    heapBytes: one.heapBytes * times,
    indexBytes: one.indexBytes * times,
    toastBytes: one.toastBytes * times,
    indexes: one.indexes.map(({ name, bytes }) => ({ name, bytes: bytes * times })),
  }));
  return { ...catalog, facts: { ...catalog.facts, relations: larger } };
}
