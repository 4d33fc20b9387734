import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import { compareHistory } from "../../run/compare-history.ts";
import { Connection } from "../../run/connection.ts";
import { Preparation } from "../../run/prepare.ts";
import { readState } from "../../run/read-state.ts";
import { migrationsOf, urlToRead } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { planScript } from "../plan-script.ts";
import { planText } from "../plan-text.ts";

export interface PlanFlags {
  readonly sql?: boolean;
  readonly to?: string;
  readonly allowOutOfOrder?: boolean;
}

/** Named migrations are planned from their files alone; without names the database tells what is pending. */
export async function run(context: CommandContext, ids: readonly string[], flags: PlanFlags): Promise<CommandResult> {
  const config = await context.config();
  const migrations = migrationsOf(config);
  const chosen = ids.length > 0 ? named(migrations, ids) : await pending(migrations, urlToRead(config), flags);
  const prepared = await new Preparation().read(chosen);
  const data = { plans: prepared.map(({ migration, plan }) => ({ file: migration.file, plan })) };
  return commandResult(data, ({ plans }, paint) => {
    if (flags.sql === true) {
      return planScript(plans);
    }
    const total = plans.length === 0 ? "Nothing is pending." : `${count(plans.length, "migration")} planned.`;
    return `${planText(plans, paint)}${plans.length === 0 ? "" : "\n"}${total}`;
  });
}

function named(migrations: readonly Migration[], ids: readonly string[]): Migration[] {
  for (const id of ids) {
    requireKnown(migrations, id);
  }
  return migrations.filter(({ id }) => ids.includes(id));
}

async function pending(migrations: readonly Migration[], url: string, flags: PlanFlags): Promise<readonly Migration[]> {
  const { to } = flags;
  if (to !== undefined) {
    requireKnown(migrations, to);
  }
  await using work = new Connection(url);
  const state = await readState(await work.session());
  const found = compareHistory(migrations, state, { allowOutOfOrder: flags.allowOutOfOrder === true }).pending;
  return to === undefined ? found : found.slice(0, found.findIndex(({ id }) => id === to) + 1);
}

function requireKnown(migrations: readonly Migration[], id: string): void {
  if (!migrations.some((migration) => migration.id === id)) {
    throw new LockkeeperError("migration_unknown", {
      message: `There is no migration ${id}.`,
      notDone: "Nothing was planned.",
    });
  }
}
