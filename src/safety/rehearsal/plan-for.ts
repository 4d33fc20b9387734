import type { Catalog } from "../../catalog/catalog.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import type { Plan } from "../../plan/plan.ts";
import { connect } from "../../postgres/session.ts";
import { compareHistory } from "../../run/compare-history.ts";
import { readSight } from "../../run/plan-sight.ts";
import type { RunPolicy } from "../../run/policy.ts";
import { Preparation } from "../../run/prepare.ts";
import { readBegunRuns } from "../../run/queue-runs.ts";
import { type DatabaseState, readState } from "../../run/read-state.ts";
import type { Stop } from "../../run/stop.ts";
import { type Binding, bindingOf } from "../binding.ts";

/** What would run, and on what. */
export interface Foreseen {
  readonly plans: readonly Plan[];
  /** With its facts. */
  readonly catalog: Catalog;
  readonly binding: Binding;
  /** Migrations that were begun before, and go on. */
  readonly begun: readonly string[];
}

export interface PlanForOptions {
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly stop: Stop;
  /** Up to this migration. */
  readonly to?: string;
}

/**
 * Whether anything would run, without planning it.
 *
 * @throws LockkeeperError `migration_unknown` for `to`, those of the history and of connecting
 */
export async function isPending(
  url: string,
  { migrations, to }: Pick<PlanForOptions, "migrations" | "to">,
): Promise<boolean> {
  await using session = await connect(url, { applicationName: "lockkeeper rehearsal" });
  return chosenOf(migrations, await readState(session), to).length > 0;
}

function chosenOf(
  migrations: readonly Migration[],
  state: DatabaseState,
  to: string | undefined,
): readonly Migration[] {
  if (to !== undefined && !migrations.some(({ id }) => id === to)) {
    throw new LockkeeperError("migration_unknown", {
      message: `There is no migration ${to}.`,
      notDone: "Nothing was planned.",
    });
  }
  const { pending } = compareHistory(migrations, state);
  return to === undefined ? pending : pending.slice(0, pending.findIndex(({ id }) => id === to) + 1);
}

/**
 * The plans that `up` would run in a database now. Changes nothing.
 *
 * @throws LockkeeperError `migration_unknown` for `to`, those of the history, of the compiler, and `plan_refused`
 */
export async function planFor(url: string, { migrations, policy, stop, to }: PlanForOptions): Promise<Foreseen> {
  await using session = await connect(url, { applicationName: "lockkeeper rehearsal" });
  const state = await readState(session);
  const chosen = chosenOf(migrations, state, to);
  const begun = await readBegunRuns(session, chosen, state.unfinished);
  const catalog = await readCatalog(session.query, { facts: true, lockTimeoutMs: policy.lockTimeoutMs });
  const prepared = await new Preparation(() => readSight(session, policy, stop, { catalog })).plan(chosen, begun);
  const plans = prepared.map(({ plan }) => plan);
  return { plans, catalog, binding: bindingOf(plans, catalog), begun: [...begun.keys()] };
}
