import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import { Preparation } from "../../run/prepare.ts";
import { migrationsAtHand, migrationsOf, policyOf, urlToChange, urlToRead } from "../../run/target.ts";
import { estimatePlans, totalOf } from "../../safety/estimate/estimate.ts";
import { estimatePending, type PendingEstimates } from "../../safety/estimate/estimate-pending.ts";
import { type Money, moneyOf } from "../../safety/estimate/money.ts";
import { readRateCard } from "../../safety/estimate/rate-card.ts";
import { defaultProfile } from "../../safety/estimate/server-profile.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { namedMigration } from "../named-migration.ts";
import { nothingPending } from "../nothing-pending.ts";
import { type OfflineFlags, offlineCatalog, offlineContext } from "../plan-catalog.ts";
import { type EstimateData, estimateText } from "../renderers/estimate-text.ts";

export interface EstimateFlags extends OfflineFlags {
  readonly to?: string;
  readonly allowOutOfOrder?: boolean;
  readonly rates?: string;
  readonly replicas?: string;
  readonly uncalibrated?: boolean;
  readonly keep?: boolean;
}

/** What `up` would take, or the migrations that are named: by the catalog of the database, or by one that is stored. */
export async function run(
  context: CommandContext,
  names: readonly string[],
  flags: EstimateFlags,
): Promise<CommandResult> {
  const card = flags.rates === undefined ? undefined : readRateCard(flags.rates, context.cwd);
  const replicas = flags.replicas === undefined ? undefined : replicasOf(flags.replicas);
  const { estimates, server, kept } = await estimatesOf(context, names, flags, replicas);
  const total = totalOf(estimates.map((one) => one.total));
  const money: Money | undefined = card === undefined ? undefined : moneyOf(total, card, server.replicas);
  const data: EstimateData = {
    migrations: estimates,
    total,
    server: { replicas: server.replicas, archives: server.archives, isKnown: server.isKnown },
    ...(money === undefined ? {} : { money }),
    ...(kept === undefined ? {} : { kept }),
  };
  return commandResult(data, (one, paint) =>
    one.migrations.length === 0 ? `${nothingPending(flags.to)}.` : estimateText(one, paint, context.isVerbose),
  );
}

async function estimatesOf(
  context: CommandContext,
  names: readonly string[],
  flags: EstimateFlags,
  replicas: number | undefined,
): Promise<PendingEstimates> {
  const config = await context.config();
  const migrations = names.length === 0 ? migrationsOf(config) : migrationsAtHand(config);
  const named = names.map((name) => namedMigration(name, migrations, context.cwd));
  if (flags.to !== undefined && !migrations.some(({ id }) => id === flags.to)) {
    throw new LockkeeperError("migration_unknown", {
      message: `There is no migration ${flags.to}.`,
      notDone: "Nothing was estimated.",
    });
  }
  if (flags.catalog !== undefined || flags.serverVersion !== undefined) {
    return await offline(context, named, flags, replicas);
  }
  const { to, allowOutOfOrder } = flags;
  const keep = flags.keep === true;
  return await estimatePending({
    url: keep ? urlToChange(config) : urlToRead(config),
    keep,
    migrations,
    policy: policyOf(config),
    stop: context.endOnSignals(),
    allowOutOfOrder: allowOutOfOrder === true,
    uncalibrated: flags.uncalibrated === true,
    ...(to === undefined ? {} : { to }),
    ...(named.length === 0 ? {} : { named }),
    ...(replicas === undefined ? {} : { replicas }),
  });
}

/** By a stored catalog, on a server with PostgreSQL's own defaults; nothing was measured there. */
async function offline(
  context: CommandContext,
  named: readonly Migration[],
  flags: EstimateFlags,
  replicas = 0,
): Promise<PendingEstimates> {
  if (flags.catalog === undefined || named.length === 0) {
    throw new LockkeeperError("usage", {
      message: "Without a database it takes a catalog, and the migrations to estimate on it.",
      action:
        "`lockkeeper catalog --facts > catalog.json` on the database, then `lockkeeper estimate --catalog catalog.json ID…`.",
      notDone: "Nothing was estimated.",
    });
  }
  const policy = policyOf(await context.config());
  const catalog = offlineCatalog(flags, context.cwd);
  if (catalog.facts.relations === undefined) {
    throw new LockkeeperError("usage", {
      message: `The catalog ${flags.catalog} tells no sizes.`,
      action: "Take it with `lockkeeper catalog --facts`.",
      notDone: "Nothing was estimated.",
    });
  }
  const prepared = await new Preparation(async () => offlineContext(flags, context.cwd, policy)).plan(named);
  const { version, settings } = catalog.facts.server;
  const server = { ...defaultProfile(Math.floor(version / 10_000), settings), replicas };
  const estimates = await estimatePlans(prepared, {
    catalog,
    server,
    policy,
  });
  return { estimates, server };
}

function replicasOf(text: string): number {
  if (!/^\d{1,4}$/.test(text)) {
    throw new LockkeeperError("usage", {
      message: "--replicas is no number of replicas; expected one such as 2, or 0.",
      notDone: "Nothing was estimated.",
    });
  }
  return Number(text);
}
