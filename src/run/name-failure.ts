import { type ErrorDetails, LockkeeperError } from "../errors/lockkeeper-error.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";

/** Runs a command; what failed outside a step leaves it in the words of the catalogue. */
export async function namingFailures<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (error) {
    throw nameFailure(error);
  }
}

/** Names a failure of the server or of the way to it; others are returned as they are. */
function nameFailure(error: unknown): unknown {
  const server = databaseError(error);
  const kind = failureKind(error);
  if (error instanceof LockkeeperError || (server === undefined && kind !== "connection")) {
    return error;
  }
  const details: ErrorDetails = {
    message: server?.message ?? (error instanceof Error ? error.message : String(error)),
    ...(server?.code === undefined ? {} : { data: { sqlstate: server.code } }),
    cause: error,
  };
  switch (kind) {
    case "connection":
      return new LockkeeperError("database_unavailable", {
        ...details,
        message: `The connection was lost: ${details.message}.`,
      });
    case "fenced":
      return new LockkeeperError("lease_lost", details);
    case "rewound":
      return new LockkeeperError("progress_lost", details);
    case "permission":
      return new LockkeeperError("permission_denied", details);
    case "disk-full":
      return new LockkeeperError("disk_full", details);
    case "read-only":
      return new LockkeeperError("database_read_only", details);
    case "lock":
      return new LockkeeperError("lock_timeout", details);
    default:
      return new LockkeeperError("statement_failed", details);
  }
}
