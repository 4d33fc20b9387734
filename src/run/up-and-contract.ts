import { type UpOptions, type UpResult, up } from "./up.ts";

export interface UpAndContractResult extends UpResult {
  /** Migrations whose leftovers went, because the policy wants that to happen by itself; absent where there are none. */
  readonly contracted?: readonly string[];
}

/**
 * Applies what is pending; then, where the policy says `auto`, removes what earlier migrations left standing and nobody
 * needs any more.
 *
 * @throws LockkeeperError those of `up`
 */
export async function upAndContract(options: UpOptions): Promise<UpAndContractResult> {
  const result = await up(options);
  if (options.policy.contract.when !== "auto" || options.to !== undefined) return result;
  const { url, migrations, policy, emit, stop, guard } = options;
  // Most starts have nothing to remove.
  const { contractDue } = await import("./contract.ts");
  const contracted = await contractDue({ url, migrations, policy, emit, stop, guard });
  return contracted.length === 0 ? result : { ...result, contracted };
}
