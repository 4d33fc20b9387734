import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Guard } from "../run/guard.ts";
import { policyOf } from "../run/target.ts";
import type { GateOptions } from "../safety/gates/gate-flight.ts";
import { projectGuard } from "../safety/gates/project-guard.ts";
import type { CommandContext } from "./command.ts";

export interface OverrideFlags {
  readonly override?: readonly string[];
  readonly because?: string;
}

type Overrides = Readonly<Record<string, string>>;

/**
 * `--override GATE --because "…"`.
 *
 * @throws LockkeeperError `usage` for either without the other
 */
export function overridesOf({ override = [], because }: OverrideFlags): Overrides {
  if (override.length === 0 && because === undefined) return {};
  if (override.length === 0 || because === undefined || because.trim() === "") {
    const message =
      override.length === 0
        ? "--because says why, but nothing is overridden: --override names it."
        : "--override needs a reason: --because says it.";
    throw new LockkeeperError("usage", { message, notDone: "Nothing was changed." });
  }
  return Object.fromEntries(override.map((name) => [name, because]));
}

/**
 * What lets a run of the command start; undefined without gates.
 *
 * @throws LockkeeperError those of `projectGuard`
 */
export async function guardFor(
  context: CommandContext,
  options: Pick<GateOptions, "url" | "migrations" | "stop">,
  overrides: Overrides,
): Promise<Guard | undefined> {
  const config = await context.config();
  return await projectGuard(config, { ...options, policy: policyOf(config), cwd: context.cwd, overrides });
}
