import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { PartitionSplit, RangePartition } from "../../migrations/partition-steps.ts";
import { quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { type StepTable, stepTable } from "../step-table.ts";
import type { StepPlace, TypedForm } from "../typed-form.ts";
import { rangeText } from "./bound-text.ts";
import type { NewPartition } from "./known-partitioning.ts";
import { partitionInvalid } from "./partition-invalid.ts";
import { splitOnline } from "./split-online.ts";
import { IN_TIME, inUtc, sidesOf } from "./time-partitions.ts";
import { checked } from "./written-partitioning.ts";

/** A split, with what the catalog knows of it. */
export interface KnownSplit {
  readonly table: Table;
  readonly partition: Table;
  readonly into: readonly NewPartition[];
}

/**
 * A partition that becomes several.
 *
 * @throws LockkeeperError `partition_invalid` where the table's name is none
 */
export function splitForm(split: PartitionSplit, { file }: StepPlace): TypedForm {
  const name = stepTable(split.table);
  if (name === undefined) throw partitionInvalid(file, `${split.table} is no name of a table`);
  return {
    words: `split ${JSON.stringify(split)}`,
    plain: (state) =>
      state === undefined
        ? [`SELECT ${quoteLiteral(`${split.partition} becomes several partitions`)}`]
        : plainly(knownSplit(split, name, file, state)),
    online: (context) => splitOnline(knownSplit(split, name, file, context.state), context),
  };
}

/** @throws LockkeeperError `partition_invalid` */
function knownSplit(split: PartitionSplit, name: StepTable, file: string, state: CatalogState): KnownSplit {
  const table = state.table(name);
  if (table === undefined) throw partitionInvalid(file, `there is no table ${split.table}`);
  const [by] = table.partitioning?.columns ?? [];
  if (table.partitioning?.strategy !== "range" || table.partitioning.columns.length > 1 || by === null) {
    throw partitionInvalid(file, `${table.name} is not partitioned by range of one column`);
  }
  const partition = state.partitionsOf(table).find((one) => one.name === split.partition);
  const bound = partition?.partitionOf?.bound ?? "DEFAULT";
  if (partition === undefined || bound === "DEFAULT") {
    throw partitionInvalid(file, `${table.name} has no partition ${split.partition} with bounds`);
  }
  const type = table.columns.find((column) => column.name === by)?.type.text ?? "";
  const into = split.into.map((range) => ({
    schema: partition.schema,
    name: range.name,
    bound: checked(rangeText(IN_TIME.test(type) ? inUtc(range) : range, 1), 1, file),
  }));
  const taken = into.find((one) => state.relation(one) !== undefined);
  if (taken !== undefined) throw partitionInvalid(file, `there is a relation ${taken.name} already`);
  requireWhole(bound, into, split.into, file);
  return { table, partition, into };
}

/** One behind the other they hold what the partition may hold, and nothing else. */
function requireWhole(
  bound: string,
  into: readonly NewPartition[],
  ranges: readonly RangePartition[],
  file: string,
): void {
  const whole = sidesOf(bound);
  let from = whole?.from;
  for (const [at, one] of into.entries()) {
    const sides = sidesOf(one.bound);
    if (sides === undefined || sides.from !== from) {
      throw partitionInvalid(
        file,
        `${ranges[at]?.name} does not begin where ${at === 0 ? "the partition does" : "the one before it ends"}`,
      );
    }
    from = sides.to;
  }
  if (from !== whole?.to) throw partitionInvalid(file, `${into.at(-1)?.name} does not end where the partition does`);
}

function plainly({ table, partition, into }: KnownSplit): readonly string[] {
  const [on, own] = [quoteQualified(table), quoteQualified(partition)];
  return [
    `ALTER TABLE ${on} DETACH PARTITION ${own}`,
    ...into.map((one) => `CREATE TABLE ${quoteQualified(one)} PARTITION OF ${on} ${one.bound}`),
    `INSERT INTO ${on} OVERRIDING SYSTEM VALUE SELECT * FROM ${own}`,
    `DROP TABLE ${own}`,
  ];
}
