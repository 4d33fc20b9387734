import type { QualifiedName } from "../../catalog/model/names.ts";
import type { StatisticsObject } from "../../catalog/model/statistics-object.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { freeName } from "../free-name.ts";
import type { OnlineContext } from "../online-context.ts";
import { statisticsOn } from "../rebuild/new-table.ts";
import type { Shadow } from "../rebuild/shadow.ts";
import type { KnownPartitioning } from "./known-partitioning.ts";

/** A table that becomes one partition of another under its name, which is made beside it first. */
export interface InPlace {
  /** The table, and the empty partitioned one that is to bear its name. */
  readonly shadow: Shadow;
  /** The table once it is a partition. */
  readonly first: QualifiedName;
  readonly bound: string;
  /** The indexes that every partition has, and are to have other names on this one. */
  readonly renamed: readonly Renamed<TableIndex>[];
  /** The keys in the place of which others come: they stay on this partition until `contract`. */
  readonly kept: readonly Kept[];
  readonly statistics: readonly Renamed<StatisticsObject>[];
}

export interface Renamed<Thing> {
  readonly thing: Thing;
  readonly name: string;
}

export interface Kept {
  readonly index: TableIndex;
  /** The name of the old key while it is kept. */
  readonly name: string;
  /** The name on this partition of the key that comes in its place. */
  readonly successor: string;
  readonly columns: readonly string[];
}

/** The names by which all of it is known. */
export function inPlace(known: KnownPartitioning, first: string, bound: string, context: OnlineContext): InPlace {
  const { table, partitions, changedKeys, columns, written } = known;
  const { schema } = table;
  const taken = new Set([first, ...partitions.map(({ name }) => name)]);
  const free = (base: string): string => {
    const isTaken = (name: string): boolean =>
      taken.has(name) || context.state.relation({ schema, name }) !== undefined;
    const name = freeName(base, isTaken);
    taken.add(name);
    return name;
  };
  const ofFirst = (name: string): string =>
    free(name.startsWith(table.name) ? `${first}${name.slice(table.name.length)}` : `${first}_${name}`);
  const schemas = new Set([...context.state.store.maps.schemas.values()].map(({ name }) => name));
  const beside = freeName(`lockkeeper_partition_${table.name}`, (name) => schemas.has(name));
  const shadow: Shadow = {
    table,
    after: table,
    context,
    fresh: { schema: beside, name: table.name },
    kept: { schema, name: first },
    log: { schema: beside, name: "lockkeeper_log" },
    key: [],
    ordered: false,
    changes: [],
    layout: {
      by: written.clause,
      columns: columns.map(({ name }) => name),
      partitions,
      keys: Object.fromEntries(changedKeys.map((one) => [one.index.name, one.columns])),
    },
  };
  const isKept = (index: TableIndex): boolean => changedKeys.some((one) => one.index === index);
  return {
    shadow,
    first: { schema, name: first },
    bound,
    renamed: table.indexes.filter((index) => !isKept(index)).map((thing) => ({ thing, name: ofFirst(thing.name) })),
    kept: changedKeys.map(({ index, columns: of }) => ({
      index,
      name: free(`lockkeeper_kept_${index.name}`),
      successor: ofFirst(index.name),
      columns: of,
    })),
    statistics: statisticsOn(shadow).map((thing) => ({ thing, name: ofFirst(thing.name) })),
  };
}
