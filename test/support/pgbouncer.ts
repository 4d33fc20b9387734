import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";
import { until } from "./until.ts";

/** Where the program is; Debian installs it where only root's PATH looks. */
function findPgbouncer(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, "pgbouncer")).find((path) => existsSync(path));
}

const PROGRAM = findPgbouncer();

/** Why tests with pgbouncer are left out here; in CI they never are. */
export const WITHOUT_PGBOUNCER = PROGRAM === undefined && process.env["CI"] === undefined;

if (WITHOUT_PGBOUNCER) {
  console.warn("SKIPPED: the tests through pgbouncer, which is not installed (Debian: apt-get install pgbouncer).");
}

export interface Pgbouncer extends AsyncDisposable {
  /** The same database, through the pooler. */
  url(databaseUrl: string): string;
}

/**
 * A pgbouncer of the test's own in transaction mode, in front of a server.
 *
 * @param options.roles who may connect beside `postgres`
 */
export async function startPgbouncer(
  serverUrl: string,
  { poolSize = 5, roles = [] }: { readonly poolSize?: number; readonly roles?: readonly string[] } = {},
): Promise<Pgbouncer> {
  if (PROGRAM === undefined) {
    throw new Error("pgbouncer is not installed (Debian: apt-get install pgbouncer)");
  }
  const { hostname, port: serverPort } = new URL(serverUrl);
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-pgbouncer-"));
  const port = await freePort();
  const users = join(folder, "users.txt");
  writeFileSync(users, ["postgres", ...roles].map((role) => `"${role}" ""\n`).join(""));
  writeFileSync(
    join(folder, "pgbouncer.ini"),
    `[databases]
* = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
log_connections = 0
log_disconnections = 0
log_stats = 0
`,
  );
  const account = unprivilegedAccount();
  if (account !== undefined) {
    chmodSync(folder, 0o755);
    chownSync(folder, account.uid, account.gid);
  }
  const child = spawn(PROGRAM, [join(folder, "pgbouncer.ini")], {
    ...account,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-4_000);
  });
  const stop = async (): Promise<void> => {
    await kill(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = (databaseUrl: string): string => {
    const through = new URL(databaseUrl);
    through.host = `127.0.0.1:${port}`;
    return through.href;
  };
  try {
    await until("pgbouncer answers", () => answers(url(serverUrl)), 10_000);
  } catch (error) {
    await stop();
    throw new Error(`pgbouncer did not start: ${log}`, { cause: error });
  }
  return { url, [Symbol.asyncDispose]: stop };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
}

/** pgbouncer refuses to run as root. */
function unprivilegedAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const entry = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find(([name]) => name === "nobody");
  return { uid: Number(entry?.[2] ?? 65_534), gid: Number(entry?.[3] ?? 65_534) };
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
