import pg from "pg";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { Batch, type BatchResult, type BatchStatement } from "./batch.ts";
import { describeDatabase, parseDatabaseUrl, stricterSslMode } from "./database-url.ts";
import { databaseError, failureKind } from "./server-error.ts";

export interface ServerNotice {
  readonly severity: string;
  readonly message: string;
}

/** One dedicated connection. Never pooled: session settings and transactions must not reach anybody else. */
export interface Session extends AsyncDisposable {
  /** @param params with them, be they none, the text may hold one statement alone */
  query<R extends object = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** Sends statements in one message; see {@link Batch}. */
  batch(statements: readonly BatchStatement[]): Promise<BatchResult>;
  /** Rolls back whatever transaction is open; never throws. */
  rollback(): Promise<void>;
  /** True once the connection is gone. */
  readonly lost: boolean;
  /** Number by which the server introduced itself; a pooler in between invents one. */
  readonly backend: number | null;
  /** True when a connection pooler stands between us and the server. */
  isPooled(): Promise<boolean>;
  /** Names the session in pg_stat_activity, unless a pooler would pass the name on to whoever comes next. */
  rename(applicationName: string): Promise<void>;
  /** Cuts the connection without a goodbye; the server notices by `client_connection_check_interval`. */
  destroy(): void;
  end(): Promise<void>;
}

export interface ConnectOptions {
  readonly applicationName?: string;
  readonly onNotice?: (notice: ServerNotice) => void;
  /** ms; how long reaching the server may take. Default 10,000. */
  readonly connectTimeoutMs?: number;
}

/**
 * Opens one connection.
 *
 * @throws LockkeeperError `database_url_invalid`, `database_unavailable`, `database_auth_failed`, `database_missing`
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Session> {
  const config = parseDatabaseUrl(url);
  const client = new pg.Client({
    ...config,
    application_name: options.applicationName ?? "lockkeeper",
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    keepAlive: true,
  });
  let lost = false;
  // Without a listener a server restart would end the process; the next query reports the loss.
  client.on("error", () => {
    lost = true;
  });
  client.on("end", () => {
    lost = true;
  });
  if (options.onNotice !== undefined) {
    const onNotice = options.onNotice;
    client.on("notice", (notice) => onNotice({ severity: notice.severity ?? "NOTICE", message: notice.message ?? "" }));
  }
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => {});
    throw connectFailure(error, url);
  }
  const { processID: backend } = client as unknown as { processID: number | null };
  const end = async (): Promise<void> => {
    if (!lost) {
      lost = true;
      await client.end().catch(() => {});
    }
  };
  return {
    get lost() {
      return lost;
    },
    async query<R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]> {
      const result = await client.query(params === undefined ? sql : alone(sql, params));
      return (result.rows ?? []) as R[];
    },
    async batch(statements) {
      const batch = new Batch(statements);
      client.query(batch);
      return await batch.done;
    },
    async rollback() {
      if (!lost) {
        await client.query("ROLLBACK").catch(() => {
          lost = true;
        });
      }
    },
    backend,
    async isPooled() {
      const [row] = (await client.query("SELECT pg_backend_pid() AS pid")).rows;
      return row?.pid !== backend;
    },
    async rename(name) {
      await client.query("SELECT set_config('application_name', $1, false) WHERE pg_backend_pid() = $2", [
        name,
        backend,
      ]);
    },
    destroy() {
      lost = true;
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    },
    end,
    [Symbol.asyncDispose]: end,
  };
}

/** By the extended protocol, which the driver would take for one parameter and more; its types do not know that it can be told. */
const alone = (text: string, values: readonly unknown[]): pg.QueryConfig =>
  ({ text, values: [...values], queryMode: "extended" }) as pg.QueryConfig;

/** How Node says that a certificate is not to be trusted. */
const UNVERIFIED: ReadonlySet<string> = new Set([
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

function connectFailure(error: unknown, url: string): LockkeeperError {
  const where = describeDatabase(url);
  const code = databaseError(error)?.code;
  const reason =
    error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
  if (code === "28P01" || code === "28000") {
    return new LockkeeperError("database_auth_failed", { message: `${where} refused the credentials: ${reason}` });
  }
  if (code === "3D000") {
    return new LockkeeperError("database_missing", { message: `${where}: ${reason}` });
  }
  if (UNVERIFIED.has(String((error as NodeJS.ErrnoException).code))) {
    const mode = stricterSslMode(url);
    const meaning = mode === undefined ? "" : `sslmode=${mode} is taken for verify-full. `;
    const lax = mode === undefined ? "" : " To encrypt without looking at the certificate, add uselibpqcompat=true.";
    return new LockkeeperError("database_unavailable", {
      message: `The certificate of ${where} cannot be verified: ${reason}`,
      action: `${meaning}Name the authority that signed it with sslrootcert=FILE.${lax}`,
    });
  }
  if (failureKind(error) === "connection") {
    return new LockkeeperError("database_unavailable", { message: `${where} cannot be reached: ${reason}` });
  }
  return new LockkeeperError("database_unavailable", {
    message: `${where} cannot be reached: ${reason}`,
    data: code === undefined ? {} : { sqlstate: code },
  });
}
