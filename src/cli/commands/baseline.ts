import { count } from "../../errors/count.ts";
import { baseline } from "../../run/baseline.ts";
import { migrationsOf, policyOf, urlToChange } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";

export interface BaselineFlags {
  readonly to: string;
  readonly reason?: string;
}

export async function run(
  context: CommandContext,
  _args: readonly string[],
  { to, reason }: BaselineFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const result = await baseline({
    url: urlToChange(config),
    policy: policyOf(config),
    emit: context.emit,
    stop: context.heedSignals(),
    migrations: migrationsOf(config),
    to,
    ...(reason === undefined ? {} : { reason }),
  });
  return commandResult(
    result,
    ({ recorded }) => `Recorded ${count(recorded.length, "migration")} as in force, up to ${to}; nothing was run.`,
  );
}
