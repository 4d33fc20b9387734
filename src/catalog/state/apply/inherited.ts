import type { Column } from "../../model/column.ts";
import type { CheckConstraint } from "../../model/constraint.ts";
import type { QualifiedName } from "../../model/names.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { changeConstraint, tableNow } from "./edit.ts";
import { putDependencies } from "./put-dependencies.ts";

/** What a child has of a column of its parent; identity stays with the parent. */
export function inheritedColumn(column: Column): Column {
  const {
    comment: _,
    grants: __,
    identity: ___,
    statisticsTarget: ____,
    options: _____,
    foreignOptions: ______,
    ...rest
  } = column;
  const constraint = column.notNullConstraint;
  const { notNullConstraint: _______, ...plain } = rest;
  return {
    ...plain,
    local: false,
    inheritedFrom: 1,
    ...(constraint === undefined || constraint.noInherit
      ? {}
      : {
          notNullConstraint: {
            name: constraint.name,
            validated: constraint.validated,
            noInherit: false,
            local: false,
            inheritedFrom: 1,
          },
        }),
    notNull: constraint?.noInherit === true ? false : column.notNull,
  };
}

/** The columns that a new child has from its parents, each once. */
export function inheritedColumns(parents: readonly QualifiedName[], state: CatalogState): readonly Column[] {
  const columns = new Map<string, Column>();
  for (const column of parents.flatMap((parent) => tableNow(state, parent)?.columns ?? [])) {
    const before = columns.get(column.name);
    const next = inheritedColumn(column);
    if (before === undefined) {
      columns.set(column.name, next);
      continue;
    }
    const constraint = before.notNullConstraint ?? next.notNullConstraint;
    const both = before.notNullConstraint !== undefined && next.notNullConstraint !== undefined;
    columns.set(column.name, {
      ...before,
      inheritedFrom: before.inheritedFrom + 1,
      notNull: before.notNull || next.notNull,
      ...(constraint === undefined
        ? {}
        : { notNullConstraint: { ...constraint, inheritedFrom: constraint.inheritedFrom + (both ? 1 : 0) } }),
    });
  }
  return [...columns.values()];
}

/** Gives a child the defaults' dependencies and the CHECK constraints of its parents. */
export function inheritConstraints(
  state: CatalogState,
  table: QualifiedName,
  parents: readonly QualifiedName[],
  isPartition: boolean,
): void {
  for (const parent of parents) {
    const from = tableNow(state, parent);
    for (const column of from?.columns ?? []) {
      const id = objectId("default", table.schema, table.name, column.name);
      if (state.store.dependenciesOf(id).length === 0) {
        putDependencies(state, objectId("default", parent.schema, parent.name, column.name), id, [parent, table]);
      }
    }
    for (const constraint of from?.constraints ?? []) {
      if (constraint.type === "check" && !constraint.noInherit) {
        inheritCheck(state, table, parent, constraint, isPartition);
      }
    }
  }
}

/** A CHECK of the same name becomes inherited; without one the child gets it. */
export function inheritCheck(
  state: CatalogState,
  table: QualifiedName,
  parent: QualifiedName,
  constraint: CheckConstraint,
  isPartition: boolean,
): void {
  const now = tableNow(state, table);
  if (now?.constraints.some(({ name }) => name === constraint.name) === true) {
    changeConstraint(state, table, constraint.name, (one) => ({
      ...one,
      inheritedFrom: one.inheritedFrom + 1,
      local: one.local && !isPartition,
    }));
    return;
  }
  if (now === undefined) {
    return;
  }
  const { comment: _, ...fields } = constraint;
  state.store.put("tables", `${table.schema}\u0000${table.name}`, {
    ...now,
    constraints: [...now.constraints, { ...fields, local: false, inheritedFrom: 1 }],
  });
  putDependencies(
    state,
    objectId("constraint", parent.schema, parent.name, constraint.name),
    objectId("constraint", table.schema, table.name, constraint.name),
    [parent, table],
  );
}
