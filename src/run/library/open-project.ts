import { loadConfig } from "../../config/load-config.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration, MigrationLayout } from "../../migrations/migration.ts";
import { readProject } from "../../migrations/read-project.ts";
import { DEFAULT_POLICY, type RunPolicy } from "../policy.ts";

/** Which database and which migrations. What is not said comes from the environment and `lockkeeper.config.ts`. */
export interface ProjectOptions {
  /** `postgres://…`; `DATABASE_URL` when undefined. */
  readonly url?: string;
  /** Folder of the migrations; `migrations` when nobody says otherwise. */
  readonly migrations?: string;
  /** Whose files they are; found out from the files when nobody says otherwise. */
  readonly layout?: MigrationLayout | "auto";
}

export interface OpenProject {
  /** For questions. */
  readonly urlToRead: () => string;
  /** For changes: without a pooler in between where such a way is known. */
  readonly urlToChange: () => string;
  readonly migrations: () => Migration[];
  readonly policy: RunPolicy;
}

/**
 * Finds what a call of the library is about, as the command line finds it.
 *
 * @throws LockkeeperError `config_invalid`, `config_unreadable`; its functions `database_url_missing` and those of
 *   reading the files
 */
export async function openProject(options: ProjectOptions): Promise<OpenProject> {
  const config = await loadConfig({ cwd: process.cwd(), env: process.env });
  const { database, directDatabase } = config;
  return {
    urlToRead: () => required(options.url ?? database ?? directDatabase),
    urlToChange: () => required(options.url ?? directDatabase ?? database),
    migrations: () => readProject(options.migrations ?? config.migrations, options.layout ?? config.layout),
    policy: { ...DEFAULT_POLICY, ...config.policy },
  };
}

function required(url: string | undefined): string {
  if (url === undefined) {
    throw new LockkeeperError("database_url_missing", { notDone: "Nothing was run." });
  }
  return url;
}
