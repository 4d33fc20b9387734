import { resume } from "../../run/resume.ts";
import { migrationsAtHand, policyOf, urlToChange } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";

export async function run(context: CommandContext): Promise<CommandResult> {
  const config = await context.config();
  const result = await resume({
    url: urlToChange(config),
    migrations: migrationsAtHand(config),
    policy: policyOf(config),
    emit: context.emit,
    stop: context.heedSignals(),
  });
  return commandResult(
    result,
    ({ finished, released }) => {
      if (released) {
        return "The paused runner was told to go on.";
      }
      return finished.length === 0 ? "Nothing stands unfinished." : `Finished ${finished.join(", ")}.`;
    },
    { log: { finished: result.finished.length } },
  );
}
