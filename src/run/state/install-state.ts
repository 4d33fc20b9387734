import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { databaseError, failureKind } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import { begin } from "../transaction.ts";
import { VERSION_1 } from "./version-1.ts";

/** The state schema's own migrations: index 0 makes version 1. */
const VERSIONS = [VERSION_1];

/** The newest state schema this program knows. */
export const STATE_VERSION = VERSIONS.length;

// "lockkeep" in ASCII: any number nobody else takes.
const INSTALL_LOCK = "x'6c6f636b6b656570'::bigint";

/**
 * Creates or upgrades the state schema, in one transaction, one process at a time. The advisory lock ends with that
 * transaction, so a transaction-pooling proxy cannot lose it.
 *
 * @throws LockkeeperError `state_newer`, `state_foreign`, `permission_denied`, `database_read_only`
 */
export async function installState(session: Session): Promise<void> {
  try {
    await begin(session);
    await session.query(`SELECT pg_advisory_xact_lock(${INSTALL_LOCK})`);
    const version = await installedVersion(session);
    if (version !== undefined && version > STATE_VERSION) {
      throw newerState(version);
    }
    if (version === undefined) {
      await createSchema(session);
    }
    for (let next = version ?? 0; next < STATE_VERSION; next++) {
      await session.batch([{ sql: VERSIONS[next] ?? "" }, { sql: `UPDATE lockkeeper.meta SET version = ${next + 1}` }]);
    }
    await session.batch([{ sql: "COMMIT" }]);
  } catch (error) {
    await session.rollback();
    throw installFailure(error);
  }
}

export function newerState(version: number): LockkeeperError {
  return new LockkeeperError("state_newer", {
    message: `The state schema in this database is of version ${version}; this program knows versions up to ${STATE_VERSION}.`,
    notDone: "Nothing was read from it or written to it.",
    data: { version, known: STATE_VERSION },
  });
}

async function installedVersion(session: Session): Promise<number | undefined> {
  // `to_regclass` may answer from a cache that is older than the wait for the lock; a scan of the catalog never does.
  const [found] = await session.query<{ meta: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
       WHERE n.nspname = 'lockkeeper' AND c.relname = 'meta') AS meta`,
  );
  if (found?.meta !== true) {
    return undefined;
  }
  const [row] = await session.query<{ version: number }>("SELECT version FROM lockkeeper.meta");
  return row?.version;
}

async function createSchema(session: Session): Promise<void> {
  const [schema] = await session.query<{ relations: string }>(
    `SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = n.oid) AS relations
     FROM pg_namespace AS n WHERE nspname = 'lockkeeper'`,
  );
  if (schema === undefined) {
    await session.query("CREATE SCHEMA lockkeeper");
  } else if (schema.relations !== "0") {
    throw new LockkeeperError("state_foreign", {
      message: `The schema lockkeeper holds ${schema.relations} relations that Lockkeeper did not make.`,
      notDone: "It was not touched.",
    });
  }
}

function installFailure(error: unknown): unknown {
  if (failureKind(error) === "permission") {
    return new LockkeeperError("permission_denied", {
      message: `The state schema cannot be created: ${databaseError(error)?.message}.`,
      action:
        "GRANT CREATE ON DATABASE … TO this role, or let an administrator run CREATE SCHEMA lockkeeper AUTHORIZATION this role.",
      notDone: "Nothing was changed.",
      cause: error,
    });
  }
  if (failureKind(error) === "read-only") {
    return new LockkeeperError("database_read_only", { cause: error, notDone: "Nothing was changed." });
  }
  return error;
}
