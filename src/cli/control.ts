import type { ControlOptions, ControlResult } from "../run/control.ts";
import { policyOf, urlToChange } from "../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "./command.ts";

export interface ControlFlags {
  readonly reason?: string;
}

/** Asks something of the runner at work. */
export async function control(
  context: CommandContext,
  { reason }: ControlFlags,
  request: (options: ControlOptions) => Promise<ControlResult>,
  what: string,
): Promise<CommandResult> {
  const config = await context.config();
  const result = await request({
    url: urlToChange(config),
    policy: policyOf(config),
    emit: context.emit,
    stop: context.endOnSignals(),
    ...(reason === undefined ? {} : { reason }),
  });
  return commandResult(result, (asked) =>
    asked.kind === "requested"
      ? `${asked.holder} was asked to ${what}.`
      : `No runner is at work; marked as aborted: ${asked.runs.map(({ run, migration }) => `run ${run} of ${migration}`).join(", ")}.`,
  );
}
