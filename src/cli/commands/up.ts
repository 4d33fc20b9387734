import { count } from "../../errors/count.ts";
import type { Prepared } from "../../run/prepare.ts";
import { migrationsOf, policyOf, urlToChange } from "../../run/target.ts";
import { upAndContract } from "../../run/up-and-contract.ts";
import { foretelling } from "../../safety/estimate/foretelling.ts";
import { afterRun } from "../../safety/post-flight/after-run.ts";
import { postFlightExit } from "../../safety/post-flight/verdict.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { formatMs } from "../format.ts";
import { guardFor, type OverrideFlags, overridesOf } from "../override-flags.ts";

export interface UpFlags extends OverrideFlags {
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly allowOutOfOrder?: boolean;
  readonly yes?: boolean;
}

export async function run(context: CommandContext, _args: readonly string[], flags: UpFlags): Promise<CommandResult> {
  const begun = performance.now();
  const config = await context.config();
  const url = urlToChange(config);
  const stop = context.heedSignals();
  const migrations = migrationsOf(config);
  const guard = await guardFor(context, { url, migrations, stop }, overridesOf(flags));
  const confirm =
    flags.dryRun === true
      ? endDryRun
      : async (prepared: readonly Prepared[]): Promise<void> => {
          const { confirmRemovals } = await import("../confirm-removals.ts");
          await confirmRemovals(
            context,
            url,
            prepared.map(({ plan }) => plan),
            flags.yes === true,
          );
        };
  try {
    const run = { url, policy: policyOf(config), emit: context.emit };
    const result = await foretelling(run, (queued) =>
      upAndContract({
        ...run,
        migrations,
        stop,
        allowOutOfOrder: flags.allowOutOfOrder === true,
        ...(flags.to === undefined ? {} : { to: flags.to }),
        confirm,
        guard,
        queued,
      }),
    );
    const { applied, contracted = [] } = result;
    const durationMs = Math.round(performance.now() - begun);
    const flown = await afterRun(config, {
      done: [
        { direction: "up", migrations: applied },
        { direction: "contract", migrations: contracted },
      ],
      policy: policyOf(config),
      emit: context.emit,
      stop,
    });
    return commandResult({ ...result, durationMs, ...flown }, resultText, {
      exitCode: postFlightExit(flown, config),
      log: { applied: applied.length, inForce: result.inForce },
    });
  } catch (error) {
    if (!(error instanceof DryRunEnd)) {
      throw error;
    }
    const [{ planText }, { shown }, { planPending }] = await Promise.all([
      import("../plan-text.ts"),
      import("./plan.ts"),
      import("../../run/plan-pending.ts"),
    ]);
    const pending = await planPending({
      url,
      migrations,
      policy: policyOf(config),
      stop,
      allowOutOfOrder: flags.allowOutOfOrder === true,
      ...(flags.to === undefined ? {} : { to: flags.to }),
    });
    const data = { dryRun: true, plans: pending.map(shown) };
    return commandResult(
      data,
      ({ plans }, paint) => `${planText(plans, paint)}\n${count(plans.length, "migration")} would be applied.`,
    );
  }
}

/** Leaves `up` where everything is known that could stand against it, and nothing is changed yet. */
class DryRunEnd extends Error {}

async function endDryRun(): Promise<void> {
  throw new DryRunEnd("dry run");
}

interface UpData {
  readonly applied: readonly string[];
  readonly inForce: number;
  readonly ahead: readonly string[];
  readonly waited: boolean;
  readonly durationMs: number;
  readonly contracted?: readonly string[];
}

function resultText({ applied, inForce, ahead, waited, durationMs, contracted = [] }: UpData): string {
  const done =
    applied.length > 0
      ? `Applied ${count(applied.length, "migration")} in ${formatMs(durationMs)}; ${inForce} in force.`
      : waited
        ? `Another runner did the work; ${count(inForce, "migration")} in force.`
        : `Nothing to do; ${count(inForce, "migration")} in force.`;
  const newer = ahead.length === 0 ? "" : `\n${ahead.join(", ")} came from a newer release than this one.`;
  const gone =
    contracted.length === 0
      ? ""
      : `\nRemoved what ${count(contracted.length, "migration")} left standing: ${contracted.join(", ")}.`;
  return done + gone + newer;
}
