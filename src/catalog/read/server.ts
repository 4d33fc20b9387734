import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { ServerFacts } from "../model/facts.ts";
import type { Query } from "./query.ts";
import { OLDEST } from "./version.ts";

/** Settings of a session that change what a statement does or how long it takes. */
const SETTINGS = [
  "TimeZone",
  "default_tablespace",
  "default_table_access_method",
  "default_toast_compression",
  "maintenance_work_mem",
  "max_parallel_maintenance_workers",
  "max_locks_per_transaction",
  "session_replication_role",
  "wal_level",
] as const;

/** What a session of this role begins with in this database: the names that a migration writes are looked for there. */
const PATH = "(SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path')";

/**
 * Reads the session as it is, before the snapshot sets its own.
 *
 * @throws LockkeeperError `server_unsupported`
 */
export async function readServer(query: Query): Promise<ServerFacts> {
  const [server] = await query<ServerFacts>(`
    SELECT current_setting('server_version_num')::integer AS version, current_database() AS database,
           current_setting('server_encoding') AS encoding,
           json_build_object(${SETTINGS.map((name) => `'${name}', current_setting('${name}', true)`).join(", ")},
             'search_path', ${PATH}) AS settings`);
  if (server === undefined || server.version < OLDEST) {
    throw new LockkeeperError("server_unsupported", {
      message: `The server is PostgreSQL ${Math.floor((server?.version ?? 0) / 10_000)}.`,
      notDone: "Its catalog was not read.",
    });
  }
  return server;
}
