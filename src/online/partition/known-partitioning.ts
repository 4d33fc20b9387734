import type { Column } from "../../catalog/model/column.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Partitioning } from "../../migrations/partition-steps.ts";
import { partitionInvalid } from "./partition-invalid.ts";
import { type WrittenPartitioning, writtenPartitioning } from "./written-partitioning.ts";

/** A partition that is to be made, in the schema of its table. */
export interface NewPartition extends QualifiedName {
  /** `FOR VALUES …` or `DEFAULT`. */
  readonly bound: string;
}

/** A key that lacks a column by which rows go into partitions, and the columns that are unique in its place. */
export interface ChangedKey {
  readonly index: TableIndex;
  readonly columns: readonly string[];
}

/** How a table is to be partitioned, with what the catalog knows of it. */
export interface KnownPartitioning {
  readonly written: WrittenPartitioning;
  /** As it is found. */
  readonly table: Table;
  readonly columns: readonly Column[];
  /** Those beside the one that the table becomes, where it becomes one. */
  readonly partitions: readonly NewPartition[];
  /** All other unique indexes have every one of `columns`. */
  readonly changedKeys: readonly ChangedKey[];
}

/**
 * Looks up what a step names.
 *
 * @throws LockkeeperError `partition_invalid` where it is not there, or a key cannot be kept over all partitions
 */
export function knownPartitioning(
  partitioning: Partitioning,
  place: { readonly file: string; readonly now: Date },
  state: CatalogState,
): KnownPartitioning {
  const { file } = place;
  const written = writtenPartitioning(partitioning, place);
  const table = state.table(written.name);
  if (table === undefined) throw partitionInvalid(file, `there is no table ${partitioning.table}`);
  if (table.kind !== "ordinary") throw partitionInvalid(file, `${table.name} is a ${table.kind} table`);
  const columns = partitioning.columns.map((name) => {
    const column = table.columns.find((one) => one.name === name);
    if (column === undefined) throw partitionInvalid(file, `${table.name} has no column ${name}`);
    if (column.generated !== undefined) {
      throw partitionInvalid(file, `${name} is generated, and decides on no partition`);
    }
    return column;
  });
  const partitions = written.partitions.map(({ name, bound }) => ({ schema: table.schema, name, bound }));
  const taken = [
    ...partitions,
    ...(written.first === undefined ? [] : [{ schema: table.schema, name: written.first.name }]),
  ].find((one) => state.relation(one) !== undefined);
  if (taken !== undefined) throw partitionInvalid(file, `there is a relation ${taken.name} already`);
  return { written, table, columns, partitions, changedKeys: changedKeys(partitioning, table, file) };
}

/** @throws LockkeeperError `partition_invalid` */
function changedKeys({ columns, keys = {} }: Partitioning, table: Table, file: string): readonly ChangedKey[] {
  const lacking = table.indexes.filter(
    ({ unique, keys: of }) =>
      unique && columns.some((name) => !of.some((key) => "column" in key && key.column === name)),
  );
  const unknown = Object.keys(keys).find((name) => !lacking.some((index) => index.name === name));
  if (unknown !== undefined) {
    throw partitionInvalid(
      file,
      `${unknown} in \`keys\` is no primary key, unique constraint or unique index of ${table.name} that lacks one of ${columns.join(", ")}`,
    );
  }
  return lacking.map((index) => {
    const chosen = keys[index.name];
    if (chosen === undefined) throw keyLost(index, table, columns, file);
    const none = chosen.find((name) => !table.columns.some((column) => column.name === name));
    if (none !== undefined) throw partitionInvalid(file, `${table.name} has no column ${none}`);
    const missing = columns.find((name) => !chosen.includes(name));
    if (missing !== undefined) {
      throw partitionInvalid(file, `what \`keys\` says is unique in place of ${index.name} lacks ${missing}`);
    }
    return { index, columns: chosen };
  });
}

function keyLost(index: TableIndex, { name }: Table, columns: readonly string[], file: string) {
  const of = index.keys.map((key) => ("column" in key ? key.column : key.expression));
  const more = columns.filter((column) => !of.includes(column));
  return partitionInvalid(
    file,
    `${index.name} keeps ${of.join(", ")} unique, and over the partitions of ${name} PostgreSQL keeps only what includes ${more.join(", ")}`,
    `Say what is to be unique instead, \`keys: { ${index.name}: ["${[...of, ...more].join('", "')}"] }\`, where it is enough that ${of.join(", ")} is unique together with ${more.join(", ")}; ` +
      "partition by columns of the key; or keep that one unique in a table of its own.",
  );
}
