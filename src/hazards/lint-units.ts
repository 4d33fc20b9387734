import { CatalogState } from "../catalog/state/catalog-state.ts";
import type { FileReport } from "./finding.ts";
import { judgeFile, type LintUnit } from "./judge-file.ts";
import type { LintPolicy } from "./policy.ts";
import { settle } from "./settle.ts";

export interface LintOptions {
  readonly policy: LintPolicy;
  /** server_version_num of the server that is not known otherwise. */
  readonly version: number;
  /** What is there before the first unit; each is judged against what those before it leave. */
  readonly state?: CatalogState;
  /** The units are run at different times: what one makes is old for the next. */
  readonly apart?: boolean;
}

/** Judges units in their order. Without a state each is judged alone, with nothing known but what it says itself. */
export function lintUnits(units: readonly LintUnit[], options: LintOptions): FileReport[] {
  const { policy, version, state, apart } = options;
  return units.map((unit) => {
    const report = judgeFile(unit, state ?? CatalogState.unknown(version), policy);
    if (state !== undefined && apart === true) {
      settle(state);
    }
    return report;
  });
}
