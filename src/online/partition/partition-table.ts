import type { Partitioning } from "../../migrations/partition-steps.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { copyDirect, partitionByCopy } from "../rebuild/partition-by-copy.ts";
import type { StepPlace, TypedForm } from "../typed-form.ts";
import { knownPartitioning } from "./known-partitioning.ts";
import { rangeDirect, rangeOnline } from "./range-online.ts";
import { type WrittenPartitioning, writtenPartitioning } from "./written-partitioning.ts";

/**
 * A table that becomes a partitioned one.
 *
 * @throws LockkeeperError `partition_invalid` where a name or a bound is none
 */
export function partitioningForm(partitioning: Partitioning, place: StepPlace): TypedForm {
  const written = writtenPartitioning(partitioning, place);
  return {
    words: `partition ${JSON.stringify(partitioning)}`,
    plain: (state) => {
      if (state === undefined) return plainly(partitioning, written);
      const known = knownPartitioning(partitioning, place, state);
      return written.first === undefined
        ? copyDirect(known, place.file, state)
        : rangeDirect(known, written.first, state);
    },
    online: (context) => {
      const known = knownPartitioning(partitioning, place, context.state);
      return written.first === undefined ? partitionByCopy(known, context) : rangeOnline(known, written.first, context);
    },
  };
}

/** Without a catalog nobody knows what hangs on the table: its columns, defaults and checks, and keys that still hold. */
function plainly({ keys = {} }: Partitioning, written: WrittenPartitioning): readonly string[] {
  const { name, clause, first, partitions } = written;
  const [table, old] = [quoteQualified(name), { ...name, name: `lockkeeper_old_${name.name}` }];
  const like = `LIKE ${quoteQualified(old)} INCLUDING ALL${Object.keys(keys).length === 0 ? "" : " EXCLUDING INDEXES"}`;
  const all = [...(first === undefined ? [] : [first]), ...partitions];
  return [
    `ALTER TABLE ${table} RENAME TO ${quoteIdentifier(old.name)}`,
    `CREATE TABLE ${table} (${like}) PARTITION BY ${clause}`,
    ...all.map(
      (one) => `CREATE TABLE ${quoteQualified({ ...name, name: one.name })} PARTITION OF ${table} ${one.bound}`,
    ),
    `INSERT INTO ${table} SELECT * FROM ${quoteQualified(old)}`,
    `DROP TABLE ${quoteQualified(old)} CASCADE`,
  ];
}
