import { parseAge } from "../../config/duration.ts";
import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { contract, plannedContracts } from "../../run/contract.ts";
import { changedPolicy } from "../../run/policy.ts";
import { migrationsAtHand, policyOf, urlToChange, urlToRead } from "../../run/target.ts";
import { afterRun } from "../../safety/post-flight/after-run.ts";
import { postFlightExit } from "../../safety/post-flight/verdict.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { confirmRemovals } from "../confirm-removals.ts";
import { indent } from "../format.ts";
import { guardFor, type OverrideFlags, overridesOf } from "../override-flags.ts";

/** What `contract` asks itself goes by a name beside those of the gates: whether it is too young, or still used. */
const IN_USE = "in-use";

export interface ContractFlags extends OverrideFlags {
  readonly after?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
}

/** Named migrations, or all; without either it says what waits. */
export async function run(
  context: CommandContext,
  ids: readonly string[],
  flags: ContractFlags,
): Promise<CommandResult> {
  if (flags.all === true && ids.length > 0) {
    throw new LockkeeperError("usage", {
      message: "`lockkeeper contract` takes ids or --all, not both.",
      notDone: "Nothing was changed.",
    });
  }
  if (flags.all !== true && ids.length === 0) {
    return await listWaiting(context);
  }
  const afterMs = flags.after === undefined ? undefined : parseAge(flags.after);
  if (flags.after !== undefined && afterMs === undefined) {
    throw new LockkeeperError("usage", {
      message: '--after is no time; expected one such as "12h" or "7d".',
      notDone: "Nothing was changed.",
    });
  }
  const config = await context.config();
  const url = urlToChange(config);
  const policy = changedPolicy(policyOf(config), { contract: afterMs === undefined ? {} : { afterMs } });
  const stop = context.heedSignals();
  const { [IN_USE]: inUse, ...overrides } = overridesOf(flags);
  const migrations = migrationsAtHand(config);
  const result = await contract({
    url,
    migrations,
    guard: await guardFor(context, { url, migrations, stop }, overrides),
    policy,
    emit: context.emit,
    stop,
    ...(inUse === undefined ? {} : { override: inUse }),
    ...(ids.length === 0 ? {} : { ids }),
    confirm: (plans) => confirmRemovals(context, url, plans, flags.yes === true),
  });
  const done = [{ direction: "contract", migrations: result.contracted }] as const;
  const flown = await afterRun(config, { done, policy, emit: context.emit, stop });
  return commandResult(
    { ...result, ...flown },
    ({ contracted, waiting }) =>
      [
        contracted.length === 0
          ? "Nothing to remove."
          : `Removed what ${count(contracted.length, "migration")} left standing: ${contracted.join(", ")}.`,
        ...(waiting.length === 0 ? [] : [`Still waiting: ${waiting.join(", ")}.`]),
      ].join("\n"),
    {
      exitCode: postFlightExit(flown, config),
      log: { contracted: result.contracted.length, waiting: result.waiting.length },
    },
  );
}

async function listWaiting(context: CommandContext): Promise<CommandResult> {
  const plans = await plannedContracts(urlToRead(await context.config()));
  const waiting = plans.map(({ migration, steps }) => ({
    id: migration,
    statements: steps.flatMap((step) => (step.kind === "ddl" ? step.statements.map(({ sql }) => sql) : [])),
  }));
  return commandResult({ contracted: [], waiting }, (data, paint) =>
    data.waiting.length === 0
      ? "Nothing waits for contract."
      : [
          ...data.waiting.map(({ id, statements }) =>
            [paint("bold", id), ...statements.map((sql) => indent(`${sql};`, "  "))].join("\n"),
          ),
          `${count(data.waiting.length, "migration")} waiting; \`lockkeeper contract ID…\` or \`--all\` removes it.`,
        ].join("\n"),
  );
}
