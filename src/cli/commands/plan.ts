import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import { planPending } from "../../run/plan-pending.ts";
import { Preparation, type Prepared } from "../../run/prepare.ts";
import { migrationsOf, policyOf, urlToRead } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { nothingPending } from "../nothing-pending.ts";
import type { OfflineFlags } from "../plan-catalog.ts";
import { planDiff } from "../plan-diff.ts";
import { planScript } from "../plan-script.ts";
import { planText, type ShownPlan } from "../plan-text.ts";

export interface PlanFlags extends OfflineFlags {
  readonly sql?: boolean;
  readonly diff?: boolean;
  readonly to?: string;
  readonly allowOutOfOrder?: boolean;
}

/** What is pending is planned on the database's catalog, or on a stored one; the rest is shown as it is written. */
export async function run(context: CommandContext, ids: readonly string[], flags: PlanFlags): Promise<CommandResult> {
  const config = await context.config();
  const migrations = migrationsOf(config);
  for (const id of flags.to === undefined ? ids : [...ids, flags.to]) {
    requireKnown(migrations, id);
  }
  const policy = policyOf(config);
  const data = { plans: await plansOf(context, ids, flags) };
  if (flags.sql === true) return commandResult(data, ({ plans }) => planScript(plans, policy), { exact: "text" });
  return commandResult(data, ({ plans }, paint) => {
    const total = plans.length === 0 ? `${nothingPending(flags.to)}.` : `${count(plans.length, "migration")} planned.`;
    const shown = flags.diff === true ? planDiff(plans, paint) : planText(plans, paint);
    return `${shown}${plans.length === 0 ? "" : "\n"}${total}`;
  });
}

async function plansOf(context: CommandContext, ids: readonly string[], flags: PlanFlags): Promise<ShownPlan[]> {
  const config = await context.config();
  const migrations = migrationsOf(config);
  const named = migrations.filter(({ id }) => ids.includes(id));
  if (flags.catalog !== undefined && ids.length === 0) {
    throw new LockkeeperError("usage", {
      message: "A catalog does not say which migrations are pending.",
      action: "Name those to plan on it: `lockkeeper plan --catalog FILE ID…`.",
      notDone: "Nothing was planned.",
    });
  }
  if (flags.catalog !== undefined || flags.serverVersion !== undefined) {
    return (await planOffline(context, ids.length === 0 ? migrations : named, flags)).map(shown);
  }
  if (ids.length > 0 && (config.database ?? config.directDatabase) === undefined) {
    return await asWritten(named, "no database says what is there");
  }
  const { to, allowOutOfOrder } = flags;
  const pending = await planPending({
    url: urlToRead(config),
    migrations,
    policy: policyOf(config),
    stop: context.endOnSignals(),
    allowOutOfOrder: allowOutOfOrder === true,
    ...(to === undefined ? {} : { to }),
  });
  if (ids.length === 0) {
    return pending.map(shown);
  }
  const rest = named.filter(({ id }) => !pending.some(({ migration }) => migration.id === id));
  const others = await asWritten(rest, "it is not pending in this database");
  return named.flatMap(({ id }) => [
    ...pending.filter(({ migration }) => migration.id === id).map(shown),
    ...others.filter(({ plan }) => plan.migration === id),
  ]);
}

async function planOffline(
  context: CommandContext,
  migrations: readonly Migration[],
  flags: PlanFlags & OfflineFlags,
): Promise<readonly Prepared[]> {
  const { offlineContext } = await import("../plan-catalog.ts");
  const online = offlineContext(flags, context.cwd, policyOf(await context.config()));
  const last = flags.to === undefined ? -1 : migrations.findIndex(({ id }) => id === flags.to);
  return await new Preparation(async () => online).plan(last === -1 ? migrations : migrations.slice(0, last + 1));
}

async function asWritten(migrations: readonly Migration[], because: string): Promise<ShownPlan[]> {
  return (await new Preparation().plan(migrations)).map((one) => ({ ...shown(one), asWritten: because }));
}

export const shown = ({ migration, plan, continuation }: Prepared): ShownPlan => ({
  file: migration.file,
  plan,
  ...(continuation === undefined ? {} : { run: continuation.task.id, done: continuation.task.done }),
});

function requireKnown(migrations: readonly Migration[], id: string): void {
  if (!migrations.some((migration) => migration.id === id)) {
    throw new LockkeeperError("migration_unknown", {
      message: `There is no migration ${id}.`,
      notDone: "Nothing was planned.",
    });
  }
}
