import { count } from "../errors/count.ts";
import type { CompareOptions } from "../run/compare-history.ts";
import { migrationsOf } from "../run/target.ts";
import { type UpAndContractResult, upAndContract } from "../run/up-and-contract.ts";
import { foretelling } from "../safety/estimate/foretelling.ts";
import { afterRun, type Flown } from "../safety/post-flight/after-run.ts";
import { type ChangeOptions, watched } from "./change-project.ts";
import { guarded } from "./guarded.ts";
import { CHANGE_KINDS } from "./option-kinds.ts";
import { requireOptions } from "./require-options.ts";
import { requirePolicy } from "./require-policy.ts";

export interface MigrateOptions extends ChangeOptions, CompareOptions {
  /** Stop after this migration. */
  readonly to?: string;
}

/** What `migrate` found and did. */
export type MigrateResult = UpAndContractResult & Flown;

/**
 * Brings the database to the schema of this program: for the start of an application. Of many replicas that start at
 * once, one does the work; the others wait and then look whether it is done. A database that a newer release was on is
 * a success, with the newer migrations in `ahead`.
 *
 * @example
 * await migrate({ logger, signal: AbortSignal.timeout(600_000) });
 *
 * @throws LockkeeperError with a code of the error catalogue; nothing is half applied that could not be continued
 */
export async function migrate(options: MigrateOptions = {}): Promise<MigrateResult> {
  requireOptions(options, { ...CHANGE_KINDS, to: "text", allowOutOfOrder: "yes or no" }, "migrate()");
  requirePolicy(options.policy, "migrate()");
  const { to, allowOutOfOrder } = options;
  return await watched(options, async (watch) => {
    const { project, emit, stop } = watch;
    const run = await guarded(watch, migrationsOf, options);
    const result = await foretelling(run, (queued) =>
      upAndContract({
        ...run,
        queued,
        ...(to === undefined ? {} : { to }),
        ...(allowOutOfOrder === undefined ? {} : { allowOutOfOrder }),
      }),
    );
    const { ahead } = result;
    if (ahead.length > 0) {
      emit({
        type: "notice",
        message: `The database is ahead of this program: ${count(ahead.length, "migration")} up to ${ahead.at(-1)}.`,
      });
    }
    const { applied, contracted = [] } = result;
    const done = [
      { direction: "up", migrations: applied },
      { direction: "contract", migrations: contracted },
    ] as const;
    return { ...result, ...(await afterRun(project, { done, policy: run.policy, emit, stop })) };
  });
}
