import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { privilegesOf } from "../access.ts";
import { commentOnConstraint, commentOnIndex } from "../comments.ts";
import { indexKeyText, optionsText } from "../index-definition.ts";
import type { Shadow } from "./shadow.ts";

/** The empty partitions of the new table, beside which they lie until the swap. */
export function createPartitions({ after, fresh, layout, context }: Shadow): readonly string[] {
  const unlogged = after.persistence === "unlogged" ? "UNLOGGED " : "";
  return (layout?.partitions ?? []).flatMap(({ name, bound }) => {
    const partition = { schema: fresh.schema, name };
    return [
      `CREATE ${unlogged}TABLE ${quoteQualified(partition)} PARTITION OF ${quoteQualified(fresh)} ${bound}${placeOf(after)}`,
      ...settleIn(partition, after, context.state),
    ];
  });
}

/** What a new partition does not get from its partitioned table, as another table has it. */
export function settleIn(partition: QualifiedName, like: Table, state: CatalogState): readonly string[] {
  const { replicaIdentity, owner, columns, options = {} } = like;
  const alter = `ALTER TABLE ${quoteQualified(partition)}`;
  return [
    ...Object.entries(options).map(([option, value]) => `${alter} SET (${settingText(option, value)})`),
    ...columns.flatMap((column) =>
      column.options === undefined
        ? []
        : [`${alter} ALTER COLUMN ${quoteIdentifier(column.name)} SET (${optionsText(column.options)})`],
    ),
    ...(replicaIdentity === "full" || replicaIdentity === "nothing"
      ? [`${alter} REPLICA IDENTITY ${replicaIdentity.toUpperCase()}`]
      : []),
    // Whoever reads past the partitioned table needs a privilege of its own, as for any partition.
    ...privilegesOf({ ...partition, owner, columns: [] }, state),
    ...(owner === state.user || state.user === "" ? [] : [`${alter} OWNER TO ${quoteIdentifier(owner)}`]),
  ];
}

/** With which access method, and where, its rows lie. */
export const placeOf = ({ accessMethod, tablespace }: Pick<Table, "accessMethod" | "tablespace">): string =>
  [
    ...(accessMethod === undefined ? [] : [` USING ${quoteIdentifier(accessMethod)}`]),
    ...(tablespace === undefined ? [] : [` TABLESPACE ${quoteIdentifier(tablespace)}`]),
  ].join("");

/** `toast.autovacuum_enabled = 'off'`. */
export const settingText = (option: string, value: string): string =>
  `${option.split(".").map(quoteIdentifier).join(".")} = ${quoteLiteral(value)}`;

/** They go along with their partitioned table; somebody may have dropped some of them. */
export const movePartitions = ({ layout }: Shadow, from: string, to: string): readonly string[] =>
  (layout?.partitions ?? []).map(
    ({ name }) => `ALTER TABLE IF EXISTS ${quoteQualified({ schema: from, name })} SET SCHEMA ${quoteIdentifier(to)}`,
  );

/** A key, or a unique index, of the new table; no index that stands becomes one of a partitioned table's. */
export function createKey(index: TableIndex, shadow: Shadow): readonly string[] {
  const { table, fresh } = shadow;
  const constraint = table.constraints.find(({ name }) => name === index.constraint);
  const columns = keyColumns(index, shadow);
  const { include, nullsNotDistinct, options = {}, tablespace, predicate, method } = index;
  const settings = optionsText(options);
  const nulls = nullsNotDistinct ? " NULLS NOT DISTINCT" : "";
  const included = include.length === 0 ? "" : ` INCLUDE (${include.map(quoteIdentifier).join(", ")})`;
  const like = settings === "" ? "" : ` WITH (${settings})`;
  const space = tablespace === undefined ? "" : ` TABLESPACE ${quoteIdentifier(tablespace)}`;
  const name = quoteIdentifier(index.name);
  const on = quoteQualified(fresh);
  const comments = [
    constraint === undefined ? undefined : commentOnConstraint(fresh, constraint),
    commentOnIndex(fresh, index),
  ].flatMap((sql) => sql ?? []);
  if (constraint !== undefined) {
    const kind = constraint.type === "primary key" ? "PRIMARY KEY" : `UNIQUE${nulls}`;
    const placed = space === "" ? "" : ` USING INDEX${space}`;
    return [
      `ALTER TABLE ${on} ADD CONSTRAINT ${name} ${kind} (${columns.join(", ")})${included}${like}${placed}`,
      ...comments,
    ];
  }
  const where = predicate === undefined ? "" : ` WHERE ${predicate}`;
  return [
    `CREATE UNIQUE INDEX ${name} ON ${on} USING ${quoteIdentifier(method)} (${columns.join(", ")})${included}${nulls}${like}${space}${where}`,
    ...comments,
  ];
}

/** Those that stay are as they were; others are as their columns are by themselves. */
function keyColumns({ name, keys, constraint }: TableIndex, { layout }: Shadow): readonly string[] {
  const own = (column: string): string => {
    const same = keys.find((key) => "column" in key && key.column === column);
    return same === undefined || constraint !== undefined ? quoteIdentifier(column) : indexKeyText(same);
  };
  return (
    layout?.keys[name]?.map(own) ??
    keys.map((key) => ("column" in key && constraint !== undefined ? quoteIdentifier(key.column) : indexKeyText(key)))
  );
}

/** The columns of a key as it is to be. */
export const columnsOfKey = ({ name, keys }: TableIndex, { layout }: Pick<Shadow, "layout">): readonly string[] =>
  layout?.keys[name] ?? keys.flatMap((key) => ("column" in key ? [key.column] : []));
