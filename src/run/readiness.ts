import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { MigrationLayout } from "../migrations/migration.ts";
import { readProject } from "../migrations/read-project.ts";
import { type ReadinessProbe, type ReadinessRules, readinessProbe } from "./readiness-probe.ts";

export interface ReadinessOptions extends Omit<ReadinessRules, "url" | "expected"> {
  /** `postgres://…`, under the application's own role; `DATABASE_URL` when undefined. */
  readonly url?: string;
  /** Folder of the migrations the program was built for; `migrations` when undefined. Read once, here. */
  readonly migrations?: string;
  /** Whose files they are; found out from the files when undefined. */
  readonly layout?: MigrationLayout;
  /** Instead of a folder: the newest migration the program was built for, or all of them. */
  readonly expect?: string | readonly string[];
}

/**
 * Makes a probe that tells whether the database has the schema this program was built for.
 *
 * @example
 * const probe = readiness({ expect: "0042_orders_note", tables: ["orders"] });
 * const verdict = await probe.check(); // { ready: false, reason: "schema_behind", missing: ["0042_orders_note"] }
 *
 * @throws LockkeeperError `database_url_missing`, `usage` for a table name that is none, and those of reading the folder
 */
export function readiness(options: ReadinessOptions = {}): ReadinessProbe {
  const { url = process.env["DATABASE_URL"], migrations = "migrations", layout = "auto", expect, ...rules } = options;
  if (url === undefined || url === "") {
    throw new LockkeeperError("database_url_missing");
  }
  const expected =
    expect === undefined
      ? readProject(migrations, layout).map(({ id }) => id)
      : typeof expect === "string"
        ? [expect]
        : expect;
  return readinessProbe({ ...rules, url, expected });
}
