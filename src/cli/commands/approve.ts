import { migrationsAtHand, policyOf, urlToChange } from "../../run/target.ts";
import { approve } from "../../safety/gates/approve.ts";
import { gatePolicy } from "../../safety/gates/gate-policy.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { type FlightFlags, flightOf } from "./gates.ts";

export interface ApproveFlags extends FlightFlags {
  readonly plan?: string;
  readonly because?: string;
  readonly withdraw?: boolean;
}

export async function run(
  context: CommandContext,
  ids: readonly string[],
  flags: ApproveFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const { plan, because, withdraw } = flags;
  const approval = await approve({
    url: urlToChange(config),
    migrations: migrationsAtHand(config),
    policy: policyOf(config),
    stop: context.endOnSignals(),
    gates: gatePolicy(config.gates, config.file),
    ...flightOf(ids, flags),
    ...(plan === undefined ? {} : { digest: plan }),
    ...(because === undefined ? {} : { because }),
    ...(withdraw === undefined ? {} : { withdraw }),
  });
  return commandResult({ approval: approval ?? null }, ({ approval: given }) => {
    if (given === null) return "Nothing would start: there is nothing to approve.";
    const { actor, direction, migrations, digest, unseen, withdrawn } = given;
    const subject = [direction, ...(migrations.length === 0 ? [] : [migrations.join(", ")])].join(" ");
    return [
      `${actor} ${withdrawn ? "withdrew the approval of" : "approves of"} ${subject}`,
      `plan ${digest}`,
      ...(unseen === null ? [] : [unseen]),
    ].join("\n");
  });
}
