import type { Column, NotNullConstraint } from "../../model/column.ts";
import type { QualifiedName } from "../../model/names.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { changeColumn, depend, tableNow, withField } from "./edit.ts";
import { freeConstraintName } from "./generated-names.ts";

export interface NotNullWish {
  readonly name?: string | undefined;
  readonly noInherit?: boolean;
  readonly validated?: boolean;
}

const FIRST_WITH_CONSTRAINTS = 18;

/** Sets NOT NULL on the column, with a constraint where the server has those, and on what inherits it. */
export function setNotNull(state: CatalogState, table: QualifiedName, column: string, wish: NotNullWish): void {
  const found = tableNow(state, table)?.columns.find(({ name }) => name === column);
  if (found === undefined) {
    return;
  }
  const before = found.notNullConstraint;
  if (before !== undefined) {
    // A constraint that was inherited only becomes the table's own; one that was not valid is proven now.
    const validated = before.validated || wish.validated !== false;
    putConstraint(state, table, column, { ...before, validated, local: true });
  } else if (state.major < FIRST_WITH_CONSTRAINTS) {
    changeColumn(state, table, column, (one) => ({ ...one, notNull: true }));
  } else {
    const name = wish.name ?? freeConstraintName(state, table.schema, [table.name, column, "not_null"]);
    const { noInherit = false, validated = true } = wish;
    putConstraint(state, table, column, { name, validated, noInherit, local: true, inheritedFrom: 0 });
  }
  if (wish.noInherit !== true) {
    for (const child of state.childrenOf(table)) {
      inheritNotNull(state, child, column, before === undefined);
    }
  }
}

/** What a child gets when its parent's column becomes NOT NULL. */
function inheritNotNull(state: CatalogState, child: QualifiedName, column: string, isNew: boolean): void {
  const parent = tableNow(state, child);
  const constraint = parentConstraint(state, child, column);
  const found = parent?.columns.find(({ name }) => name === column);
  if (found === undefined) {
    return;
  }
  if (constraint === undefined) {
    changeColumn(state, child, column, (one) => ({ ...one, notNull: true }));
  } else if (found.notNullConstraint === undefined) {
    putConstraint(state, child, column, { ...constraint, local: false, inheritedFrom: 1 });
  } else {
    const before = found.notNullConstraint;
    putConstraint(state, child, column, {
      ...before,
      validated: before.validated || constraint.validated,
      inheritedFrom: before.inheritedFrom + (isNew ? 1 : 0),
    });
  }
  for (const grandchild of state.childrenOf(child)) {
    inheritNotNull(state, grandchild, column, isNew && found.notNullConstraint === undefined);
  }
}

function parentConstraint(state: CatalogState, child: QualifiedName, column: string): NotNullConstraint | undefined {
  const table = tableNow(state, child);
  const parents = table === undefined ? [] : state.parentsOf(table);
  return parents.flatMap((one) => one.columns.find(({ name }) => name === column)?.notNullConstraint ?? [])[0];
}

/** Gives the column its constraint, and records what the constraint goes along with. */
export function putConstraint(
  state: CatalogState,
  table: QualifiedName,
  column: string,
  constraint: NotNullConstraint,
): void {
  changeColumn(state, table, column, (one): Column => ({ ...one, notNull: true, notNullConstraint: constraint }));
  depend(
    state,
    objectId("constraint", table.schema, table.name, constraint.name),
    [objectId("column", table.schema, table.name, column)],
    "automatic",
  );
}

/** DROP NOT NULL, on children too unless they have it of their own. */
export function dropNotNull(state: CatalogState, table: QualifiedName, column: string): void {
  const found = tableNow(state, table)?.columns.find(({ name }) => name === column);
  if (found === undefined) {
    return;
  }
  const inherits = found.notNullConstraint?.noInherit !== true;
  removeNotNull(state, table, found);
  for (const child of inherits ? state.childrenOf(table) : []) {
    disinheritNotNull(state, child, column);
  }
}

function disinheritNotNull(state: CatalogState, child: QualifiedName, column: string): void {
  const found = tableNow(state, child)?.columns.find(({ name }) => name === column);
  const constraint = found?.notNullConstraint;
  if (found === undefined || constraint === undefined) {
    if (found !== undefined && state.major < FIRST_WITH_CONSTRAINTS) {
      dropNotNull(state, child, column);
    }
    return;
  }
  const inheritedFrom = Math.max(0, constraint.inheritedFrom - 1);
  if (inheritedFrom > 0 || constraint.local) {
    putConstraint(state, child, column, { ...constraint, inheritedFrom });
  } else {
    dropNotNull(state, child, column);
  }
}

function removeNotNull(state: CatalogState, table: QualifiedName, column: Column): void {
  if (column.notNullConstraint !== undefined) {
    state.store.setDependencies(objectId("constraint", table.schema, table.name, column.notNullConstraint.name), []);
  }
  changeColumn(state, table, column.name, (one) =>
    withField({ ...one, notNull: false }, "notNullConstraint", undefined),
  );
}
