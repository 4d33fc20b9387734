import { parseDuration } from "../../config/duration.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { requestThrottle, type Throttle, type ThrottleResult } from "../../run/control.ts";
import { policyOf, urlToChange } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { formatMs } from "../format.ts";

export interface ThrottleFlags {
  readonly workers?: number;
  readonly batch?: string;
  readonly ratio?: string;
  readonly off?: boolean;
  readonly reason?: string;
}

/** Changes what holds from the next batch on; without an option it is only told. */
export async function run(
  context: CommandContext,
  _args: readonly string[],
  flags: ThrottleFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const throttle = flags.off === true ? null : wanted(flags);
  const result = await requestThrottle(
    {
      url: urlToChange(config),
      policy: policyOf(config),
      emit: context.emit,
      stop: context.endOnSignals(),
      ...(flags.reason === undefined ? {} : { reason: flags.reason }),
    },
    throttle,
  );
  return commandResult(result, throttleText);
}

function wanted({ workers, batch, ratio }: ThrottleFlags): Throttle {
  const batchMs = batch === undefined ? undefined : parseDuration(batch);
  if (batch !== undefined && (batchMs === undefined || batchMs < 1)) {
    throw invalid("--batch", 'no duration; expected one such as "50ms"');
  }
  const nice = ratio === undefined ? undefined : Number(ratio);
  if (nice !== undefined && !(ratio?.trim() !== "" && nice >= 0 && nice <= MOST_RATIO)) {
    throw invalid("--ratio", `no number from 0 to ${MOST_RATIO}`);
  }
  return {
    ...(workers === undefined ? {} : { workers }),
    ...(batchMs === undefined ? {} : { batchMs }),
    ...(nice === undefined ? {} : { nice }),
  };
}

const MOST_RATIO = 1_000;

const invalid = (option: string, reason: string): LockkeeperError =>
  new LockkeeperError("usage", { message: `${option} is ${reason}.`, notDone: "Nothing was changed." });

function throttleText({ run, migration, throttle }: ThrottleResult): string {
  const { workers, batchMs, nice } = throttle ?? {};
  const said = [
    ...(workers === undefined ? [] : [`workers ${workers}`]),
    ...(batchMs === undefined ? [] : [`batches of ${formatMs(batchMs)}`]),
    ...(nice === undefined ? [] : [`ratio ${nice}`]),
  ];
  const how = said.length === 0 ? "as its configuration says" : said.join(", ");
  return `Run ${run} of ${migration} goes over rows: ${how}.`;
}
