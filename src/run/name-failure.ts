import { type ErrorDetails, LockkeeperError } from "../errors/lockkeeper-error.ts";
import { databaseError, errorCodeOf, failureKind } from "../postgres/server-error.ts";

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
  const message = kind === "connection" ? `The connection was lost: ${details.message}.` : details.message;
  return new LockkeeperError(errorCodeOf(kind), { ...details, ...(message === undefined ? {} : { message }) });
}
