import { section } from "./section.ts";

export interface ColumnStatisticsRow {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly (readonly [name: string, nullFraction: number, distinct: number, width: number])[];
}

/** From the last ANALYZE, as far as the role may see it. A partitioned table's own are those over its partitions. */
export const COLUMN_STATISTICS = section<ColumnStatisticsRow>(
  "column_statistics",
  `SELECT s.schemaname AS schema, s.tablename AS table,
     json_agg(json_build_array(s.attname, s.null_frac, s.n_distinct, s.avg_width)) AS columns
   FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname
   JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename AND s.inherited = (c.relkind = 'p')
   WHERE n.oid = ANY ($1::oid[]) GROUP BY s.schemaname, s.tablename`,
);
