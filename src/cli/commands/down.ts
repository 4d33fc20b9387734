import { count } from "../../errors/count.ts";
import { down } from "../../run/down.ts";
import { migrationsAtHand, policyOf, urlToChange } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { confirmRemovals } from "../confirm-removals.ts";

export interface DownFlags {
  readonly to?: string;
  readonly steps?: number;
  readonly direct?: boolean;
  readonly yes?: boolean;
}

export async function run(context: CommandContext, _args: readonly string[], flags: DownFlags): Promise<CommandResult> {
  const config = await context.config();
  const url = urlToChange(config);
  const { undone } = await down({
    url,
    migrations: migrationsAtHand(config),
    policy: policyOf(config),
    emit: context.emit,
    stop: context.heedSignals(),
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
  return commandResult(
    { undone },
    (data) =>
      data.undone.length === 0
        ? "Nothing to take back."
        : `Took back ${count(data.undone.length, "migration")}: ${data.undone.join(", ")}.`,
    { log: { undone: undone.length } },
  );
}
