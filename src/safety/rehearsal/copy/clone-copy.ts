import { count } from "../../../errors/count.ts";
import { LockkeeperError } from "../../../errors/lockkeeper-error.ts";
import { describeDatabase } from "../../../postgres/database-url.ts";
import { cloneDatabase } from "../../../postgres/scratch-database.ts";
import { connect } from "../../../postgres/session.ts";
import { giveDatabaseSettings } from "../../database-settings.ts";
import type { Copy } from "./copy.ts";

/**
 * A clone of the database on its own server, made of its files. PostgreSQL makes none while others are connected.
 *
 * @throws LockkeeperError `rehearsal_refused` with who is connected, or what the role lacks
 */
export async function cloneCopy(url: string): Promise<Copy> {
  const made = await cloneDatabase(url);
  if ("refused" in made) throw await refusal(url, made.refused, made.isInUse);
  const notes = await giveDatabaseSettings(url, made.url).catch(async (error: unknown) => {
    await made[Symbol.asyncDispose]();
    throw error;
  });
  return {
    url: made.url,
    kind: "clone",
    of: describeDatabase(url),
    ownServer: false,
    notes: [
      "The copy lies on the database's own server: its WAL is measured with that of everybody else there.",
      ...notes,
    ],
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

async function refusal(url: string, reason: string, isInUse: boolean): Promise<LockkeeperError> {
  const others = isInUse ? await sessionsOf(url) : [];
  const sessions = others.reduce((sum, one) => sum + one.sessions, 0);
  const who = others.map((one) => `${one.application || one.user} (${one.sessions})`).join(", ");
  return new LockkeeperError("rehearsal_refused", {
    message: isInUse
      ? `${describeDatabase(url)} cannot be cloned while others are connected to it: ${count(sessions, "session")}${who === "" ? "" : `, of ${who}`}.`
      : `${describeDatabase(url)} cannot be cloned: ${reason}.`,
    notDone: "Nothing was rehearsed, and nothing was changed.",
    action: isInUse
      ? "Rehearse on a restored backup, which disturbs nobody: `lockkeeper backup --verify`, then `lockkeeper rehearse`. Or let the others disconnect for as long as the files are copied."
      : "The role must own the database and may create databases; or rehearse on a restored backup: `lockkeeper backup --verify`, then `lockkeeper rehearse`.",
    data: { sessions: others },
  });
}

async function sessionsOf(url: string) {
  await using session = await connect(url, { applicationName: "lockkeeper rehearsal" });
  return await session.query<{ application: string; user: string; sessions: number }>(
    `SELECT coalesce(application_name, '') AS application, coalesce(usename, '') AS user, count(*)::int AS sessions
     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() GROUP BY 1, 2 ORDER BY 3 DESC`,
  );
}
