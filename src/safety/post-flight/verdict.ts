import { CHECK_SEVERITIES } from "../../checks/check.ts";
import type { ResolvedConfig } from "../../config/load-config.ts";
import type { Flown } from "./after-run.ts";
import type { PostFlightReport } from "./post-flight.ts";
import { type PostFlightSettings, postFlightSettings } from "./settings.ts";

/** Whether something was found that the policy does not let pass. */
export function isBad(
  { findings }: Pick<PostFlightReport, "findings">,
  { failOn }: Pick<PostFlightSettings, "failOn">,
): boolean {
  if (failOn === "never") return false;
  const limit = CHECK_SEVERITIES.indexOf(failOn);
  return findings.some(({ severity }) => CHECK_SEVERITIES.indexOf(severity) <= limit);
}

/** What a command that did its work ends with: 0; 1 for findings that the policy does not let pass, 2 for critical ones. */
export function postFlightExit({ postFlight }: Flown, config: Pick<ResolvedConfig, "postFlight">): 0 | 1 | 2 {
  if (postFlight === undefined || !isBad(postFlight, postFlightSettings(config))) return 0;
  return postFlight.findings.some(({ severity }) => severity === "critical") ? 2 : 1;
}
