import pg from "pg";
import type { ErrorCode } from "../errors/catalogue.ts";
import { BatchError } from "./batch.ts";

/** What a failed statement means for the one who sent it. */
export type FailureKind =
  /** lock_timeout, deadlock or serialization failure: the same statement may succeed when sent again. */
  | "lock"
  /** The connection or the server went away: what happened to the statement must be looked up. */
  | "connection"
  /** The statement was cancelled (by us, an operator or statement_timeout). */
  | "cancelled"
  | "permission"
  | "disk-full"
  | "read-only"
  /** The fencing token is no longer ours (raised by our own functions). */
  | "fenced"
  /** The step is already recorded as done (raised by our own functions). */
  | "already-done"
  /** What the step builds on was lost in a crash of the server (raised by our own functions). */
  | "rewound"
  | "statement";

/** The code of an error that says no more than that. */
export function errorCodeOf(kind: FailureKind): ErrorCode {
  switch (kind) {
    case "connection":
      return "database_unavailable";
    case "fenced":
      return "lease_lost";
    case "rewound":
      return "progress_lost";
    case "permission":
      return "permission_denied";
    case "disk-full":
      return "disk_full";
    case "read-only":
      return "database_read_only";
    case "lock":
      return "lock_timeout";
    case "cancelled":
    case "already-done":
    case "statement":
      return "statement_failed";
  }
}

/** SQLSTATEs raised by the functions of the state schema. */
const FENCED = "LK001";
const ALREADY_DONE = "LK002";
const REWOUND = "LK003";

const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
]);

/** The server's own error inside whatever wraps it, or undefined for failures that did not come from the server. */
export function databaseError(error: unknown): pg.DatabaseError | undefined {
  if (error instanceof pg.DatabaseError) {
    return error;
  }
  return error instanceof BatchError ? databaseError(error.cause) : undefined;
}

/** SQLSTATE classes: PostgreSQL documentation, appendix A. */
export function failureKind(error: unknown): FailureKind {
  const code = databaseError(error)?.code;
  if (code === undefined) {
    return isConnectionFailure(error) ? "connection" : "statement";
  }
  switch (code) {
    case "55P03":
    case "40P01":
    case "40001":
      return "lock";
    case "57014":
      return "cancelled";
    case "42501":
      return "permission";
    case "53100":
      return "disk-full";
    case "25006":
      return "read-only";
    // Idle-in-transaction and transaction timeouts end the session, as an administrator or a restart does.
    case "25P03":
    case "25P04":
    case "57P05":
    case "57P01":
    case "57P02":
    case "57P03":
      return "connection";
    case FENCED:
      return "fenced";
    case ALREADY_DONE:
      return "already-done";
    case REWOUND:
      return "rewound";
    default:
      // 08 connection exception; 53300 too many connections passes like an unreachable server.
      return code.startsWith("08") || code === "53300" ? "connection" : "statement";
  }
}

function isConnectionFailure(error: unknown): boolean {
  if (error instanceof BatchError) {
    return isConnectionFailure(error.cause);
  }
  if (error instanceof AggregateError) {
    return error.errors.some(isConnectionFailure);
  }
  if (!(error instanceof Error)) {
    return false;
  }
  const code = (error as NodeJS.ErrnoException).code;
  return (
    (code !== undefined && NETWORK_CODES.has(code)) ||
    /^(Connection terminated|Client (has encountered a connection error|was closed)|timeout expired)/.test(
      error.message,
    )
  );
}
