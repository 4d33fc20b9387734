import type { CheckSeverity } from "../../checks/check.ts";
import type { ResolvedConfig } from "../../config/load-config.ts";

/** What is done behind a run. */
export interface PostFlightSettings {
  readonly run: "on" | "off";
  /** Ids of checks; those of the project's own that are for `post` alone are run as well. */
  readonly checks: readonly string[];
  readonly analyze: "on" | "off";
  readonly warm: "on" | "off";
  /** The mildest finding for which a command that did its work does not end with 0. */
  readonly failOn: CheckSeverity | "never";
}

/** They read catalogs, and single rows by indexes. */
const POST_FLIGHT_CHECKS: readonly string[] = [
  "index-invalid",
  "index-not-attached",
  "constraint-not-validated",
  "trigger-disabled",
  "partition-detach-pending",
  "sequence-behind",
  "sequence-near-end",
  "sequence-not-usable",
  "view-broken",
  "policy-without-effect",
  "published-without-identity",
];

export const postFlightSettings = ({ postFlight = {} }: Pick<ResolvedConfig, "postFlight">): PostFlightSettings => ({
  run: "on",
  checks: POST_FLIGHT_CHECKS,
  analyze: "on",
  warm: "off",
  failOn: "critical",
  ...postFlight,
});
