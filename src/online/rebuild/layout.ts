import type { Column } from "../../catalog/model/column.ts";
import type { Table } from "../../catalog/model/table.ts";
import { objectId } from "../../catalog/object-id.ts";
import { objectPath } from "../../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { OnlineContext } from "../online-context.ts";
import type { Obstacle } from "../retype/share.ts";
import { PARTITIONED_NOT_VALID } from "./foreign-keys.ts";
import { isWhole, usableKeys } from "./obstacles.ts";
import { columnsOfKey } from "./partitions.ts";
import { type Layout, type Shadow, shadowNames } from "./shadow.ts";

/** A table beside which one with partitions may be put, and what is to be said of that. */
export interface LaidOut {
  readonly shadow: Shadow;
  readonly notes: readonly string[];
}

/** @returns why a partitioned table cannot take this one's place, where it cannot */
export function laidOut(table: Table, layout: Layout, context: OnlineContext): LaidOut | Obstacle {
  const obstacle =
    obstacleInParts(table, context) ??
    obstacleInKeys(table, layout, context) ??
    obstacleInUsers(table, layout, context);
  if (obstacle !== undefined) return obstacle;
  const key = keyAcross(table, layout);
  if (key === undefined) {
    return {
      reason: `no key of ${table.name} tells its rows from each other also in the new layout`,
      instead: "let one of the unique keys be its columns and those by which it is partitioned",
    };
  }
  return {
    shadow: {
      table,
      after: table,
      context,
      ...shadowNames(table, context.state, layout),
      key,
      ordered: false,
      changes: [],
      layout,
    },
    notes: notesOn(table, layout),
  };
}

/**
 * The columns by which rows are told from each other in both: those of a key, and those that say in which partition a row
 * is, so that it is looked for in one alone. In the new table a unique index has to find it.
 */
function keyAcross(table: Table, layout: Layout): readonly Column[] | undefined {
  const placing = layout.columns.flatMap((name) => table.columns.find((column) => column.name === name) ?? []);
  const isFound = (columns: readonly Column[]): boolean =>
    table.indexes.some((index) => {
      const of = columnsOfKey(index, { layout });
      const isPlain = layout.keys[index.name] !== undefined || of.length === index.keys.length;
      const isUnique = index.unique && index.predicate === undefined && isPlain;
      return isUnique && of.every((name) => columns.some((column) => column.name === name));
    });
  return usableKeys(table)
    .map((columns) => [...columns, ...placing.filter((one) => !columns.includes(one))])
    .find((columns) => columns.every(({ notNull }) => notNull) && isFound(columns));
}

export function obstacleInParts(table: Table, { state }: OnlineContext): Obstacle | undefined {
  const { name, constraints, triggers, columns, schema } = table;
  const alone = [
    ...constraints.filter(({ type, noInherit }) => type === "check" && noInherit).map((one) => one.name),
    ...columns.flatMap(({ notNullConstraint: one }) => (one?.noInherit === true ? [one.name] : [])),
  ];
  if (alone.length > 0) return { reason: `${alone[0]} is NO INHERIT, and would not hold for partitions` };
  const whole = triggers.find(
    ({ level, oldTable, newTable }) => level === "row" && (oldTable !== undefined || newTable !== undefined),
  );
  if (whole !== undefined) {
    return { reason: `the trigger ${whole.name} fires for each row with a transition table, which no partition has` };
  }
  if (table.replicaIdentity === "index") {
    return {
      reason: `${name} has an index for its replica identity, and each partition would need one of its own`,
      instead: "`ALTER TABLE … REPLICA IDENTITY DEFAULT` or `FULL` first",
    };
  }
  const publication = [...state.store.maps.publications.values()].find(
    ({ viaPartitionRoot, tables, schemas }) =>
      !viaPartitionRoot && (schemas.includes(schema) || tables.some((one) => keyOf(one) === keyOf(table))),
  );
  return publication === undefined
    ? undefined
    : {
        reason: `the publication ${publication.name} would call the rows by the names of their partitions`,
        instead: `\`ALTER PUBLICATION ${quoteIdentifier(publication.name)} SET (publish_via_partition_root = true)\` first`,
      };
}

