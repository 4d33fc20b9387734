import type { Column } from "../../catalog/model/column.ts";
import type { Table } from "../../catalog/model/table.ts";
import { objectPath } from "../../catalog/state/apply/object-path.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import type { OnlineContext } from "../online-context.ts";
import { RUN_FIRST } from "../piece.ts";
import type { Obstacle } from "../retype/share.ts";
import { TRIGGERS } from "./capture.ts";
import { PARTITIONED_NOT_VALID } from "./foreign-keys.ts";
import { usersOf, viewsOver } from "./views-over.ts";

/**
 * Why another table cannot take the place of this one for certain.
 *
 * @param rows whether the other one gets copies of its rows, or they stay in this one
 */
export function obstacleTo(
  table: Table,
  context: OnlineContext,
  rows: "copied" | "kept" = "copied",
): Obstacle | undefined {
  const ofRows = rows === "copied" ? obstacleInRows(table, context) : (ofPolicies(table) ?? ofParts(table, context));
  return ofTable(table, context) ?? ofRows ?? ofUsers(table, context);
}

/** Why its rows cannot be copied for certain while others write, whatever becomes of the copy. */
export const obstacleInRows = (table: Table, context: OnlineContext): Obstacle | undefined =>
  ofPolicies(table) ?? ofKey(table) ?? ofParts(table, context);

const ofPolicies = (table: Table): Obstacle | undefined =>
  table.forceRowSecurity
    ? { reason: `row security is forced on ${table.name}, so that whoever copies may not see every row` }
    : undefined;

const ofKey = (table: Table): Obstacle | undefined =>
  keyOfRows(table) === undefined
    ? {
        reason: `${table.name} has no unique key of NOT NULL columns by which a row could be told from others while it is copied`,
        instead: "add a primary key first",
      }
    : undefined;

/** The key by which rows are told from others: the primary key, or the first that is as good. */
export const keyOfRows = (table: Table): readonly Column[] | undefined => usableKeys(table)[0];

/** The keys by which rows may be told from others, the primary key first. */
export function usableKeys(table: Table): readonly (readonly Column[])[] {
  const usable = table.indexes.filter((index) => {
    const constraint = table.constraints.find(({ name }) => name === index.constraint);
    return (
      index.unique && index.valid && index.ready && index.predicate === undefined && constraint?.deferrable !== true
    );
  });
  return usable
    .toSorted((one, other) => Number(other.primary) - Number(one.primary))
    .flatMap(({ keys }) => {
      const columns = columnsOf(keys, table);
      return columns === undefined ? [] : [columns];
    });
}

/** The columns of an index, where it has nothing else, and none may be null. */
export function columnsOf(keys: Table["indexes"][number]["keys"], table: Table): readonly Column[] | undefined {
  const columns = keys.flatMap((key) =>
    "column" in key ? table.columns.filter(({ name }) => name === key.column) : [],
  );
  return columns.length === keys.length && columns.every(({ notNull }) => notNull) ? columns : undefined;
}

function ofTable(table: Table, { state, policy }: OnlineContext): Obstacle | undefined {
  if (table.kind !== "ordinary" || table.persistence === "temporary") {
    return { reason: `${table.name} is no ordinary table, and only such ones are written again beside themselves` };
  }
  if (table.partitionOf !== undefined || table.inherits.length > 0 || state.childrenOf(table).length > 0) {
    return { reason: `${table.name} is part of an inheritance, in which no other table takes its place` };
  }
  if (table.ofType !== undefined) return { reason: `${table.name} is a table of a type` };
  if (policy.mayCreateSchemas === false) {
    return {
      reason: "the new table is made in a schema of its own, and the role may not create one in this database",
      instead: "grant it CREATE on the database",
    };
  }
  const referring = state
    .keysReferencing(table)
    .find(({ table: from }) => from.kind === "partitioned" && state.major < PARTITIONED_NOT_VALID);
  if (referring !== undefined) {
    return {
      reason: `${referring.constraint} of the partitioned table ${referring.table.name} refers to it, and before PostgreSQL ${PARTITIONED_NOT_VALID} comes back only with a look at all of its rows`,
    };
  }
  const [user] = state.usersOfType(table);
  return user === undefined
    ? undefined
    : { reason: `${user.table.name}.${user.column.name} holds whole rows of ${table.name}` };
}

