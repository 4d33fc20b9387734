import type { Severity } from "../../hazards/finding.ts";
import { SEVERITIES } from "../../hazards/finding.ts";
import type { Gate, GateState, GateVerdict } from "./gate.ts";
import type { GateSight } from "./gate-sight.ts";
import { judgeDisk } from "./judge-disk.ts";
import { judgeApproval, judgeBackup, judgeRehearsal } from "./judge-evidence.ts";
import { judgeChecks, judgeDrift } from "./judge-schema.ts";
import { judgeLongTransactions, judgeOldApplications, judgeReplicaLag } from "./judge-server.ts";
import { judgeWindow } from "./judge-window.ts";
import { phasesOf } from "./phases-of.ts";

/** Gates that are to be passed by where they do not hold, each with the reason. */
export type Overrides = Readonly<Record<string, string>>;

/** A gate as people are told of it. */
export interface GateReport extends Omit<GateVerdict, "state"> {
  readonly name: string;
  readonly gate: Gate["rule"]["gate"];
  readonly state: GateState;
  readonly mayOverride: boolean;
  /** Why it was passed by. */
  readonly because?: string;
}

/**
 * How each gate stands, in the order of the policy.
 *
 * @param worst the worst hazard of what would run; asked only when a gate wants to know
 */
export async function judgeGates(
  gates: readonly Gate[],
  sight: GateSight,
  worst: () => Promise<Severity | undefined>,
  overrides: Overrides = {},
): Promise<readonly GateReport[]> {
  const reports: GateReport[] = [];
  for (const gate of gates) {
    const verdict = (await neededNot(gate, sight, worst)) ?? (await judgeSafely(gate, sight));
    const { evidence } = verdict;
    reports.push({
      name: gate.name,
      gate: gate.rule.gate,
      ...verdict,
      ...(evidence === undefined ? {} : { evidence: { id: evidence.id, at: evidence.at, actor: evidence.actor } }),
      mayOverride: gate.mayOverride,
      ...passedBy(gate, verdict, overrides),
    });
  }
  return reports;
}

/** Those that keep a run from starting. */
export const closedGates = (reports: readonly GateReport[]): readonly GateReport[] =>
  reports.filter(({ state }) => state === "does not hold" || state === "unknown");

function passedBy(
  { name, mayOverride }: Gate,
  { state }: GateVerdict,
  overrides: Overrides,
): { readonly state?: "overridden"; readonly because?: string } {
  const isClosed = state === "does not hold" || state === "unknown";
  const because = isClosed && mayOverride && Object.hasOwn(overrides, name) ? overrides[name] : undefined;
  return because === undefined ? {} : { state: "overridden", because };
}

async function neededNot(
  { phases, severity }: Gate,
  { flight }: GateSight,
  worst: () => Promise<Severity | undefined>,
): Promise<GateVerdict | undefined> {
  const found = phasesOf(flight.plans, flight.direction);
  if (!phases.some((phase) => found.has(phase))) {
    return {
      state: "not needed",
      reason: `It is asked for ${phases.join(", ")}, and this is ${[...found].join(", ")}.`,
    };
  }
  if (severity === undefined) return undefined;
  const hazard = await worst();
  if (hazard !== undefined && SEVERITIES.indexOf(hazard) >= SEVERITIES.indexOf(severity)) return undefined;
  return {
    state: "not needed",
    reason: `The linter finds ${hazard === undefined ? "nothing" : `no more than ${hazard}`}.`,
  };
}

/** What cannot be asked does not hold; it is told, beside the others. */
async function judgeSafely(gate: Gate, sight: GateSight): Promise<GateVerdict> {
  try {
    return await judge(gate, sight);
  } catch (error) {
    if (sight.session.lost || sight.signal.aborted) throw error;
    await sight.session.rollback();
    return {
      state: "unknown",
      reason: `It cannot be asked: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function judge(gate: Gate, sight: GateSight): GateVerdict | Promise<GateVerdict> {
  const { rule } = gate;
  switch (rule.gate) {
    case "backup":
      return judgeBackup(rule, sight);
    case "rehearsal":
      return judgeRehearsal(rule, sight);
    case "drift":
      return judgeDrift(sight);
    case "checks":
      return judgeChecks(rule, sight);
    case "replica-lag":
      return judgeReplicaLag(rule, sight);
    case "disk-free":
      return judgeDisk(rule, sight);
    case "long-transactions":
      return judgeLongTransactions(rule, sight);
    case "old-applications":
      return judgeOldApplications(rule, sight);
    case "approval":
      return judgeApproval(rule, sight);
    case "window":
      return judgeWindow(gate, rule, sight);
  }
}
