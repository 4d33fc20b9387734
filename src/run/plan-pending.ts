import type { Migration } from "../migrations/migration.ts";
import { type CompareOptions, compareHistory } from "./compare-history.ts";
import { Connection } from "./connection.ts";
import { namingFailures } from "./name-failure.ts";
import { readSight } from "./plan-sight.ts";
import type { RunPolicy } from "./policy.ts";
import { Preparation, type Prepared } from "./prepare.ts";
import { readBegunRuns } from "./queue-runs.ts";
import { readState } from "./read-state.ts";
import type { Stop } from "./stop.ts";

export interface PlanPendingOptions extends CompareOptions {
  readonly url: string;
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly stop: Stop;
  /** Up to this migration. */
  readonly to?: string;
}

/**
 * The plans that `up` would run now, each on the catalog that those before it leave behind. Changes nothing.
 *
 * @throws LockkeeperError those of the history, of reading the catalog, of the compiler, and `plan_refused`
 */
export async function planPending(options: PlanPendingOptions): Promise<readonly Prepared[]> {
  const { url, migrations, policy, stop, to } = options;
  return await namingFailures(async () => {
    await using work = new Connection(url);
    const session = await work.session();
    const state = await readState(session);
    const { pending } = compareHistory(migrations, state, options);
    const chosen = to === undefined ? pending : pending.slice(0, pending.findIndex(({ id }) => id === to) + 1);
    const begun = await readBegunRuns(session, chosen, state.unfinished);
    return await new Preparation(() => readSight(session, policy, stop)).plan(chosen, begun);
  });
}
