/**
 * Makes a large database on Debian's PostgreSQL 15 (pgbench and the shop of the demo), and takes a release through it with one
 * command for each part: backup with verified restore, rehearsal, gates, run, verification, way back; and then all of it
 * again as `lockkeeper release`.
 *
 * node scripts/release-large.ts [--mb 5000] [--below /tmp] [--jobs 2]
 *
 * `--mb`: size of the database; twice as much room again is taken for backups and copies, all of it below `--below`.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createShop } from "../src/demo/shop/create-shop.ts";
import { shopOfSize } from "../src/demo/shop/rows.ts";
import { connect } from "../src/postgres/session.ts";

const BIN = "/usr/lib/postgresql/15/bin";
const { values } = parseArgs({
  options: {
    mb: { type: "string", default: "5000" },
    below: { type: "string", default: "/tmp" },
    jobs: { type: "string", default: "2" },
  },
});
const mb = Number(values.mb);
/** Measured: pgbench takes 15 MB for each unit of its scale, the shop 240 bytes for each item of an order. */
const scale = Math.max(1, Math.round((mb * 0.6) / 15));
const items = Math.round((mb * 0.4 * 1024 * 1024) / 240);

const MIGRATIONS: Readonly<Record<string, string>> = {
  "0001_accounts.sql": `ALTER TABLE pgbench_accounts ADD COLUMN tier text NOT NULL DEFAULT 'basic';
ALTER TABLE pgbench_accounts ALTER COLUMN abalance TYPE bigint;
CREATE INDEX pgbench_accounts_balance ON pgbench_accounts (abalance) WHERE abalance <> 0;
`,
  "0002_orders.sql": `CREATE INDEX orders_customer ON orders (customer_id, placed_at);
ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0);
ALTER TABLE payments ADD COLUMN currency char(3) NOT NULL DEFAULT 'EUR';
`,
};
const LATER =
  "ALTER TABLE shipments ADD COLUMN delivered_at timestamptz;\nCREATE INDEX shipments_carrier ON shipments (carrier);\n";

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly url: (database: string) => string;
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** The server refuses to run as root. */
function account(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  return { uid: idOf("-u"), gid: idOf("-g") };
}

async function startServer(folder: string): Promise<Server> {
  const who = account();
  if (who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid);
  const data = join(folder, "server");
  const made = spawnSync(join(BIN, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-N"], {
    ...who,
    cwd: folder,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const settings = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    shared_buffers: "256MB",
    max_wal_size: "2GB",
    synchronous_commit: "off",
  };
  const child: ChildProcess = spawn(
    join(BIN, "postgres"),
    ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { ...who, cwd: folder, stdio: ["ignore", "ignore", "ignore"] },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  // Whoever ends this script ends its server.
  process.once("exit", () => child.kill("SIGQUIT"));
  const url = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  for (let tries = 0; ; tries++) {
    try {
      await (await connect(url("postgres"))).end();
      break;
    } catch (error) {
      if (tries > 100 || child.exitCode !== null) throw error;
      await setTimeout(100);
    }
  }
  return {
    port,
    url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGINT");
      await ended;
    },
  };
}

function program(name: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(join(BIN, name), args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
}

/** `load`: how many processes wanted a processor during its last minute; seconds say little where these are many. */
const done: {
  readonly command: string;
  readonly seconds: string;
  readonly load: string;
  readonly exit: number | null;
}[] = [];

let atWork: ChildProcess | undefined;
// Whoever ends this script ends the command at work, and then the server, and sees how long each took.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => (atWork === undefined ? process.exit(130) : atWork.kill(signal)));
}

/** @returns its exit code */
async function lockkeeper(project: string, url: string, ...args: readonly string[]): Promise<number | null> {
  const command = `lockkeeper ${args.join(" ")}`;
  console.log(`\n$ ${command}`);
  const begun = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, "../src/cli/main.ts"), ...args], {
    cwd: project,
    env: { ...process.env, PATH: `${process.env["PATH"]}:${BIN}`, DATABASE_URL: url },
    stdio: ["ignore", "inherit", "inherit"],
  });
  atWork = child;
  const exit = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  atWork = undefined;
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  done.push({ command, seconds, load: loadavg()[0]?.toFixed(1) ?? "", exit });
  return exit;
}

function mustEnd(exit: number | null, wanted: number): void {
  if (exit !== wanted) throw new Error(`It ended with ${exit}, and not with ${wanted}.`);
}

const folder = mkdtempSync(join(values.below, "lockkeeper-large-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 }));
try {
  await using server = await startServer(folder);
  const url = server.url("shop");
  program("createdb", ["-h", "127.0.0.1", "-p", String(server.port), "-U", "postgres", "shop"]);
  const where = ["-h", "127.0.0.1", "-p", String(server.port), "-U", "postgres"];
  program("pgbench", [...where, "-i", "-q", "-s", String(scale), "shop"]);
  {
    await using session = await connect(url);
    await createShop(session, shopOfSize(items));
    await session.query("CREATE EXTENSION amcheck");
    const [row] = await session.query<{ size: string }>("SELECT pg_size_pretty(pg_database_size('shop')) AS size");
    console.log(`A database of ${row?.size} on PostgreSQL 15.`);
  }
  const project = join(folder, "project");
  mkdirSync(join(project, "migrations"), { recursive: true });
  for (const [name, text] of Object.entries(MIGRATIONS)) writeFileSync(join(project, "migrations", name), text);
  writeFileSync(
    join(project, "lockkeeper.config.json"),
    JSON.stringify({
      backup: { folder: join(folder, "backups"), jobs: Number(values.jobs) },
      gates: [
        { gate: "backup", within: "24h" },
        { gate: "rehearsal" },
        { gate: "drift" },
        { gate: "checks", failOn: "critical" },
        { gate: "long-transactions", longest: "10m" },
      ],
    }),
  );
  const run = (...args: readonly string[]) => lockkeeper(project, url, ...args);
  mustEnd(await run("up", "--yes"), 3);
  mustEnd(await run("backup", "--verify"), 0);
  mustEnd(await run("rehearse"), 0);
  mustEnd(await run("gates"), 0);
  mustEnd(await run("up", "--yes"), 0);
  mustEnd(await run("verify", "--phase", "post"), 0);
  mustEnd(await run("restore-point"), 0);
  mustEnd(await run("down", "--steps", "2", "--yes"), 0);
  console.log("\nAll of it as one command, with one more migration.");
  writeFileSync(join(project, "migrations", "0003_shipments.sql"), LATER);
  mustEnd(await run("release", "--dry-run"), 0);
  mustEnd(await run("release", "--yes"), 0);
  mustEnd(await run("release", "--yes"), 0);
} finally {
  console.table(done);
}
