import { count } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { recordDecision } from "./audit.ts";
import { hasProgress } from "./prepare.ts";
import type { DatabaseState } from "./read-state.ts";
import { recordInForce } from "./record-in-force.ts";
import { type OperationOptions, underLease } from "./under-lease.ts";

export interface BaselineOptions extends OperationOptions {
  readonly migrations: readonly Migration[];
  /** The last migration that is in the database already. */
  readonly to: string;
  readonly reason?: string;
}

export interface BaselineResult {
  /** Migrations recorded as in force, in their order. */
  readonly recorded: readonly string[];
}

/**
 * Records the migrations up to one as in force without running them, for a database that was made by other means.
 *
 * @throws LockkeeperError `migration_unknown`, `history_not_empty`, `database_read_only`, `lease_held`
 */
export async function baseline(options: BaselineOptions): Promise<BaselineResult> {
  const last = options.migrations.findIndex(({ id }) => id === options.to);
  if (last === -1) {
    throw new LockkeeperError("migration_unknown", {
      message: `There is no migration ${options.to}.`,
      notDone: "Nothing was recorded.",
    });
  }
  const chosen = options.migrations.slice(0, last + 1);
  const recorded = chosen.map(({ id }) => id);
  await underLease(
    options,
    "baseline",
    async (_session, state) => requireEmptyHistory(state),
    async (session) => {
      await recordInForce(
        session,
        chosen.map(({ id, checksum }) => ({ id, checksum, origin: "baseline" })),
      );
      await recordDecision(session, {
        action: "baseline",
        subject: options.to,
        reason: options.reason,
        detail: { recorded },
        actor: options.actor,
      });
      return recorded;
    },
    () => true,
  );
  return { recorded };
}

/** A first attempt that left nothing behind does not count: it is how people find out that they need a baseline. */
function requireEmptyHistory(state: DatabaseState): true {
  const halfDone = state.unfinished.filter(hasProgress);
  const [first] = [...state.applied.map(({ id }) => id), ...halfDone.map(({ migration }) => migration)];
  if (first !== undefined) {
    throw new LockkeeperError("history_not_empty", {
      message: `${state.database} has ${count(state.applied.length, "migration")} in force and ${halfDone.length} half done, such as ${first}.`,
      notDone: "Nothing was recorded.",
      data: { applied: state.applied.length, halfDone: halfDone.length },
    });
  }
  return true;
}
