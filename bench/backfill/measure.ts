import type pg from "pg";
import { onDatabase } from "../runner/fresh-database.ts";
import type { Contender } from "./contenders.ts";
import { VALUE } from "./items.ts";
import { serverCpu } from "./server-cpu.ts";

export interface Measurement {
  /** Of all the server's processes. */
  readonly serverCpuSeconds: number;
  /** Of the contender's own process. */
  readonly clientCpuSeconds: number;
  readonly wallSeconds: number;
  readonly walBytes: number;
  /** Share of the size before. */
  readonly heapGrowth: number;
  readonly indexGrowth: number;
  readonly hotShare: number;
}

/** @param url of a fresh copy of the table */
export async function measure(url: string, contender: Contender, rows: number): Promise<Measurement> {
  await contender.prepare?.(url);
  const before = await onDatabase(url, look);
  const own = process.cpuUsage();
  const begun = performance.now();
  await contender.run(url);
  const wallSeconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(own);
  const after = await onDatabase(url, look);
  await onDatabase(url, verify);
  return {
    serverCpuSeconds: after.cpu - before.cpu,
    clientCpuSeconds: (user + system) / 1e6,
    wallSeconds,
    walBytes: after.wal - before.wal,
    heapGrowth: after.heap / before.heap - 1,
    indexGrowth: after.indexes / before.indexes - 1,
    hotShare: after.hot / rows,
  };
}

interface Sight {
  readonly cpu: number;
  readonly wal: number;
  readonly heap: number;
  readonly indexes: number;
  readonly hot: number;
}

async function look(client: pg.Client): Promise<Sight> {
  const { rows } = await client.query<Omit<Sight, "cpu">>(
    `SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8 AS wal, pg_relation_size('items')::float8 AS heap,
       pg_indexes_size('items')::float8 AS indexes, pg_stat_get_tuples_hot_updated('items'::regclass)::float8 AS hot`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("nothing to look at");
  return { ...row, cpu: await serverCpu(client) };
}

async function verify(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`SELECT count(*)::int AS n FROM items WHERE filled IS DISTINCT FROM ${VALUE}`);
  if (rows[0]?.n !== 0) throw new Error(`did not do the work: ${rows[0]?.n} rows are left`);
}
