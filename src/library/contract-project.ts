import { type ContractResult, contract } from "../run/contract.ts";
import { migrationsAtHand } from "../run/target.ts";
import { afterRun, type Flown } from "../safety/post-flight/after-run.ts";
import { type ChangeOptions, watched } from "./change-project.ts";
import { guarded } from "./guarded.ts";
import { CHANGE_KINDS } from "./option-kinds.ts";
import { requireOptions } from "./require-options.ts";
import { requirePolicy } from "./require-policy.ts";

export interface ContractProjectOptions extends ChangeOptions {
  /** The migrations whose leftovers go; all that wait when undefined. */
  readonly ids?: readonly string[];
  /** Why it goes although a condition of the policy does not hold; kept in the audit. */
  readonly override?: string;
}

/**
 * Removes what migrations left standing for those who still used it: tables and columns in quarantine, views with old
 * names. Whether anybody still does is asked as the policy says. No file need be at hand.
 *
 * @throws LockkeeperError `migration_unknown` for one that is not in force, `contract_refused` where a condition of the
 *   policy does not hold; those of a run
 */
export async function contractProject(options: ContractProjectOptions = {}): Promise<ContractResult & Flown> {
  requireOptions(options, { ...CHANGE_KINDS, ids: "list", override: "text" }, "contract()");
  requirePolicy(options.policy, "contract()");
  const { ids, override } = options;
  return await watched(options, async (watch) => {
    const { project, emit, stop } = watch;
    const run = await guarded(watch, migrationsAtHand, options);
    const result = await contract({
      ...run,
      ...(ids === undefined ? {} : { ids }),
      ...(override === undefined ? {} : { override }),
    });
    const done = [{ direction: "contract", migrations: result.contracted }] as const;
    return { ...result, ...(await afterRun(project, { done, policy: run.policy, emit, stop })) };
  });
}
