import { count } from "../../errors/count.ts";
import { down } from "../../run/down.ts";
import { migrationsAtHand, policyOf, urlToChange } from "../../run/target.ts";
import { afterRun } from "../../safety/post-flight/after-run.ts";
import { postFlightExit } from "../../safety/post-flight/verdict.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { confirmRemovals } from "../confirm-removals.ts";
import { guardFor, type OverrideFlags, overridesOf } from "../override-flags.ts";

export interface DownFlags extends OverrideFlags {
  readonly to?: string;
  readonly steps?: number;
  readonly direct?: boolean;
  readonly yes?: boolean;
}

export async function run(context: CommandContext, _args: readonly string[], flags: DownFlags): Promise<CommandResult> {
  const config = await context.config();
  const url = urlToChange(config);
  const policy = policyOf(config);
  const stop = context.heedSignals();
  const migrations = migrationsAtHand(config);
  const { undone } = await down({
    url,
    migrations,
    guard: await guardFor(context, { url, migrations, stop }, overridesOf(flags)),
    policy,
    emit: context.emit,
    stop,
    ...(flags.to === undefined ? {} : { to: flags.to }),
    ...(flags.steps === undefined ? {} : { steps: flags.steps }),
    direct: flags.direct === true,
    confirm: (undoes) =>
      confirmRemovals(
        context,
        url,
        undoes.map(({ plan }) => plan),
        flags.yes === true,
      ),
  });
  const done = [{ direction: "down", migrations: undone }] as const;
  const flown = await afterRun(config, { done, policy, emit: context.emit, stop });
  return commandResult(
    { undone, ...flown },
    (data) =>
      data.undone.length === 0
        ? "Nothing to take back."
        : `Took back ${count(data.undone.length, "migration")}: ${data.undone.join(", ")}.`,
    { exitCode: postFlightExit(flown, config), log: { undone: undone.length } },
  );
}
