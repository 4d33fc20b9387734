import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { type EmbeddedBinaries, findEmbeddedBinaries } from "./embedded-binaries.ts";

export interface EmbeddedServerOptions {
  /** Server major; the newest installed one when undefined. */
  readonly major?: number;
  /** Server settings, such as `{ fsync: "off" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Puts a physical copy of a cluster of this major into the data folder, which is not there yet; a new cluster is made
   * when undefined. The copy's own configuration and its rules of who may connect do not hold.
   */
  readonly fill?: (data: string) => Promise<void>;
}

/** How the server is stopped: `fast` rolls back and checkpoints, `immediate` is a crash. */
export type StopMode = "fast" | "immediate";

export interface EmbeddedServer extends AsyncDisposable {
  readonly major: number;
  readonly port: number;
  /** `postgres://…` of the given database (default `postgres`), superuser `postgres`, trust authentication. */
  url(database?: string): string;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
  /** Stops and starts the server on the same port and data. */
  restart(mode: StopMode): Promise<void>;
}

/**
 * Starts a throw-away PostgreSQL on a free local port.
 *
 * The server ends with this process even when this process is killed: its supervising shell waits on a pipe that the
 * kernel closes with us.
 *
 * @throws LockkeeperError `embedded_missing`, `embedded_failed`; what `fill` throws
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const binaries = findEmbeddedBinaries(options.major);
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-pg-"));
  const data = join(folder, "data");
  if (binaries.account !== undefined) {
    chownSync(folder, binaries.account.uid, binaries.account.gid);
  }
  let child: ChildProcess;
  let port: number;
  let settings: Record<string, string>;
  try {
    if (options.fill === undefined) {
      initdb(binaries, data);
    } else {
      await options.fill(data);
      takeOver(binaries, data);
    }
    port = await freePort();
    settings = {
      port: String(port),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: folder,
      ...options.settings,
    };
    child = await launch(binaries, folder, settings);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  let stopped = false;

  const stop = async (): Promise<void> => {
    if (!stopped) {
      stopped = true;
      await halt(child, data, "immediate");
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return {
    major: binaries.major,
    port,
    url: (database = "postgres") => `postgres://postgres@127.0.0.1:${port}/${database}`,
    stop,
    async restart(mode) {
      await halt(child, data, mode);
      child = await launch(binaries, folder, settings);
    },
    [Symbol.asyncDispose]: stop,
  };
}

function spawnIdentity(binaries: EmbeddedBinaries): {
  uid?: number;
  gid?: number;
  cwd: string;
  env: NodeJS.ProcessEnv;
} {
  return {
    ...(binaries.account === undefined ? {} : binaries.account),
    cwd: tmpdir(),
    // PG* variables of the caller's shell must not reach the throw-away server.
    env: { PATH: process.env["PATH"], TZ: "UTC", LC_ALL: "C" },
  };
}

function initdb(binaries: EmbeddedBinaries, data: string): void {
  const result = spawnSync(
    join(binaries.native, "bin", "initdb"),
    ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
    { ...spawnIdentity(binaries), encoding: "utf8" },
  );
  if (result.status !== 0) {
    throw new LockkeeperError("embedded_failed", {
      message: `initdb ended with ${result.status ?? result.signal ?? "an error"}: ${result.stderr || String(result.error ?? "")}`,
      cause: result.error,
    });
  }
}

/**
 * Makes a copied cluster one of ours: it lets in whoever comes from this machine, archives nothing, follows no other
 * server, and needs no library that somebody has set (ALTER SYSTEM) for the one that was copied.
 */
function takeOver({ account }: EmbeddedBinaries, data: string): void {
  for (const name of ["postmaster.pid", "standby.signal", "recovery.signal"]) rmSync(join(data, name), { force: true });
  writeFileSync(join(data, "postgresql.conf"), "archive_mode = off\n");
  writeFileSync(join(data, "postgresql.auto.conf"), "");
  writeFileSync(join(data, "pg_hba.conf"), "local all all trust\nhost all all 127.0.0.1/32 trust\n");
  writeFileSync(join(data, "pg_ident.conf"), "");
  chmodSync(data, 0o700);
  if (account === undefined) {
    return;
  }
  chownSync(data, account.uid, account.gid);
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
    lchownSync(join(entry.parentPath, entry.name), account.uid, account.gid);
  }
}

/**
 * The supervising shell: when descriptor 3 closes (we ended, however), the postmaster is stopped and its folder removed.
 * $1 is that folder, the rest the server's command line.
 */
const SUPERVISOR = `folder=$1; shift
"$@" & server=$!
(read -r _ <&3; : >"$folder/orphaned"; kill -INT "$server") &
watcher=$!
exec 3<&-
wait "$server"; code=$?
kill "$watcher" 2>/dev/null
[ -e "$folder/orphaned" ] && rm -rf "$folder"
exit "$code"`;

const LAUNCH_DEADLINE_MS = 60_000;

async function launch(
  binaries: EmbeddedBinaries,
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const data = join(folder, "data");
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(
    "/bin/sh",
    ["-c", SUPERVISOR, "sh", folder, join(binaries.native, "bin", "postgres"), "-D", data, ...flags],
    // A group of its own: Ctrl-C in the terminal must not reach the server before we have finished with it.
    { ...spawnIdentity(binaries), stdio: ["ignore", "ignore", "pipe", "pipe"], detached: true },
  );
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-20_000);
  });
  let startError: Error | undefined;
  child.once("error", (error) => {
    startError = error;
  });
  const deadline = Date.now() + LAUNCH_DEADLINE_MS;
  // The last line of postmaster.pid tells the state, whatever the log settings are (pg_ctl reads the same).
  while (!postmasterIsReady(data)) {
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (startError !== undefined || ended || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new LockkeeperError("embedded_failed", {
        message: `The embedded PostgreSQL did not start: ${startError?.message ?? log.trim()}`,
        cause: startError,
      });
    }
    await setTimeout(20);
  }
  // The server must not keep our event loop alive.
  child.unref();
  (child.stderr as unknown as { unref(): void } | null)?.unref();
  (child.stdio[3] as unknown as { unref(): void } | null)?.unref();
  return child;
}

function postmasterIsReady(data: string): boolean {
  const pidFile = join(data, "postmaster.pid");
  return existsSync(pidFile) && /^ready\s*$/m.test(readFileSync(pidFile, "utf8"));
}

async function halt(child: ChildProcess, data: string, mode: StopMode): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.ref();
  const pidFile = join(data, "postmaster.pid");
  if (existsSync(pidFile)) {
    const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
    process.kill(pid, mode === "fast" ? "SIGINT" : "SIGQUIT");
  }
  await ended;
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
