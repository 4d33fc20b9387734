import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem, type } from "node:os";
import { join } from "node:path";
import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { onDatabase } from "./fresh-database.ts";
import { median } from "./report.ts";

/** What the numbers depend on. Holds no host name and no path. */
export interface Machine {
  readonly date: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly fileSystem: string;
  /** Median of one 8 KiB write and fdatasync where the server's data is: the price of a commit. */
  readonly fdatasyncMs: number;
  /** Load of the last minute when the benchmark started; above 0.5 a core, other work disturbed it. */
  readonly loadAtStart: number;
  readonly node: string;
  readonly postgres: string;
  readonly settings: Readonly<Record<string, string>>;
}

const SETTINGS = ["fsync", "synchronous_commit", "wal_level", "shared_buffers", "autovacuum"] as const;

export async function describeMachine(server: EmbeddedServer): Promise<Machine> {
  const loadAtStart = loadavg()[0] ?? 0;
  return await onDatabase(server.url(), async (client) => {
    const settings: Record<string, string> = {};
    for (const name of ["server_version", ...SETTINGS]) {
      const result = await client.query<Record<string, string>>(`SHOW ${name}`);
      settings[name] = result.rows[0]?.[name] ?? "?";
    }
    const { server_version: postgres = "?", ...others } = settings;
    return {
      date: new Date().toISOString().slice(0, 10),
      cores: availableParallelism(),
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      kernel: `${type()} ${release()}`,
      fileSystem: fileSystem(tmpdir()),
      fdatasyncMs: fdatasyncMs(tmpdir()),
      loadAtStart,
      node: process.version,
      postgres,
      settings: others,
    };
  });
}

const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: "ext4",
  16914836: "tmpfs: fsync costs nothing here",
  1481003842: "xfs",
  2035054128: "overlayfs",
  2435016766: "btrfs",
};

function fileSystem(folder: string): string {
  const magic = statfsSync(folder).type;
  return FILE_SYSTEMS[magic] ?? `type 0x${magic.toString(16)}`;
}

function fdatasyncMs(folder: string): number {
  const file = join(folder, `lockkeeper-bench-fdatasync-${process.pid}`);
  const descriptor = openSync(file, "wx");
  try {
    const block = Buffer.alloc(8192, 1);
    const samples = Array.from({ length: 100 }, () => {
      const started = performance.now();
      writeSync(descriptor, block, 0, block.length, 0);
      fdatasyncSync(descriptor);
      return performance.now() - started;
    });
    return median(samples);
  } finally {
    closeSync(descriptor);
    rmSync(file);
  }
}
