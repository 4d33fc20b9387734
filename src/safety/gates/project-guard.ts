import type { ResolvedConfig } from "../../config/load-config.ts";
import type { Guard } from "../../run/guard.ts";
import type { GateOptions } from "./gate-flight.ts";

/**
 * What lets the runs of a project start, by the gates of its configuration; undefined where it has none, which costs
 * nothing.
 *
 * @throws LockkeeperError `config_invalid`, and those of `guardOf`
 */
export async function projectGuard(
  config: ResolvedConfig,
  options: Omit<GateOptions, "config">,
): Promise<Guard | undefined> {
  if (config.gates.length === 0 && Object.keys(options.overrides ?? {}).length === 0) return undefined;
  const [{ gatePolicy }, { guardOf }] = await Promise.all([import("./gate-policy.ts"), import("./guard.ts")]);
  return guardOf(gatePolicy(config.gates, config.file), { ...options, config });
}
