import { loadConfig, type ResolvedConfig } from "../config/load-config.ts";
import type { MigrationLayout } from "../migrations/migration.ts";

/** Which database and which migrations. What is not said comes from the environment and `lockkeeper.config.ts`. */
export interface ProjectOptions {
  /** `postgres://…`; `DATABASE_URL` when undefined. */
  readonly url?: string;
  /** Folder of the migrations; `migrations` when nobody says otherwise. */
  readonly migrations?: string;
  /** Whose files they are; found out from the files when nobody says otherwise. */
  readonly layout?: MigrationLayout | "auto";
}

/**
 * What the environment and the configuration file say, overruled by the caller: what the command line finds too.
 *
 * @throws LockkeeperError `config_invalid`, `config_unreadable`, `database_url_invalid`, `usage` for a value of the caller
 */
export async function openProject({ url, migrations, layout }: ProjectOptions): Promise<ResolvedConfig> {
  const overrides = {
    ...(url === undefined
      ? {}
      : { database: { option: "`url`", value: url }, directDatabase: { option: "`url`", value: url } }),
    ...(migrations === undefined ? {} : { migrations: { option: "`migrations`", value: migrations } }),
    ...(layout === undefined ? {} : { layout: { option: "`layout`", value: layout } }),
  };
  return await loadConfig({ cwd: process.cwd(), env: process.env, overrides });
}
