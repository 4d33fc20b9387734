import { type ContractResult, contract } from "../contract.ts";
import { migrationsAtHand, policyOf, urlToChange } from "../target.ts";
import { type ChangeOptions, watched } from "./change-project.ts";
import { CHANGE_KINDS, POLICY_KINDS } from "./option-kinds.ts";
import { requireOptions } from "./require-options.ts";

export interface ContractProjectOptions extends ChangeOptions {
  /** The migrations whose leftovers go; all that wait when undefined. */
  readonly ids?: readonly string[];
}

/**
 * Removes what migrations left standing for those who still used it: tables and columns in quarantine, views with old
 * names. There is no question whether anybody still does: that is the caller's to know. No file need be at hand.
 *
 * @throws LockkeeperError `migration_unknown` for one that is not in force; those of a run
 */
export async function contractProject(options: ContractProjectOptions = {}): Promise<ContractResult> {
  requireOptions(options, { ...CHANGE_KINDS, ids: "list" }, "contract()");
  requireOptions(options.policy ?? {}, POLICY_KINDS, "the policy of contract()");
  const { ids } = options;
  return await watched(options, ({ project, emit, stop }) =>
    contract({
      url: urlToChange(project),
      migrations: migrationsAtHand(project),
      policy: { ...policyOf(project), ...options.policy },
      emit,
      stop,
      ...(ids === undefined ? {} : { ids }),
    }),
  );
}
