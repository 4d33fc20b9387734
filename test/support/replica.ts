import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findEmbeddedBinaries } from "../../src/postgres/embedded-binaries.ts";
import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { onServer } from "./on-server.ts";
import { until } from "./until.ts";

export interface Replica extends AsyncDisposable {
  readonly name: string;
}

/**
 * A streaming replica of a server, on the same machine.
 *
 * @param settings of the replica, such as `recovery_min_apply_delay`
 */
export async function startReplica(
  primary: EmbeddedServer,
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<Replica> {
  const { native } = findEmbeddedBinaries(primary.major);
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-replica-"));
  const data = join(folder, "data");
  const owner = await copyData(primary, data);
  spawnSync("chown", [`${owner.uid}:${owner.gid}`, folder]);
  const all = {
    port: "1",
    listen_addresses: "",
    unix_socket_directories: folder,
    hot_standby: "on",
    primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres application_name=${name}`,
    wal_receiver_status_interval: "1",
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const child = spawn(join(native, "bin", "postgres"), ["-D", data, ...flags], {
    ...owner,
    cwd: tmpdir(),
    env: { PATH: process.env["PATH"], TMPDIR: tmpdir(), TZ: "UTC", LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-5_000);
  });
  const end = (): Promise<void> => stop(child, folder);
  try {
    await until("the replica streams", async () => {
      if (child.exitCode !== null) throw new Error(`the replica ended:\n${log}`);
      const { rows } = await onServer(primary.url(), (client) =>
        client.query("SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'", [name]),
      );
      return rows.length > 0;
    });
  } catch (error) {
    await end();
    throw error;
  }
  return { name, [Symbol.asyncDispose]: end };
}

/** A base backup, as `pg_basebackup` makes it. */
async function copyData(primary: EmbeddedServer, data: string): Promise<{ uid: number; gid: number }> {
  return await onServer(primary.url(), async (client) => {
    const source = String((await client.query("SHOW data_directory")).rows[0]?.data_directory);
    await client.query("SELECT pg_backup_start('replica', true)");
    const { status, stderr } = spawnSync("cp", ["-a", source, data], { encoding: "utf8" });
    // Files that went away meanwhile are none that a backup needs.
    if (status !== 0 && !stderr.includes("No such file")) throw new Error(stderr);
    const { rows } = await client.query("SELECT labelfile FROM pg_backup_stop(false)");
    rmSync(join(data, "postmaster.pid"), { force: true });
    writeFileSync(join(data, "backup_label"), String(rows[0]?.labelfile));
    writeFileSync(join(data, "standby.signal"), "");
    const { uid, gid } = statSync(source);
    for (const file of ["backup_label", "standby.signal"]) spawnSync("chown", [`${uid}:${gid}`, join(data, file)]);
    return { uid, gid };
  });
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGQUIT");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
