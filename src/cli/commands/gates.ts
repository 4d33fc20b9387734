import type { Direction } from "../../plan/plan.ts";
import { migrationsAtHand, policyOf, urlToChange } from "../../run/target.ts";
import type { GateState } from "../../safety/gates/gate.ts";
import { type FlightReport, gateFlight } from "../../safety/gates/gate-flight.ts";
import { gatePolicy } from "../../safety/gates/gate-policy.ts";
import { requireOverrides } from "../../safety/gates/guard.ts";
import { closedGates, type GateReport } from "../../safety/gates/judge-gates.ts";
import { plannedFlight } from "../../safety/gates/planned-flight.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { indent } from "../format.ts";
import { type OverrideFlags, overridesOf } from "../override-flags.ts";
import type { Paint } from "../paint.ts";

export interface GatesFlags extends OverrideFlags, FlightFlags {}

/** What is thought of running. */
export interface FlightFlags {
  readonly for?: Direction;
  readonly to?: string;
  readonly steps?: number;
  readonly allowOutOfOrder?: boolean;
}

const CLOSED = 3;

export async function run(context: CommandContext, ids: readonly string[], flags: GatesFlags): Promise<CommandResult> {
  const config = await context.config();
  const gates = gatePolicy(config.gates, config.file);
  const overrides = overridesOf(flags);
  requireOverrides(gates, overrides);
  const stop = context.endOnSignals();
  const options = {
    url: urlToChange(config),
    migrations: migrationsAtHand(config),
    policy: policyOf(config),
    stop,
  };
  const { answer: report, begun } = await plannedFlight({ ...options, ...flightOf(ids, flags) }, (flight) =>
    gateFlight(flight, gates, { ...options, config, cwd: context.cwd, overrides }),
  );
  if (report === undefined) {
    return commandResult({ direction: flags.for ?? "up", migrations: [], begun, digest: null, gates: [] }, () =>
      begun.length === 0 ? "Nothing would run." : goesOn(flags.for ?? "up", begun),
    );
  }
  const isClosed = closedGates(report.gates).length > 0;
  return commandResult(report, reportText, {
    ...(isClosed ? { exitCode: CLOSED } : {}),
    log: { closed: closedGates(report.gates).length, gates: report.gates.length },
  });
}

/** As the command itself would be called. */
export const flightOf = (ids: readonly string[], flags: FlightFlags) => ({
  direction: flags.for ?? "up",
  ...(ids.length === 0 ? {} : { ids }),
  ...(flags.to === undefined ? {} : { to: flags.to }),
  ...(flags.steps === undefined ? {} : { steps: flags.steps }),
  ...(flags.allowOutOfOrder === true ? { allowOutOfOrder: true } : {}),
});

const MARKS: Readonly<Record<GateState, readonly [mark: string, style: Parameters<Paint>[0]]>> = {
  holds: ["✓", "green"],
  "not needed": ["-", "dim"],
  overridden: ["!", "yellow"],
  "does not hold": ["✗", "red"],
  unknown: ["?", "red"],
};

const goesOn = (direction: Direction, begun: readonly string[]): string =>
  `${begun.join(", ")}: let start before, and no gate is asked again. \`lockkeeper ${direction}\` (or \`lockkeeper resume\`) goes on.`;

function reportText({ direction, migrations, begun, digest, gates }: FlightReport, paint: Paint): string {
  const closed = closedGates(gates).length;
  return [
    ...(begun.length === 0 ? [] : [goesOn(direction, begun), ""]),
    `${direction} ${migrations.join(", ")}`,
    paint("dim", `plan ${digest}`),
    "",
    ...gates.map((gate) => gateText(gate, paint)),
    ...(gates.length === 0 ? ["The configuration has no gates."] : [""]),
    ...(gates.length === 0
      ? []
      : [closed === 0 ? "Nothing stands in the way." : `${closed} of ${gates.length} keep it from starting.`]),
  ].join("\n");
}

function gateText({ name, state, reason, evidence, action, because }: GateReport, paint: Paint): string {
  const [mark, style] = MARKS[state];
  return [
    `${paint(style, mark)} ${paint("bold", name)} ${state}: ${indent(reason, "  ").trimStart()}`,
    ...(evidence === undefined ? [] : [`    evidence ${evidence.id} of ${evidence.at} by ${evidence.actor}`]),
    ...(because === undefined ? [] : [`    because ${because}`]),
    ...(action === undefined || state === "overridden" ? [] : [indent(action, "    ")]),
  ].join("\n");
}