function ofParts(table: Table, { state }: OnlineContext): Obstacle | undefined {
  const standing = table.triggers.find(({ name }) => TRIGGERS.some((one) => one === name));
  if (standing !== undefined) {
    return {
      reason: `an earlier statement has written ${table.name} again, and keeps the table as it was until \`contract\``,
      instead: "call `lockkeeper contract` first",
    };
  }
  const unprinted = [...table.triggers, ...table.indexes].find(({ definition }) => definition === "");
  if (unprinted !== undefined) {
    return {
      reason: `how PostgreSQL will print ${unprinted.name} is not certain before it stands`,
      instead: RUN_FIRST,
    };
  }
  const [rule] = table.rules;
  if (rule !== undefined) return { reason: `the rule ${rule.name} of ${table.name} is not made again by itself` };
  const broken = table.indexes.find(({ valid, ready }) => !(valid && ready));
  if (broken !== undefined) {
    return { reason: `the index ${broken.name} is not valid`, instead: "build it again or drop it first" };
  }
  const late = table.constraints.find((one) => one.deferrable && isWhole(one));
  if (late !== undefined) {
    return {
      reason: `${late.name} is found to be violated only at the end of a transaction, and rows are copied before`,
    };
  }
  const unproved = table.columns.find(({ notNullConstraint }) => notNullConstraint?.validated === false);
  if (unproved !== undefined) {
    return { reason: `NOT NULL of ${unproved.name} is not validated`, instead: "validate it first" };
  }
  const off = table.constraints.find(({ triggersDisabled }) => triggersDisabled);
  if (off !== undefined) return { reason: `the triggers of the constraint ${off.name} are disabled` };
  const all = [...(table.grants ?? []), ...table.columns.flatMap(({ grants = [] }) => grants)];
  if (all.some(({ grantor }) => grantor !== table.owner)) {
    return { reason: `${table.name} has privileges that others than its owner gave` };
  }
  const publication = [...state.store.maps.publications.values()].find(({ allTables }) => allTables);
  return publication === undefined
    ? undefined
    : { reason: `the publication ${publication.name} shows subscribers every table, also one that is being copied` };
}

export const isWhole = (one: Table["constraints"][number]): boolean =>
  one.type === "exclusion" || ("withoutOverlaps" in one && one.withoutOverlaps);

/** Kinds that are seen to. */
const CARRIED: ReadonlySet<string> = new Set(["index", "constraint", "view", "statistics", "publication", "default"]);
const OWN: ReadonlySet<string> = new Set(["column", "trigger", "policy", "table", "type", "sequence"]);

function ofUsers(table: Table, context: OnlineContext): Obstacle | undefined {
  const { state } = context;
  for (const id of usersOf({ table, context })) {
    const { kind, path } = objectPath(id);
    const isOwn = path[0] === table.schema && path[1] === table.name;
    const owned =
      kind === "sequence" && state.store.maps.sequences.get(keyOf({ schema: path[0] ?? "", name: path[1] ?? "" }));
    if (CARRIED.has(kind) || (isOwn && OWN.has(kind)) || owned !== false) continue;
    return {
      reason: `${kind} ${path.join(".")} depends on ${table.name}, and does not go over to another table by itself`,
      instead: `drop the ${kind} in front of the statement and make it again behind it`,
    };
  }
  const view = viewsOver({ table, context }).find(({ definition }) => definition === "");
  return view === undefined
    ? undefined
    : { reason: `how PostgreSQL will print the view ${view.name} is not certain before it stands` };
}
