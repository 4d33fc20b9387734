import type { Options } from "../model/names.ts";
import type { Partitioning, Table } from "../model/table.ts";
import type { RelationRow } from "../read/relations.ts";
import type { Naming } from "./naming.ts";
import { present } from "./present.ts";
import type { RelationParts } from "./relation-parts.ts";

const KINDS = { r: "ordinary", p: "partitioned", f: "foreign" } as const;
const PERSISTENCE = { p: "permanent", u: "unlogged", t: "temporary" } as const;
const REPLICA_IDENTITY = { d: "default", n: "nothing", f: "full", i: "index" } as const;
const STRATEGIES = { r: "range", l: "list", h: "hash" } as const;

/** Undefined for what is no table. */
export function table(parts: RelationParts, naming: Naming): Table | undefined {
  const { row, schema } = parts;
  if (row.kind === "v" || row.kind === "m" || row.kind === "c") {
    return undefined;
  }
  const [parent] = row.parents ?? [];
  const isPartition = row.bound !== null && parent !== undefined;
  return {
    schema,
    name: row.name,
    kind: KINDS[row.kind],
    persistence: PERSISTENCE[row.persistence],
    owner: row.owner,
    inherits: isPartition ? [] : (row.parents ?? []),
    replicaIdentity: REPLICA_IDENTITY[row.replica_identity],
    rowSecurity: row.row_security,
    forceRowSecurity: row.force_row_security,
    columns: parts.columns,
    constraints: parts.constraints,
    indexes: parts.indexes,
    triggers: parts.triggers,
    rules: parts.rules,
    policies: parts.policies,
    ...present({
      accessMethod: row.access_method,
      tablespace: row.tablespace,
      options: withToast(row.options, row.toast_options),
      ofType: row.of_type,
      partitioning: partitioning(parts),
      partitionOf:
        isPartition && row.bound !== null ? { parent, bound: row.bound, detachPending: row.detach_pending } : undefined,
      foreign:
        row.foreign_server === null ? undefined : { server: row.foreign_server, options: row.foreign_options ?? {} },
      grants: row.grants,
    }),
    ...naming.comment("pg_class", row.oid),
  };
}

function withToast(own: Options | null, toast: Options | null): Options | null {
  if (toast === null) {
    return own;
  }
  return { ...own, ...Object.fromEntries(Object.entries(toast).map(([name, value]) => [`toast.${name}`, value])) };
}

function partitioning({ row, columnRows }: RelationParts): Partitioning | undefined {
  const { partition_strategy: strategy, partition_key: definition, partition_columns: numbers }: RelationRow = row;
  if (strategy === null || definition === null || numbers === null) {
    return undefined;
  }
  return {
    strategy: STRATEGIES[strategy],
    definition,
    columns: numbers.split(" ").map((number) => columnRows.find((one) => one.number === Number(number))?.name ?? null),
  };
}
