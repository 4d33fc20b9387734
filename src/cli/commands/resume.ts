import { resume } from "../../run/resume.ts";
import { migrationsAtHand, policyOf, urlToChange } from "../../run/target.ts";
import { afterRun } from "../../safety/post-flight/after-run.ts";
import { postFlightExit } from "../../safety/post-flight/verdict.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { guardFor, type OverrideFlags, overridesOf } from "../override-flags.ts";

export async function run(
  context: CommandContext,
  _args: readonly string[],
  flags: OverrideFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const url = urlToChange(config);
  const migrations = migrationsAtHand(config);
  const policy = policyOf(config);
  const stop = context.heedSignals();
  const result = await resume({
    url,
    migrations,
    guard: await guardFor(context, { url, migrations, stop }, overridesOf(flags)),
    policy,
    emit: context.emit,
    stop,
  });
  const done = [{ migrations: result.finished }];
  const flown = await afterRun(config, { done, policy, emit: context.emit, stop });
  return commandResult(
    { ...result, ...flown },
    ({ finished, released }) => {
      if (released) {
        return "The paused runner was told to go on.";
      }
      return finished.length === 0 ? "Nothing stands unfinished." : `Finished ${finished.join(", ")}.`;
    },
    { exitCode: postFlightExit(flown, config), log: { finished: result.finished.length } },
  );
}
