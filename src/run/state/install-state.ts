import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { databaseError, failureKind } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import { begin } from "../transaction.ts";
import { EVIDENCE_STATE } from "./evidence-state.ts";
import { SNAPSHOT_STATE } from "./snapshot-state.ts";
import { SWEEP_MOVES } from "./sweep-moves.ts";
import { SWEEP_STATE } from "./sweep-state.ts";
import { VERSION_1 } from "./version-1.ts";

/** The state schema's own migrations: index 0 makes version 1. */
const VERSIONS = [VERSION_1 + SWEEP_STATE + SWEEP_MOVES, SNAPSHOT_STATE, EVIDENCE_STATE];

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
    if (version > STATE_VERSION) {
      throw newerState(version);
    }
    for (let next = version; next < STATE_VERSION; next++) {
      await session.batch([{ sql: VERSIONS[next] ?? "" }, { sql: `UPDATE lockkeeper.meta SET version = ${next + 1}` }]);
    }
    await session.batch([{ sql: "COMMIT" }]);
  } catch (error) {
    await session.rollback();
    throw await installFailure(session, error);
  }
}

export function newerState(version: number): LockkeeperError {
  return new LockkeeperError("state_newer", {
    message: `The state schema in this database is of version ${version}; this program knows versions up to ${STATE_VERSION}.`,
    notDone: "Nothing was read from it or written to it.",
    data: { version, known: STATE_VERSION },
  });
}

// Names such as `to_regclass` are looked up in a cache that may be older than the wait for the lock; a scan never is.
const SCHEMA = `SELECT
  (SELECT count(*)::int FROM pg_depend AS d WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
     AND d.classid <> 'pg_default_acl'::regclass) AS objects,
  EXISTS (SELECT FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
     WHERE c.relnamespace = n.oid AND c.relname = 'meta' AND a.attname = 'only_row') AS ours
FROM pg_namespace AS n WHERE nspname = 'lockkeeper'`;

/** The version that is there; 0 after making the empty schema for it, or finding one that an administrator made. */
async function installedVersion(session: Session): Promise<number> {
  const [schema] = await session.query<{ objects: number; ours: boolean }>(SCHEMA);
  if (schema === undefined) {
    await session.query("CREATE SCHEMA lockkeeper");
    return 0;
  }
  if (schema.objects > 0 && !schema.ours) {
    throw new LockkeeperError("state_foreign", {
      message: `The schema lockkeeper holds ${schema.objects} objects that Lockkeeper did not make.`,
      notDone: "It was not touched.",
    });
  }
  const [row] = schema.ours ? await session.query<{ version: number }>("SELECT version FROM lockkeeper.meta") : [];
  return row?.version ?? 0;
}

async function installFailure(session: Session, error: unknown): Promise<unknown> {
  if (failureKind(error) === "permission") {
    const [names] = await session.query<{ database: string; role: string }>(
      "SELECT quote_ident(current_database()) AS database, quote_ident(session_user) AS role",
    );
    return new LockkeeperError("permission_denied", {
      message: `The state schema cannot be created: ${databaseError(error)?.message}.`,
      action:
        `Let an administrator run GRANT CREATE ON DATABASE ${names?.database} TO ${names?.role}, ` +
        `or CREATE SCHEMA lockkeeper AUTHORIZATION ${names?.role}.`,
      notDone: "Nothing was changed.",
      cause: error,
    });
  }
  if (failureKind(error) === "read-only") {
    return new LockkeeperError("database_read_only", { cause: error, notDone: "Nothing was changed." });
  }
  return error;
}
