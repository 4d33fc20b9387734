import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface ScratchServer {
  /** Creates an empty database and returns its URL. */
  createDatabase(name: string): string;
  /** The whole database as a plain SQL script, without session settings. */
  dump(url: string): string;
  query(url: string, sql: string): string;
  stop(): Promise<void>;
}

/** The user initdb runs as when this script is started by root, which PostgreSQL refuses. */
const NOBODY = 65534;

/** `PG_BIN`, or the newest server of Debian's packages; `pg_dump` and `psql` must stand next to it. */
function findBinaries(): string {
  const named = process.env["PG_BIN"];
  if (named !== undefined) return named;
  const root = "/usr/lib/postgresql";
  const majors = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const [newest] = majors;
  if (newest === undefined)
    throw new Error("No PostgreSQL server found: set PG_BIN to a folder with initdb and pg_dump");
  return join(root, newest, "bin");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject()));
    });
  });
}

/** Starts an empty server in a new folder below `folder`. Everything is removed when it stops. */
export async function startScratchServer(folder: string): Promise<ScratchServer> {
  const bin = findBinaries();
  mkdirSync(folder, { recursive: true });
  const data = mkdtempSync(join(folder, "pg-"));
  const root = process.getuid?.() === 0;
  if (root) chownSync(data, NOBODY, NOBODY);
  const as = root ? { uid: NOBODY, gid: NOBODY } : {};
  const port = await freePort();

  execFileSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { ...as, cwd: data, stdio: "ignore" },
  );
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, "-p", String(port), "-k", data, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
    { ...as, cwd: data, stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const url = (name: string): string => `postgresql://postgres:postgres@127.0.0.1:${port}/${name}`;
  const query = (at: string, sql: string): string =>
    execFileSync(join(bin, "psql"), ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, at], {
      encoding: "utf8",
    });

  for (let attempt = 0; ; attempt++) {
    try {
      execFileSync(join(bin, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)]);
      break;
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(100);
    }
  }
  return {
    query,
    createDatabase(name) {
      query(url("postgres"), `CREATE DATABASE "${name}"`);
      return url(name);
    },
    dump(at) {
      const script = execFileSync(join(bin, "pg_dump"), ["--inserts", "--no-owner", "--no-privileges", at], {
        encoding: "utf8",
      });
      return withoutSettings(script);
    },
    async stop() {
      server.kill("SIGINT");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A dump names every object with its schema, so nothing is lost with the settings, comments and psql commands. */
function withoutSettings(script: string): string {
  return `${script
    .split("\n")
    .filter((line) => !/^(--|\\|SET |SELECT pg_catalog\.set_config)/.test(line))
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}
