import type { Constraint as ConstraintNode } from "libpg-query";
import { joinNames } from "../../../sql/generated-name.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { ForeignKey, ReferentialAction } from "../../model/constraint.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import type { TableIndex } from "../../model/table-index.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { putTableConstraint, sharedOf } from "./add-constraint.ts";
import { changeConstraint, depend, tableNow } from "./edit.ts";
import { freeConstraintName } from "./generated-names.ts";
import { nameOfRange } from "./nodes.ts";

/** By the parser's letters. */
export const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

/** By the parser's letters. */
export const MATCHES: Readonly<Record<string, ForeignKey["match"]>> = { s: "simple", f: "full", p: "partial" };

export function addForeignKey(state: CatalogState, table: Table, node: ConstraintNode): void {
  const columns = namesOf(node.fk_attrs);
  const referenced = state.resolved(nameOfRange(node.pktable));
  const target = tableNow(state, referenced);
  const written = namesOf(node.pk_attrs);
  const index = referencedIndex(target, written);
  const name = node.conname ?? freeConstraintName(state, table.schema, [table.name, joinNames(columns), "fkey"]);
  const enforced = node.is_enforced === true || node.skip_validation !== true;
  const key: ForeignKey = {
    ...sharedOf(node, name),
    enforced,
    validated: node.skip_validation !== true && enforced,
    type: "foreign key",
    columns,
    references: {
      ...referenced,
      columns: written.length === 0 ? keyColumns(index) : written,
      index: index?.name ?? "",
    },
    match: MATCHES[node.fk_matchtype ?? "s"] ?? "simple",
    onUpdate: ACTIONS[node.fk_upd_action ?? "a"] ?? "no action",
    onDelete: ACTIONS[node.fk_del_action ?? "a"] ?? "no action",
    onDeleteColumns: namesOf(node.fk_del_set_cols),
    period: node.fk_with_period === true,
  };
  putForeignKey(state, table, key);
}

/** Puts a foreign key onto a table, and a copy of it onto each of its partitions. */
function putForeignKey(state: CatalogState, table: Table, key: ForeignKey): void {
  putTableConstraint(state, table, key);
  recordForeignKey(state, table, key);
  for (const partition of state.partitionsOf(table)) {
    inheritForeignKey(state, partition, table, key);
  }
}

function recordForeignKey(state: CatalogState, table: QualifiedName, key: ForeignKey): void {
  const id = objectId("constraint", table.schema, table.name, key.name);
  const { references } = key;
  const index = tableNow(state, references)?.indexes.find(({ name }) => name === references.index);
  const columnsOf = (one: QualifiedName, names: readonly string[]): readonly string[] =>
    names.map((name) => objectId("column", one.schema, one.name, name));
  depend(state, id, columnsOf(table, key.columns), "automatic");
  depend(state, id, [
    ...columnsOf(references, references.columns),
    ...(index === undefined
      ? []
      : [
          index.constraint === undefined
            ? objectId("index", references.schema, index.name)
            : objectId("constraint", references.schema, references.name, index.constraint),
        ]),
  ]);
}

/** A partition takes a foreign key of its own for the parent's, or gets one. */
export function inheritForeignKey(state: CatalogState, partition: Table, parent: QualifiedName, key: ForeignKey): void {
  const now = tableNow(state, partition) ?? partition;
  const marks = {
    local: false,
    inheritedFrom: 1,
    noInherit: false,
    parent: { schema: parent.schema, table: parent.name, name: key.name },
  };
  const fitting = now.constraints.find(
    (one) => one.type === "foreign key" && one.parent === undefined && isAlike(one, key),
  );
  if (fitting !== undefined) {
    changeConstraint(state, partition, fitting.name, (one) => ({ ...one, ...marks }));
    return;
  }
  const taken =
    now.constraints.some(({ name }) => name === key.name) ||
    now.columns.some(({ notNullConstraint }) => notNullConstraint?.name === key.name);
  const name = taken
    ? freeConstraintName(state, partition.schema, [partition.name, joinNames(key.columns), "fkey"])
    : key.name;
  const { comment: _, ...fields } = key;
  putForeignKey(state, now, { ...fields, name, ...marks });
}

const isAlike = (one: ForeignKey, other: ForeignKey): boolean => {
  const shape = (key: ForeignKey): string =>
    JSON.stringify([
      key.columns,
      key.references.schema,
      key.references.name,
      key.references.columns,
      key.onDelete,
      key.onUpdate,
      key.match,
      key.deferrable,
      key.initiallyDeferred,
    ]);
  return shape(one) === shape(other);
};

function referencedIndex(target: Table | undefined, columns: readonly string[]): TableIndex | undefined {
  const indexes = target?.indexes ?? [];
  if (columns.length === 0) {
    return indexes.find(({ primary }) => primary);
  }
  const wanted = columns.toSorted().join("\u0000");
  const fitting = indexes.filter(
    (one) =>
      (one.unique || one.method === "gist") &&
      one.predicate === undefined &&
      one.keys.every((key) => "column" in key) &&
      keyColumns(one).toSorted().join("\u0000") === wanted,
  );
  return fitting.find(({ primary }) => primary) ?? fitting[0];
}

const keyColumns = (index: TableIndex | undefined): readonly string[] =>
  index?.keys.flatMap((key) => ("column" in key ? key.column : [])) ?? [];
