import { type ReadinessProbe, type ReadinessRules, readinessProbe } from "../run/readiness-probe.ts";
import { migrationsOf, urlToRead } from "../run/target.ts";
import { openProject, type ProjectOptions } from "./open-project.ts";
import { PROJECT_KINDS } from "./option-kinds.ts";
import { requireOptions } from "./require-options.ts";

export interface ReadinessOptions extends ProjectOptions, Omit<ReadinessRules, "url" | "expected"> {
  /** Instead of a folder: the newest migration the program was built for, or all of them. */
  readonly expect?: string | readonly string[];
}

/**
 * Makes a probe that tells whether the database has the schema this program was built for. The folder is read once,
 * here; the database is asked when somebody checks, under the application's own role.
 *
 * @example
 * const probe = await readiness({ expect: "0042_orders_note", tables: ["orders"] });
 * const verdict = await probe.check(); // { ready: false, reason: "schema_behind", missing: ["0042_orders_note"] }
 *
 * @throws LockkeeperError `database_url_missing`, `usage` for a table name that is none, and those of the configuration
 *   and of reading the folder
 */
export async function readiness(options: ReadinessOptions = {}): Promise<ReadinessProbe> {
  const durations = { cacheMs: "duration", unreadyCacheMs: "duration", timeoutMs: "duration" } as const;
  const kinds = { ...PROJECT_KINDS, ...durations, expect: "any", tables: "list", drift: "yes or no" } as const;
  requireOptions(options, kinds, "readiness()");
  const { expect: wanted } = options;
  if (typeof wanted !== "string") {
    requireOptions({ expect: wanted }, { expect: "list" }, "readiness()");
  }
  const { url: _url, migrations: _migrations, layout: _layout, expect, ...rules } = options;
  const project = await openProject(options);
  const expected = typeof expect === "string" ? [expect] : (expect ?? migrationsOf(project).map(({ id }) => id));
  return readinessProbe({ ...rules, url: urlToRead(project), expected });
}
