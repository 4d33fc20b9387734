import type { Query } from "./query.ts";

/** Rows written to each table since its statistics began, and when that was read. */
export interface WriteSample {
  readonly atMs: number;
  /** By OID. */
  readonly written: ReadonlyMap<number, number>;
}

/** Outside a transaction: within one the server shows the same numbers again. */
export async function sampleWrites(query: Query): Promise<WriteSample> {
  const rows = await query<{ oid: number; written: number }>(
    "SELECT relid AS oid, (n_tup_ins + n_tup_upd + n_tup_del)::float8 AS written FROM pg_stat_user_tables",
  );
  return { atMs: performance.now(), written: new Map(rows.map(({ oid, written }) => [oid, written])) };
}

/** By OID; tables that are new since the first sample are left out. */
export function writesPerSecond(first: WriteSample, second: WriteSample): ReadonlyMap<number, number> {
  const seconds = (second.atMs - first.atMs) / 1000;
  const rates = new Map<number, number>();
  for (const [oid, written] of second.written) {
    const before = first.written.get(oid);
    if (before !== undefined) {
      // Counters begin again at zero when the statistics are reset.
      rates.set(oid, Math.max(0, written - before) / seconds);
    }
  }
  return rates;
}
