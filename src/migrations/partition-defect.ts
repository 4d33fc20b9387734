import { isRecord } from "./is-record.ts";

/** What is wrong with the data of a `partitionTable` step, whatever the database is; undefined when nothing. */
export function partitioningDefect(data: unknown): string | undefined {
  if (!isRecord(data)) return "`partitionTable` is not an object";
  const { table, by, columns, keys = {}, existing, partitions } = data;
  if (!isName(table)) return NO_TABLE;
  if (!isNames(columns) || columns.length === 0) return "`columns` is not a list of columns";
  if (!isRecord(keys) || Object.values(keys).some((one) => !isNames(one) || one.length === 0)) {
    return "`keys` does not give each key a list of columns";
  }
  switch (by) {
    case "range":
      if (!isRecord(existing) || existing["to"] === undefined || existing["to"] === null) {
        return "`existing` does not say `to` which bound the rows go that are there";
      }
      if (existing["name"] !== undefined && !isName(existing["name"])) return "`existing.name` is not a name";
      return (
        boundDefect(existing, "`existing`") ??
        (Array.isArray(partitions) ? rangesDefect(partitions) : timeDefect(partitions, "`partitions`"))
      );
    case "list":
      return listsDefect(partitions);
    case "hash":
      return isNames(partitions) || isCount(partitions) ? undefined : "`partitions` is neither a number nor names";
    default:
      return '`by` is none of "range", "list" and "hash"';
  }
}

/** The same for a `splitPartition` step. */
export function splitDefect(data: unknown): string | undefined {
  if (!isRecord(data)) return "`splitPartition` is not an object";
  const { table, partition, into } = data;
  if (!isName(table)) return NO_TABLE;
  if (!isName(partition)) return "`partition` is not the name of a partition";
  if (!Array.isArray(into) || into.length < 2) return "`into` does not name two partitions or more";
  return rangesDefect(into);
}

/** The same for an `addPartitions` step. */
export function aheadDefect(data: unknown): string | undefined {
  if (!isRecord(data)) return "`addPartitions` is not an object";
  return isName(data["table"]) ? timeDefect(data, "`addPartitions`") : NO_TABLE;
}

const NO_TABLE = "`table` is not the name of a table";

const isName = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isName) && new Set(value).size === value.length;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

const isValue = (value: unknown): boolean =>
  value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);

function rangesDefect(ranges: readonly unknown[]): string | undefined {
  for (const [at, range] of ranges.entries()) {
    if (!isRecord(range) || !isName(range["name"])) return `partition ${at + 1} has no \`name\``;
    const found = boundDefect(range, `partition ${range["name"]}`);
    if (found !== undefined) return found;
  }
  return twice(ranges);
}

function boundDefect({ from = [], to = [] }: Readonly<Record<string, unknown>>, of: string): string | undefined {
  const side = Object.entries({ from, to }).find(
    ([, bound]) => !(Array.isArray(bound) ? bound : [bound]).every(isValue),
  );
  return side === undefined ? undefined : `\`${side[0]}\` of ${of} is no value`;
}

function timeDefect(data: unknown, what: string): string | undefined {
  if (!isRecord(data)) return `${what} is neither a list of partitions nor { every, ahead }`;
  const { every, ahead } = data;
  if (typeof every !== "string" || !/^\s*[1-9]\d{0,3} (hour|day|week|month|quarter|year)s?\s*$/.test(every)) {
    return `\`every\` of ${what} is no length such as \`1 month\``;
  }
  return isCount(ahead) && ahead <= 1000 ? undefined : `\`ahead\` of ${what} is no number of partitions`;
}

function listsDefect(partitions: unknown): string | undefined {
  if (!Array.isArray(partitions) || partitions.length === 0) return "`partitions` is not a list of partitions";
  for (const [at, one] of partitions.entries()) {
    if (!isRecord(one) || !isName(one["name"])) return `partition ${at + 1} has no \`name\``;
    const { values } = one;
    const hasValues = Array.isArray(values) && values.length > 0 && values.every(isValue);
    if (hasValues === (one["default"] === true))
      return `partition ${one["name"]} has neither \`values\` nor \`default\``;
  }
  return twice(partitions);
}

function twice(all: readonly unknown[]): string | undefined {
  const names = all.flatMap((one) => (isRecord(one) ? [one["name"]] : []));
  const again = names.find((name, at) => names.indexOf(name) !== at);
  return again === undefined ? undefined : `two partitions are called ${String(again)}`;
}