export function obstacleInKeys(table: Table, layout: Layout, { state }: OnlineContext): Obstacle | undefined {
  const late = table.constraints.find(({ type, deferrable }) => deferrable && type !== "foreign key");
  if (late !== undefined) return { reason: `${late.name} is deferrable, and rows are copied under keys that are not` };
  const whole = table.constraints.find(isWhole);
  if (whole !== undefined) return { reason: `${whole.name} cannot be kept over all partitions for certain` };
  const primary = table.indexes.find((index) => index.primary);
  const open = (layout.keys[primary?.name ?? ""] ?? []).find(
    (name) => table.columns.find((column) => column.name === name)?.notNull !== true,
  );
  if (open !== undefined) {
    return { reason: `${open} may be null, and no column of a primary key may`, instead: "make it NOT NULL first" };
  }
  for (const name of Object.keys(layout.keys)) {
    const users = state.dependentsOf(objectId("constraint", table.schema, table.name, name));
    const view = users.map(({ from }) => objectPath(from)).find(({ kind }) => kind === "view");
    if (view !== undefined) {
      return { reason: `the view ${view.path.join(".")} groups by ${name}, which has other columns from then on` };
    }
  }
  return undefined;
}

export function obstacleInUsers(table: Table, layout: Layout, { state }: OnlineContext): Obstacle | undefined {
  const unproved = table.constraints.find((one) => one.type === "foreign key" && !one.validated);
  if (unproved !== undefined && state.major < PARTITIONED_NOT_VALID) {
    return {
      reason: `${unproved.name} is not validated, which before PostgreSQL ${PARTITIONED_NOT_VALID} no foreign key of a partitioned table may be`,
      instead: "validate it first",
    };
  }
  for (const { table: from, constraint } of state.keysReferencing(table)) {
    const key = from.constraints.find(({ name }) => name === constraint);
    if (key?.type !== "foreign key" || layout.keys[key.references.index] === undefined) continue;
    return {
      reason: `${key.name} of ${from.name} refers to ${key.references.columns.join(", ")}, which PostgreSQL no longer keeps unique then`,
      instead: `partition by ${key.references.columns.join(", ")}, or drop that foreign key in front of the step`,
    };
  }
  return undefined;
}

/** An index of a partition whose name another relation has where the partitions go in the end. */
export function takenName(
  { table, fresh, layout }: Shadow,
  before: CatalogState,
  made: CatalogState,
): Obstacle | undefined {
  const moving = new Set(table.indexes.map(({ name }) => name));
  for (const { name } of layout?.partitions ?? []) {
    const indexes = made.table({ schema: fresh.schema, name })?.indexes ?? [];
    const taken = indexes.find(
      (index) => !moving.has(index.name) && before.relation({ schema: table.schema, name: index.name }) !== undefined,
    );
    if (taken !== undefined) {
      return {
        reason: `there is a relation ${taken.name} already, as an index of the partition ${name} would be called`,
        instead: "give the partition another name",
      };
    }
  }
  return undefined;
}

function notesOn(table: Table, { keys, partitions, by }: Layout): readonly string[] {
  const lost = Object.entries(keys).map(([name, columns]) => {
    const index = table.indexes.find((one) => one.name === name);
    const before = index?.keys.map((key) => ("column" in key ? key.column : key.expression)) ?? [];
    return `From the cutover on nothing keeps ${before.join(", ")} unique by itself: ${name} is about ${columns.join(", ")}. \`down\` works as long as no value of ${before.join(", ")} is there twice.`;
  });
  const takesAll = by.startsWith("HASH") || partitions.some(({ bound }) => bound === "DEFAULT");
  const moving = table.triggers.find(
    ({ timing, level, events }) => timing === "before" && level === "row" && events.some((event) => event !== "delete"),
  );
  return [
    ...lost,
    ...(takesAll ? [] : ["Rows for which there is no partition stop the copy, and are refused from the cutover on."]),
    ...(moving === undefined
      ? []
      : [
          `From the cutover on the trigger ${moving.name} may no longer change by which partition a row is in: PostgreSQL refuses the row.`,
        ]),
  ];
}
