/** What decides in which partition a row is; strings as in SQL literals, without their quotes. */
export type PartitionValue = string | number | boolean | null;

/** The value of the first column, or of the first columns; the others begin with their lowest. */
export type RangeBound = PartitionValue | readonly PartitionValue[];

/** Rows from `from` on and before `to`. Absent: without a limit on that side. */
export interface RangePartition {
  readonly name: string;
  readonly from?: RangeBound;
  readonly to?: RangeBound;
}

/** Rows with one of these values, `null` for those without one; or those that have no other partition. */
export type ListPartition =
  | { readonly name: string; readonly values: readonly PartitionValue[] }
  | { readonly name: string; readonly default: true };

/** Partitions of equal length in time, of a `date`, `timestamp` or `timestamptz` column. */
export interface PartitionsInTime {
  /** `1 month`, `2 weeks`, `1 day`; they begin where months, weeks (on Monday) or days begin, in UTC. */
  readonly every: string;
  /** So many beyond the one of today. */
  readonly ahead: number;
}

interface Partitioned {
  /** As in SQL: `orders`, `app.orders`, `"Orders"`. */
  readonly table: string;
  /** By the values of which rows go into partitions: names as the catalog has them, without quotes. */
  readonly columns: readonly string[];
  /**
   * A primary key, unique constraint or unique index that lacks one of `columns` can no longer be kept over all
   * partitions: by its name, the columns that are to be unique instead.
   */
  readonly keys?: Readonly<Record<string, readonly string[]>>;
}

/** The rows that are there stay where they are, in one partition. */
export interface PartitionByRange extends Partitioned {
  readonly by: "range";
  /** The partition that the table as it is becomes. */
  readonly existing: {
    /** Absent: the name of the table with `_first`. */
    readonly name?: string;
    readonly from?: RangeBound;
    /** Every row is below it, also those that are written while the step runs. */
    readonly to: RangeBound;
  };
  /** Those beside it. */
  readonly partitions: readonly RangePartition[] | PartitionsInTime;
}

/** All rows are copied into their partitions. */
export interface PartitionByList extends Partitioned {
  readonly by: "list";
  readonly partitions: readonly ListPartition[];
}

/** All rows are copied into their partitions. */
export interface PartitionByHash extends Partitioned {
  readonly by: "hash";
  /** How many, which are called `orders_0`, `orders_1` and so on; or their names. */
  readonly partitions: number | readonly string[];
}

/** How a table is to be partitioned, as plain data. */
export type Partitioning = PartitionByRange | PartitionByList | PartitionByHash;

/** A partition by range that becomes several. */
export interface PartitionSplit {
  /** The partitioned table, as in SQL. */
  readonly table: string;
  /** The name of its partition. */
  readonly partition: string;
  /** Those that take its place: together they hold all that it may hold. */
  readonly into: readonly RangePartition[];
}

/** Partitions for times to come. */
export interface PartitionsAhead extends PartitionsInTime {
  /** The partitioned table, as in SQL. */
  readonly table: string;
}

/** A step of a TypeScript migration that makes a table a partitioned one. */
export interface PartitionTableStep {
  readonly partitionTable: Partitioning;
}

/** A step that splits a partition. */
export interface SplitPartitionStep {
  readonly splitPartition: PartitionSplit;
}

/** A step that makes the partitions that are missing. */
export interface AddPartitionsStep {
  readonly addPartitions: PartitionsAhead;
}

/**
 * A table becomes a partitioned one under its own name.
 *
 * By range no row is copied: the table as it is becomes one partition, and `splitPartition` may divide it later.
 *
 * @example
 * partitionTable({
 *   table: "orders",
 *   by: "range",
 *   columns: ["created_at"],
 *   existing: { name: "orders_until_2027", to: "2027-01-01" },
 *   partitions: { every: "1 month", ahead: 3 },
 *   keys: { orders_pkey: ["id", "created_at"] },
 * });
 */
export function partitionTable(partitioning: Partitioning): PartitionTableStep {
  return { partitionTable: partitioning };
}

/**
 * One partition by range becomes several.
 *
 * @example
 * splitPartition({
 *   table: "orders",
 *   partition: "orders_until_2027",
 *   into: [
 *     { name: "orders_before_2026", to: "2026-01-01" },
 *     { name: "orders_2026", from: "2026-01-01", to: "2027-01-01" },
 *   ],
 * });
 */
export function splitPartition(split: PartitionSplit): SplitPartitionStep {
  return { splitPartition: split };
}

/**
 * Makes the partitions that are missing from the last one to `ahead` beyond the one of today. Where none is missing it
 * does nothing.
 *
 * @example
 * addPartitions({ table: "orders", every: "1 month", ahead: 3 });
 */
export function addPartitions(partitions: PartitionsAhead): AddPartitionsStep {
  return { addPartitions: partitions };
}
