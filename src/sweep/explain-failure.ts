import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { databaseError, errorCodeOf, failureKind } from "../postgres/server-error.ts";

const NOT_DONE =
  "The batch at work was rolled back; what was committed before it stands, and the sweep can go on from there.";

/** Turns the failure of a batch, after which nothing more is tried, into the error that names it. */
export function explainFailure(error: unknown, relation: string, token: number): LockkeeperError {
  if (error instanceof LockkeeperError) return error;
  const server = databaseError(error);
  const facts = { sqlstate: server?.code, detail: server?.detail, hint: server?.hint, constraint: server?.constraint };
  const details = {
    message: server?.message ?? (error instanceof Error ? error.message : String(error)),
    notDone: NOT_DONE,
    data: { relation, ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) },
    cause: error,
  };
  const kind = failureKind(error);
  switch (kind) {
    case "fenced":
      return new LockkeeperError("lease_lost", {
        ...details,
        message: `The lease with token ${token} was taken by another runner.`,
      });
    case "connection":
      return new LockkeeperError("database_unavailable", {
        ...details,
        message: `The connection was lost and could not be opened again: ${details.message}`,
      });
    default:
      return new LockkeeperError(errorCodeOf(kind), details);
  }
}

/** True where the failure lies in the values of rows: data exceptions and violated constraints. */
export function isRowFailure(error: unknown): boolean {
  return /^2[23]/.test(databaseError(error)?.code ?? "");
}

/** Raised by `lockkeeper.sweep_batch`: it has met a row that was done already under another key. */
export function isMovedRow(error: unknown): boolean {
  return databaseError(error)?.code === "LK006";
}

/** Raised by `lockkeeper.sweep_batch`. */
export function isOtherStorage(error: unknown): boolean {
  return databaseError(error)?.code === "LK005";
}
