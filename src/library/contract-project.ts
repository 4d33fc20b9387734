import { type ContractResult, contract } from "../run/contract.ts";
import { changedPolicy } from "../run/policy.ts";
import { migrationsAtHand, policyOf, urlToChange } from "../run/target.ts";
import { type ChangeOptions, watched } from "./change-project.ts";
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
export async function contractProject(options: ContractProjectOptions = {}): Promise<ContractResult> {
  requireOptions(options, { ...CHANGE_KINDS, ids: "list", override: "text" }, "contract()");
  requirePolicy(options.policy, "contract()");
  const { ids, override } = options;
  return await watched(options, ({ project, emit, stop }) =>
    contract({
      url: urlToChange(project),
      migrations: migrationsAtHand(project),
      policy: changedPolicy(policyOf(project), options.policy ?? {}),
      emit,
      stop,
      ...(ids === undefined ? {} : { ids }),
      ...(override === undefined ? {} : { override }),
    }),
  );
}
