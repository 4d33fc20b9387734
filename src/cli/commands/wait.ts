import { parseDuration } from "../../config/duration.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { urlToRead } from "../../run/target.ts";
import { waitFor } from "../../run/wait.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { formatMs, formatTime } from "../format.ts";

export interface WaitFlags {
  readonly for: string;
  readonly timeout?: string;
}

const DEFAULT_TIMEOUT = "5m";

export async function run(context: CommandContext, _args: readonly string[], flags: WaitFlags): Promise<CommandResult> {
  const timeoutMs = parseDuration(flags.timeout ?? DEFAULT_TIMEOUT);
  if (timeoutMs === undefined) {
    throw new LockkeeperError("usage", {
      message: '--timeout is no duration; expected one such as "30s" or "5m".',
      notDone: "Nothing was waited for.",
    });
  }
  const result = await waitFor({
    url: urlToRead(await context.config()),
    id: flags.for,
    timeoutMs,
    emit: context.emit,
    stop: context.endOnSignals(),
  });
  return commandResult(
    result,
    ({ id, appliedAt, waitedMs }) => `${id} is in force since ${formatTime(appliedAt)}; waited ${formatMs(waitedMs)}.`,
  );
}
