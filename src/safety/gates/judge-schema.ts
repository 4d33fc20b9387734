import { BUILT_IN_CHECKS } from "../../checks/built-in-checks.ts";
import type { Check } from "../../checks/check.ts";
import { checkedSchemas, projectChecks } from "../../checks/project-checks.ts";
import { isDoubtful, runChecks } from "../../checks/run-checks.ts";
import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { driftOf } from "../../run/drift/drift-of.ts";
import { readState } from "../../run/read-state.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import type { GateRule, GateVerdict } from "./gate.ts";
import type { GateSight } from "./gate-sight.ts";

/** ms; more is no quick check. */
const CHECK_MS = 60_000;
const SAMPLE_ROWS = 3;

/** Whether the schema is as the last run left it. A database that none was in cannot have drifted. */
export async function judgeDrift({ session, policy }: GateSight): Promise<GateVerdict> {
  if ((await readState(session)).applied.length === 0) {
    return { state: "not needed", reason: "No migration is in force here yet." };
  }
  try {
    const { holds, reason } = await driftOf(session, policy);
    return holds ? { state: "holds", reason } : { state: "does not hold", reason, action: "lockkeeper drift" };
  } catch (error) {
    if (!(error instanceof LockkeeperError) || error.code !== "drift_unknown") throw error;
    return { state: "unknown", reason: error.message, action: "lockkeeper drift" };
  }
}

/** The checks that read the catalog alone, and the project's own that make sense before a change. */
export async function judgeChecks(
  { failOn }: Extract<GateRule, { readonly gate: "checks" }>,
  { session, policy, config, cwd, signal }: GateSight,
): Promise<GateVerdict> {
  await loadParser();
  const checks = [...BUILT_IN_CHECKS, ...projectChecks(config.checks, cwd)].filter(isQuick);
  const report = await runChecks(session, checks, {
    schemas: checkedSchemas(config),
    timeoutMs: CHECK_MS,
    lockTimeoutMs: policy.lockTimeoutMs,
    sampleRows: SAMPLE_ROWS,
    signal,
  });
  const action = "lockkeeper verify --quick --phase pre";
  const bad = report.results.filter((result) => isDoubtful({ ...report, results: [result] }, failOn));
  if (bad.length === 0)
    return { state: "holds", reason: `${count(checks.length, "check")} found nothing as bad as ${failOn}.` };
  const reason = `${count(bad.length, "check")} found something, or could not look: ${bad.map(({ check }) => check).join(", ")}.`;
  return { state: bad.some(({ state }) => state === "failed") ? "does not hold" : "unknown", reason, action };
}

const isQuick = ({ depth, area, phase }: Check): boolean =>
  (depth === "catalog" || area === "rules") && phase !== "post";
