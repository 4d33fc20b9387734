import type { ForeignKey, ReferentialAction } from "../../catalog/model/constraint.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { Trigger } from "../../catalog/model/trigger.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { nodesOfTypes } from "../../sql/nodes-of-type.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { EffectSet } from "../effect-set.ts";
import { foreignKeysOf, keysTo, lockReferenced } from "../foreign-keys.ts";
import type { LockMode } from "../lock-mode.ts";
import { parsedQueries } from "../lock-sources.ts";
import { relationsIn } from "../relations-in.ts";
import { writtenName } from "../written-name.ts";
import { lockDefaults } from "./lock-sequences.ts";

type Columns = ReadonlySet<string>;

/**
 * Locks the tables that changed rows are checked against or passed on to by foreign keys, and the sequences of the columns
 * that are left to their defaults. Triggers are named as unchecked.
 *
 * Source: `src/backend/utils/adt/ri_triggers.c`.
 */
export function lockPartners(tree: unknown, state: CatalogState, effects: EffectSet): void {
  const found = nodesOfTypes(tree, "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt");
  for (const node of found.InsertStmt) {
    const table = writtenTable(writtenName(node.relation), state);
    if (table === undefined) continue;
    const given = givenColumns(node, columnsOf(writtenName(node.relation), state));
    lockDefaults(table, given, state, effects);
    lockInsertPartners(table, given, state, effects);
    const updated = assigned(node.onConflictClause?.targetList);
    if (updated.size > 0) update(table, updated, state, effects);
  }
  for (const { relation, targetList } of found.UpdateStmt) {
    const table = writtenTable(writtenName(relation), state);
    if (table !== undefined) update(table, assigned(targetList), state, effects);
  }
  for (const { relation } of found.DeleteStmt) {
    const table = writtenTable(writtenName(relation), state);
    if (table !== undefined) remove(table, state, effects);
  }
  for (const node of found.MergeStmt) merge(node, state, effects);
}

function merge({ relation, mergeWhenClauses }: NodeOf<"MergeStmt">, state: CatalogState, effects: EffectSet): void {
  const table = writtenTable(writtenName(relation), state);
  if (table === undefined) return;
  for (const { commandType, targetList } of nodesAs(mergeWhenClauses, "MergeWhenClause")) {
    const columns = assigned(targetList);
    if (commandType === "CMD_UPDATE") update(table, columns, state, effects);
    if (commandType === "CMD_DELETE") remove(table, state, effects);
    if (commandType === "CMD_INSERT") {
      const given = columns.size > 0 ? columns : new Set(table.columns.map(({ name }) => name));
      lockDefaults(table, given, state, effects);
      lockInsertPartners(table, given, state, effects);
    }
  }
}

/** The table itself, or the one that a simple view is written through to. */
function writtenTable(name: WrittenName, state: CatalogState): Table | undefined {
  const relation = state.relation(name);
  if (relation?.kind !== "view") return relation?.kind === "table" ? relation.is : undefined;
  const [query] = parsedQueries(relation.is.definition);
  const [source] = relationsIn((query as NodeOf<"SelectStmt"> | undefined)?.fromClause);
  return source === undefined ? undefined : writtenTable(source.name, state);
}

/** Those of a view are taken to be called as in the table. */
function columnsOf(name: WrittenName, state: CatalogState): readonly string[] {
  const relation = state.relation(name);
  const columns = relation?.kind === "view" || relation?.kind === "table" ? relation.is.columns : [];
  return columns.map((column) => column.name);
}

/** The columns that the statement gives values to, other than by DEFAULT. */
function givenColumns({ cols, selectStmt }: NodeOf<"InsertStmt">, all: readonly string[]): Columns {
  if (selectStmt === undefined) return new Set();
  const named = nodesAs(cols, "ResTarget").map(({ name }) => name ?? "");
  const columns = cols === undefined ? all : named;
  const lists = nodeAs(selectStmt, "SelectStmt")?.valuesLists ?? [];
  const rows = nodesAs(lists, "List").map(({ items }) => items ?? []);
  const isGiven = (index: number): boolean =>
    rows.every((row) => index < row.length && nodeAs(row[index], "SetToDefault") === undefined);
  return new Set(columns.filter((_, index) => isGiven(index)));
}

const assigned = (targets: NodeOf<"UpdateStmt">["targetList"]): Columns =>
  new Set(nodesAs(targets, "ResTarget").flatMap(({ name }) => name ?? []));

/** Rows with a null in their key are not looked up. */
export function lockInsertPartners(table: Table, given: Columns, state: CatalogState, effects: EffectSet): void {
  leaveTriggers(table, "insert", effects);
  const hasValue = (column: string): boolean => {
    const found = table.columns.find(({ name }) => name === column);
    return given.has(column) || found?.default !== undefined || found?.identity !== undefined;
  };
  for (const key of checkedKeys(table)) {
    if (key.columns.every(hasValue)) lockReferenced(key.references, state, effects, "ROW SHARE");
  }
}

function update(table: Table, columns: Columns, state: CatalogState, effects: EffectSet): void {
  leaveTriggers(table, "update", effects);
  for (const key of checkedKeys(table)) {
    if (key.columns.some((column) => columns.has(column))) lockReferenced(key.references, state, effects, "ROW SHARE");
  }
  for (const { from, key } of keysTo(table, state)) {
    if (isChecked(key) && key.references.columns.some((column) => columns.has(column))) {
      passOn(from, key, key.onUpdate, "update", state, effects);
    }
  }
}

function remove(table: Table, state: CatalogState, effects: EffectSet): void {
  leaveTriggers(table, "delete", effects);
  for (const { from, key } of keysTo(table, state)) {
    if (isChecked(key)) passOn(from, key, key.onDelete, "delete", state, effects);
  }
}

function passOn(
  from: Table,
  key: ForeignKey,
  action: ReferentialAction,
  event: "update" | "delete",
  state: CatalogState,
  effects: EffectSet,
): void {
  const checks = action === "no action" || action === "restrict";
  const lock: LockMode = checks ? "ROW SHARE" : "ROW EXCLUSIVE";
  const known = effects.get(from)?.lock === "ROW EXCLUSIVE";
  for (const one of [from, ...state.descendantsOf(from)]) effects.lockTable(one, "referencing", lock);
  // Keys may go round in a circle.
  if (checks || known) return;
  if (action === "cascade" && event === "delete") remove(from, state, effects);
  else update(from, new Set(key.columns), state, effects);
}

const checkedKeys = (table: Table): readonly ForeignKey[] => foreignKeysOf(table).filter(isChecked);

const isChecked = (key: ForeignKey): boolean => key.enforced && !key.initiallyDeferred && !key.triggersDisabled;

function leaveTriggers(table: Table, event: Trigger["events"][number], effects: EffectSet): void {
  for (const { name, events, enabled, function: runs } of table.triggers) {
    if (enabled !== "disabled" && events.includes(event)) {
      effects.leaveUnchecked(`what the trigger ${name} of ${table.name} does (${runs.name}) is not looked into`);
    }
  }
}
