import type pg from "pg";
import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { onDatabase, settle, withFreshDatabase } from "../runner/fresh-database.ts";
import type { Contender } from "./contenders.ts";
import { serverCpu } from "./server-cpu.ts";

export interface Measurement {
  /** Of the server, and of the contender's own process. */
  readonly cpuSeconds: number;
  readonly clientCpuSeconds: number;
  readonly wallSeconds: number;
  readonly walBytes: number;
  /** Share of the size before. */
  readonly heapGrowth: number;
  readonly indexGrowth: number;
  readonly hotShare: number;
}

/** Rows of about 180 bytes. @param indexes besides the primary key, none of them on the column that is filled */
const itemsSql = (rows: number, indexes: number): string => `
  CREATE TABLE items (id bigint, total int, filled bigint, a int, b int, c int, d text, e timestamptz, note text);
  INSERT INTO items SELECT n, n % 100000, NULL, hashint4(n::int), hashint4(n::int + 1), n % 1000, md5(n::text),
    timestamptz '2026-01-01' + n * interval '1 s', repeat('x', 60) FROM generate_series(1, ${rows}) AS n;
  ALTER TABLE items ADD PRIMARY KEY (id);
  ${["a", "b", "c", "d", "e"]
    .slice(0, indexes)
    .map((column) => `CREATE INDEX ON items (${column});`)
    .join("\n  ")}`;

export async function measure(
  server: EmbeddedServer,
  contender: Contender,
  rows: number,
  indexes: number,
): Promise<Measurement> {
  return await withFreshDatabase(server, "backfill", async (database) => {
    const url = server.url(database);
    await onDatabase(url, async (client) => {
      await client.query(itemsSql(rows, indexes));
      await client.query("VACUUM (ANALYZE, FREEZE) items");
    });
    await settle(server);
    const before = await onDatabase(url, look);
    const own = process.cpuUsage();
    const begun = performance.now();
    await contender.run(url, rows);
    const wallSeconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(own);
    const after = await onDatabase(url, look);
    await onDatabase(url, verify);
    await onDatabase(server.url(), (client) => client.query(`DROP DATABASE ${database}`));
    return {
      cpuSeconds: after.cpu - before.cpu,
      clientCpuSeconds: (user + system) / 1e6,
      wallSeconds,
      walBytes: after.wal - before.wal,
      heapGrowth: after.heap / before.heap - 1,
      indexGrowth: after.indexes / before.indexes - 1,
      hotShare: after.hot / rows,
    };
  });
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
  const { rows } = await client.query("SELECT count(*)::int AS n FROM items WHERE filled IS DISTINCT FROM total");
  if (rows[0]?.n !== 0) throw new Error(`did not do the work: ${rows[0]?.n} rows are left`);
}
