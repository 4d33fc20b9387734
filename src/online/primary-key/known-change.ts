import type { ForeignKey, KeyConstraint } from "../../catalog/model/constraint.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { objectId } from "../../catalog/object-id.ts";
import { objectPath } from "../../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { PrimaryKeyChange } from "../../migrations/change-primary-key.ts";
import { joinNames, makeObjectName } from "../../sql/generated-name.ts";
import { freeName } from "../free-name.ts";
import { PARTITIONED_NOT_VALID } from "../rebuild/foreign-keys.ts";
import type { Obstacle } from "../retype/share.ts";
import { stepTable } from "../step-table.ts";

/** A change of a primary key, with what the catalog knows of it. */
export interface KnownChange {
  readonly table: Table;
  /** As it is found, and its index. */
  readonly key: KeyConstraint;
  readonly index: TableIndex;
  readonly columns: readonly string[];
  /** The unique constraint that takes the place of the key; absent where nothing does. */
  readonly former?: string;
  /** The foreign keys that rely on it. */
  readonly users: readonly { readonly from: Table; readonly key: ForeignKey }[];
}

/** Looks up what a step names; or says why it cannot be done. */
export function knownChange(change: PrimaryKeyChange, state: CatalogState): KnownChange | Obstacle {
  const { columns, former = "unique" } = change;
  const name = stepTable(change.table);
  const table = name === undefined ? undefined : state.table(name);
  if (table === undefined) return { reason: `there is no table ${change.table}` };
  const key = table.constraints.find((one) => one.type === "primary key");
  const index = table.indexes.find(({ primary }) => primary);
  if (key?.type !== "primary key" || index === undefined) {
    return { reason: `${table.name} has no primary key`, instead: "`ALTER TABLE … ADD PRIMARY KEY` gives it one" };
  }
  const missing = columns.find((one) => !table.columns.some((column) => column.name === one));
  if (missing !== undefined) return { reason: `${table.name} has no column ${missing}` };
  if (columns.join() === key.columns.join()) return { reason: `${columns.join(", ")} is its primary key already` };
  const users = state.keysReferencing(table).flatMap(({ table: from, constraint }) => {
    const found = from.constraints.find((one) => one.name === constraint);
    const relies = found?.type === "foreign key" && found.parent === undefined && found.references.index === key.index;
    return relies ? [{ from, key: found }] : [];
  });
  const obstacle = obstacleTo(table, key, index, users, former, state);
  if (obstacle !== undefined) return obstacle;
  return {
    table,
    key,
    index,
    columns,
    users,
    ...(former === "dropped" ? {} : { former: formerName(table, key, state) }),
  };
}

/** As PostgreSQL calls a unique constraint on the columns. */
function formerName(table: Table, { columns }: KeyConstraint, state: CatalogState): string {
  const taken = (name: string): boolean =>
    state.relation({ schema: table.schema, name }) !== undefined || table.constraints.some((one) => one.name === name);
  return freeName(makeObjectName(table.name, joinNames(columns), "key"), taken);
}

function obstacleTo(
  table: Table,
  key: KeyConstraint,
  index: TableIndex,
  users: KnownChange["users"],
  former: "unique" | "dropped",
  state: CatalogState,
): Obstacle | undefined {
  const { name, schema } = table;
  if (table.kind !== "ordinary" || table.partitionOf !== undefined) {
    return {
      reason: `${name} is a ${table.kind === "partitioned" ? "partitioned table" : "partition"}, whose key is that of all`,
    };
  }
  if (key.deferrable || key.withoutOverlaps) {
    return {
      reason: `${key.name} is ${key.deferrable ? "deferrable" : "WITHOUT OVERLAPS"}, and would not come back like that`,
    };
  }
  if (index.replicaIdentity) {
    return {
      reason: `${key.name} is the replica identity of ${name}, and goes`,
      instead: `\`ALTER TABLE ${name} REPLICA IDENTITY DEFAULT\` first, which takes the new one`,
    };
  }
  const views = state.dependentsOf(objectId("constraint", schema, name, key.name)).map(({ from }) => objectPath(from));
  const view = views.find(({ kind }) => kind === "view" || kind === "materialized view");
  if (view !== undefined) return { reason: `the ${view.kind} ${view.path.join(".")} groups by ${key.name}` };
  const [user] = users;
  if (user !== undefined && former === "dropped") {
    return { reason: `${user.key.name} of ${user.from.name} relies on the key that is to be dropped` };
  }
  const slow = users.find(({ from }) => from.kind === "partitioned" && state.major < PARTITIONED_NOT_VALID);
  return slow === undefined
    ? undefined
    : {
        reason: `${slow.key.name} of the partitioned table ${slow.from.name} relies on it, and before PostgreSQL ${PARTITIONED_NOT_VALID} comes back only with a look at all of its rows`,
      };
}
