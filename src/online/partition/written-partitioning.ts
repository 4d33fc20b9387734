import type {
  PartitionByRange,
  Partitioning,
  PartitionsInTime,
  RangePartition,
} from "../../migrations/partition-steps.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { parsedBound } from "../partition-bound.ts";
import { type StepTable, stepTable } from "../step-table.ts";
import { hashText, listText, type NamedBound, rangeText } from "./bound-text.ts";
import { partitionInvalid } from "./partition-invalid.ts";
import { inUtc, momentOf, partitionsFrom } from "./time-partitions.ts";

/** What the text of a step says, without a catalog. */
export interface WrittenPartitioning {
  readonly by: Partitioning["by"];
  readonly name: StepTable;
  /** Behind PARTITION BY: `RANGE (at)`. */
  readonly clause: string;
  /** The partition that the table becomes; absent where its rows are copied. */
  readonly first?: NamedBound;
  /** The others. */
  readonly partitions: readonly NamedBound[];
}

/** @throws LockkeeperError `partition_invalid` where a name is none, or the bounds are no bounds */
export function writtenPartitioning(
  partitioning: Partitioning,
  { file, now }: { readonly file: string; readonly now: Date },
): WrittenPartitioning {
  const { table, by, columns } = partitioning;
  const name = stepTable(table);
  if (name === undefined) throw partitionInvalid(file, `${table} is no name of a table`);
  const common = { by, name, clause: `${by.toUpperCase()} (${columns.map(quoteIdentifier).join(", ")})` };
  switch (partitioning.by) {
    case "range": {
      const { existing, partitions } = partitioning;
      const ranges = isInTime(partitions)
        ? inTime(partitioning, partitions, { file, now, table: name.name })
        : partitions;
      return {
        ...common,
        first: {
          name: existing.name ?? `${name.name}_first`,
          bound: checked(
            rangeText(isInTime(partitions) ? inUtc(existing) : existing, columns.length),
            columns.length,
            file,
          ),
        },
        partitions: ranges.map((range) => ({
          name: range.name,
          bound: checked(rangeText(range, columns.length), columns.length, file),
        })),
      };
    }
    case "list":
      if (columns.length > 1) throw partitionInvalid(file, "a table is partitioned by list of one column");
      return {
        ...common,
        partitions: partitioning.partitions.map((one) => ({ name: one.name, bound: listText(one) })),
      };
    case "hash": {
      const { partitions } = partitioning;
      const names =
        typeof partitions === "number"
          ? Array.from({ length: partitions }, (_, at) => `${name.name}_${at}`)
          : partitions;
      return {
        ...common,
        partitions: names.map((one, at) => ({ name: one, bound: hashText(names.length, at) })),
      };
    }
  }
}

const isInTime = (partitions: PartitionByRange["partitions"]): partitions is PartitionsInTime => "ahead" in partitions;

function inTime(
  { existing, columns }: PartitionByRange,
  partitions: PartitionsInTime,
  { file, now, table }: { readonly file: string; readonly now: Date; readonly table: string },
): readonly RangePartition[] {
  const [to] = [existing.to].flat();
  const from = typeof to === "string" ? momentOf(to) : undefined;
  if (from === undefined || columns.length > 1) {
    throw partitionInvalid(
      file,
      "partitions of equal length in time are those of one column, behind a date in `existing.to`",
    );
  }
  return partitionsFrom(from, partitions, { table, now });
}

/** As many values as columns, and no bound without a value. */
export function checked(bound: string, count: number, file: string): string {
  const spec = parsedBound(bound);
  const sides = [spec?.lowerdatums, spec?.upperdatums];
  if (sides.some((side) => side?.length !== count) || /\bNULL\b/.test(bound.replaceAll(/'(?:[^']|'')*'/g, ""))) {
    throw partitionInvalid(file, `${bound} is no bound over ${count} column${count === 1 ? "" : "s"}`);
  }
  return bound;
}
