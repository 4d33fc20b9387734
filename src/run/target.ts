import { lstatSync } from "node:fs";
import type { ResolvedConfig } from "../config/load-config.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { readProject } from "../migrations/read-project.ts";
import { changedPolicy, DEFAULT_POLICY, type RunPolicy } from "./policy.ts";

/**
 * The database of a command that only reads.
 *
 * @throws LockkeeperError `database_url_missing`
 */
export function urlToRead(config: ResolvedConfig): string {
  return required(config.database ?? config.directDatabase);
}

/**
 * The database of a command that changes it: without a pooler in between where such a way is known.
 *
 * @throws LockkeeperError `database_url_missing`
 */
export function urlToChange(config: ResolvedConfig): string {
  return required(config.directDatabase ?? config.database);
}

function required(url: string | undefined): string {
  if (url === undefined) {
    throw new LockkeeperError("database_url_missing", { notDone: "Nothing was run." });
  }
  return url;
}

/** The defaults give way: a pause that is set on its own is not cut by the other's default. */
export function policyOf({ policy }: Pick<ResolvedConfig, "policy">): RunPolicy {
  const { backoffMinMs, backoffMaxMs } = DEFAULT_POLICY;
  return changedPolicy(DEFAULT_POLICY, {
    backoffMinMs: Math.min(backoffMinMs, policy.backoffMaxMs ?? backoffMinMs),
    backoffMaxMs: Math.max(backoffMaxMs, policy.backoffMinMs ?? backoffMaxMs),
    ...policy,
  });
}

/** @throws LockkeeperError of `readProject` */
export function migrationsOf(config: ResolvedConfig): Migration[] {
  return readProject(config.migrations, config.layout);
}

/**
 * For what can do without files, because the database knows enough: a folder that is not there holds none, unless
 * somebody named it.
 *
 * @throws LockkeeperError of `readProject`
 */
export function migrationsAtHand(config: ResolvedConfig): Migration[] {
  // Asked of the folder itself: a file in it that cannot be read is no sign that there are none.
  const isThere = lstatSync(config.migrations, { throwIfNoEntry: false }) !== undefined;
  return isThere || config.migrationsNamed ? migrationsOf(config) : [];
}
